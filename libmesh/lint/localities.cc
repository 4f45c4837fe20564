// Locality settings that lead nowhere or are not used.
#include <algorithm>
#include <set>

#include "libmesh/lint/all.h"
#include "libmesh/plan/locality.h"

namespace mesh {
namespace {

class LocalityLint {
 public:
  LocalityLint(const LintInput& input, Diagnostics& problems)
      : input_(input), problems_(problems) {}

  void check(const LintCluster& cluster) {
    const auto& balancer = cluster.policy.groups.load_balancer;
    if (!balancer || !balancer->locality || !balancer->locality->enabled.value_or(true)) return;
    if (!said_.insert(to_string(balancer->place)).second) return;  // clusters share policies
    at_ = balancer->place;
    path_ = cluster.rule + ": localityLbSetting";
    const istio::LocalityLb& setting = *balancer->locality;
    for (const istio::Distribute& rule : setting.distribute) {
      check_place("distribute.from", rule.from, "no caller is there, so the rule is never used");
      for (const auto& [to, share] : rule.to) {
        check_place("distribute.to", to,
                    std::to_string(share) + " % of the requests stay with the other localities");
      }
    }
    for (const istio::Failover& rule : setting.failover) {
      check_place("failover.from", rule.from, "no caller is there, so the rule is never used");
      check_place("failover.to", rule.to, "the other regions are all equally far");
    }
    const bool fails_over = !setting.failover.empty() || !setting.failover_priority.empty();
    if (!fails_over || cluster.policy.groups.outlier_detection) return;
    // istiod writes priorities only beside outlier detection (istio.md §1.2.6).
    warn(problems_, lint_code::failover_off, at_, path_,
         "has no effect: without outlierDetection istiod writes no priorities, and requests go to "
         "pods of all localities alike",
         "add outlierDetection");
  }

 private:
  void check_place(const std::string& field, const std::string& place,
                   const std::string& consequence) {
    if (is_known(place)) return;
    warn(problems_, lint_code::unknown_locality, at_, path_ + "." + field,
         "no pod is in \"" + place + "\": " + consequence, hint());
  }

  bool is_known(const std::string& place) const {
    return std::any_of(
        input_.plan.workloads.begin(), input_.plan.workloads.end(), [&](const WorkloadPlan& w) {
          return w.reserved > 0 && locality_matches(parse_locality(w.locality), place);
        });
  }

  std::string hint() const {
    std::set<std::string> known;
    for (const WorkloadPlan& w : input_.plan.workloads) {
      if (!w.locality.empty()) known.insert(w.locality);
    }
    if (known.empty()) return "no workload has a locality; set it under behaviour";
    std::string text = "pods are in";
    for (const std::string& name : known) text += " " + name;
    return text;
  }

  const LintInput& input_;
  Diagnostics& problems_;
  std::set<std::string> said_;
  Place at_;
  std::string path_;
};

}  // namespace

void lint_localities(const LintInput& input, Diagnostics& problems) {
  LocalityLint lint(input, problems);
  for (const LintCluster& cluster : input.clusters()) lint.check(cluster);
}

}  // namespace mesh
