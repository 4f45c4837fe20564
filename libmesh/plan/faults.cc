// Failures of a scenario: which pods they hit, and when.
#include "libmesh/plan/faults.h"

#include <algorithm>
#include <cmath>

#include "libmesh/plan/locality.h"
#include "libmesh/plan/requests.h"
#include "libmesh/plan/stores.h"
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/yaml_build.h"

namespace mesh {
namespace {

/// More failures than this are a mistake in `every`.
constexpr std::size_t repetitions_max = 100'000;

std::string plain_number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string percent(double share) {
  return yaml::share(share).scalar;
}

std::string name_of(const PodSelector& pods) {
  if (pods.workload.empty()) return pods.zone.empty() ? "everybody" : "zone " + pods.zone;
  return pods.workload + (pods.zone.empty() ? "" : " in " + pods.zone);
}

std::string link_text(const LinkFaultSpec& link) {
  std::string what;
  const auto say = [&what](const std::string& text) { what += (what.empty() ? "" : ", ") + text; };
  if (link.partition) say("partition");
  if (link.hold) say("hold");
  if (link.loss > 0) say("loss " + percent(link.loss));
  if (link.delay) say("delay " + to_string(*link.delay));
  if (link.bits_per_second > 0) {
    say("bandwidth " + plain_number(static_cast<double>(link.bits_per_second) / 1e6) + " Mbit/s");
  }
  return what + (link.both_ways ? " between " : " from ") + name_of(link.from) +
         (link.both_ways ? " and " : " to ") + name_of(link.to);
}

std::string fault_text(const FaultSpec& fault) {
  const std::string whom = name_of(fault.pods);
  switch (fault.kind) {
    case FaultSpec::Kind::Crash:
      return "crash " + whom;
    case FaultSpec::Kind::Slow:
      return "slow " + whom + " x" + plain_number(fault.factor);
    case FaultSpec::Kind::Delay:
      return "delay " + whom + " by " + to_string(fault.delay);
    case FaultSpec::Kind::Errors:
      return "errors " + std::to_string(fault.status) + " from " + whom;
    case FaultSpec::Kind::Hang:
      return "hang " + whom;
    case FaultSpec::Kind::CpuSteal:
      return "steal " + percent(fault.share) + " of the CPU of " + whom;
    case FaultSpec::Kind::Link:
      return link_text(fault.link);
    case FaultSpec::Kind::Dns:
      return "DNS of " + whom + (fault.host.empty() ? "" : " for " + fault.host);
    case FaultSpec::Kind::ResetConnections:
      return "reset connections to " + whom;
    case FaultSpec::Kind::PurgeQueue:
      return "purge the queue of " + whom;
    case FaultSpec::Kind::CacheWipe:
      return "wipe " + percent(fault.share) + " of cache " + fault.cache;
    case FaultSpec::Kind::Shed:
      return "shed " + percent(fault.share) + " of " + fault.load;
  }
  return whom;
}

class FaultPlanner {
 public:
  FaultPlanner(Draft& draft, const Registry& registry) : draft_(draft), registry_(registry) {}

  void plan(const FaultSpec& fault) {
    fault_ = &fault;
    text_ = fault_text(fault);
    if (fault.kind == FaultSpec::Kind::Link) return plan_link();
    if (fault.kind == FaultSpec::Kind::CacheWipe || fault.kind == FaultSpec::Kind::Shed) {
      FaultPlan plan = basic();
      find_store(draft_, fault, plan);
      return repeat(plan);
    }
    for (const WorkloadId workload : selected(fault.pods)) {
      FaultPlan plan = basic();
      plan.workload = workload;
      plan.replicas = pods_of(fault.pods, workload);
      repeat(plan);
    }
  }

 private:
  std::string path() const { return "faults: " + text_; }

  FaultPlan basic() {
    FaultPlan plan;
    plan.text = text_;
    plan.kind = fault_->kind;
    plan.factor = fault_->factor;
    plan.delay = draft_.intern(fault_->delay);
    plan.share = fault_->share;
    plan.status = fault_->status;
    plan.restart = fault_->restart;
    if (fault_->kind == FaultSpec::Kind::CpuSteal) plan.factor = 1.0 / (1.0 - fault_->share);
    if (fault_->kind == FaultSpec::Kind::Dns && !fault_->host.empty()) {
      const NamedService found = find_service(registry_, fault_->host, "default", 0);
      if (found.service != nullptr) {
        plan.service = found.service->id;
      } else {
        const std::string near = did_you_mean(found.host, registry_.service_names());
        draft_.error(plan_code::unknown_target, fault_->place, path(),
                     "there is no service \"" + fault_->host + "\"",
                     near.empty() ? "" : "did you mean \"" + near + "\"?");
      }
    }
    return plan;
  }

  void plan_link() {
    LinkFaultPlan link;
    link.from = set_of(fault_->link.from);
    link.to = set_of(fault_->link.to);
    link.both_ways = fault_->link.both_ways;
    link.hold = fault_->link.hold;
    link.loss = fault_->link.partition ? 1.0 : fault_->link.loss;
    if (fault_->link.delay) link.delay = draft_.intern(*fault_->link.delay);
    link.bits_per_second = static_cast<double>(fault_->link.bits_per_second);
    FaultPlan plan = basic();
    plan.link = static_cast<std::uint32_t>(draft_.plan.link_faults.size());
    draft_.plan.link_faults.push_back(std::move(link));
    repeat(plan);
  }

  /// Once, or again and again until the run ends.
  void repeat(FaultPlan plan) {
    Duration at = fault_->at;
    for (std::uint32_t n = 0; n == 0 || n < fault_->times || fault_->times == 0; ++n) {
      if (n > 0 && Instant{} + at >= draft_.plan.until) break;
      plan.from = Instant{} + at;
      plan.to = fault_->lasting ? plan.from + *fault_->lasting : never;
      if (happens_at_once(fault_->kind) || plan.restart) plan.to = plan.from;
      draft_.plan.faults.add(plan);
      if (!fault_->every) break;
      if (draft_.plan.faults.size() >= repetitions_max) {
        draft_.error(plan_code::too_many_faults, fault_->place, path(),
                     "would begin more than " + std::to_string(repetitions_max) + " times",
                     "make every longer, or set times");
        break;
      }
      at = at + *fault_->every;
    }
  }

  /// None after an error.
  std::vector<WorkloadId> selected(const PodSelector& pods) {
    std::vector<WorkloadId> candidates;
    if (!pods.workload.empty()) {
      const WorkloadId named = draft_.workload_named(pods.workload, fault_->place, path());
      if (named.valid()) candidates.push_back(named);
    } else {
      for (std::uint32_t w = 0; w < draft_.plan.workloads.size(); ++w) {
        candidates.push_back(WorkloadId{w});
      }
    }
    if (pods.zone.empty() || candidates.empty()) return candidates;
    std::erase_if(candidates, [&](WorkloadId w) {
      const std::string& locality = draft_.plan.workloads[w].locality;
      return locality.empty() || !locality_matches(parse_locality(locality), pods.zone);
    });
    if (candidates.empty()) report_zone(pods);
    return candidates;
  }

  void report_zone(const PodSelector& pods) {
    std::vector<std::string> localities;
    for (const WorkloadPlan& workload : draft_.plan.workloads) {
      if (!workload.locality.empty()) localities.push_back(workload.locality);
    }
    const std::string near = did_you_mean(pods.zone, localities);
    draft_.error(plan_code::unknown_zone, fault_->place, path(),
                 "no such pod runs in zone \"" + pods.zone + "\"",
                 !near.empty()        ? "did you mean \"" + near + "\"?"
                 : localities.empty() ? "say where pods run: behaviour.workloads.NAME.locality"
                                      : "");
  }

  std::uint32_t pods_of(const PodSelector& pods, WorkloadId id) {
    const WorkloadPlan& workload = draft_.plan.workloads[id];
    const std::uint32_t all = workload.reserved;
    if (pods.share) {
      const std::uint32_t present = workload.replicas > 0 ? workload.replicas : all;
      return static_cast<std::uint32_t>(std::ceil(*pods.share * present - 1e-9));
    }
    if (pods.replicas.value_or(0) > all && !pods.workload.empty()) {
      draft_.warning(
          plan_code::too_many_replicas, fault_->place, path(),
          "asks for " + std::to_string(*pods.replicas) + " replicas of " + std::to_string(all));
    }
    return std::min(pods.replicas.value_or(all), all);
  }

  PodSet set_of(const PodSelector& pods) {
    PodSet set;
    if (pods == PodSelector{}) return set;
    set.first_pods.resize(draft_.plan.workloads.size());
    for (const WorkloadId w : selected(pods)) set.first_pods[w] = pods_of(pods, w);
    return set;
  }

  Draft& draft_;
  const Registry& registry_;
  const FaultSpec* fault_ = nullptr;
  std::string text_;
};

}  // namespace

void plan_faults(Draft& draft, const Registry& registry) {
  FaultPlanner planner(draft, registry);
  for (const FaultSpec& fault : draft.scenario.faults) planner.plan(fault);
}

}  // namespace mesh
