// What the fields of case.yaml must be together.
#include "libmesh/verify/case_checks.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/verify/arrivals.h"
#include "libmesh/verify/verdict.h"

namespace mesh::verify {
namespace {

/// Requests of one run, and pods: beyond them a case is a mistake, not an experiment.
constexpr double arrivals_max = 5e6;
constexpr std::uint64_t pods_max = 20'000;
constexpr double longest_s = 366.0 * 24 * 3600;

class Checks {
 public:
  Checks(const Case& recorded, Diagnostics& problems) : case_(recorded), problems_(problems) {}

  void instances();
  void requests();
  void phases();
  void rows();

  void complain(const code::Code& code, const Place& place, const std::string& field,
                std::string what, std::string hint = "") {
    Place where = place;
    if (where.file.empty()) {
      where.file = (std::filesystem::path(case_.folder) / "case.yaml").string();
    }
    problems_.add({.code = code.id,
                   .place = where,
                   .path = "case " + case_.name + ": " + field,
                   .what = std::move(what),
                   .hint = std::move(hint)});
  }

 private:
  void phase(const Phase& phase, const std::string& field);
  bool knows_request(const std::string& name) const;

  const Case& case_;
  Diagnostics& problems_;
};

/// Four numbers up to 255 with dots between.
bool is_address(const std::string& text) {
  const char* at = text.data();
  const char* end = at + text.size();
  for (int parts = 1;; ++parts) {
    std::uint32_t part = 0;
    const auto [stop, error] = std::from_chars(at, end, part);
    if (error != std::errc{} || part > 255) return false;
    if (parts == 4) return stop == end;
    if (stop == end || *stop != '.') return false;
    at = stop + 1;
  }
}

void Checks::instances() {
  std::set<std::string> names;
  std::uint64_t pods = 0;
  for (std::size_t i = 0; i < case_.instances.size(); ++i) {
    const Instance& instance = case_.instances[i];
    const std::string field = "instances[" + std::to_string(i) + "]";
    if (!names.insert(instance.name).second) {
      complain(code::duplicate_name, instance.place, field + ".name",
               "another instance is called \"" + instance.name + "\"");
    }
    if (instance.name == case_.client.workload) {
      complain(code::duplicate_name, instance.place, field + ".name",
               "the client is called \"" + instance.name + "\" too",
               "rename the instance or set `client.workload`");
    }
    if (!is_address(instance.address)) {
      complain(code::malformed_value, instance.place, field + ".address",
               "\"" + instance.address + "\" is no IPv4 address", "write it like 127.0.1.1");
    }
    pods += instance.count;
  }
  if (pods > pods_max) {
    complain(code::limit_exceeded, {}, "instances",
             std::to_string(pods) + " instances, at most " + std::to_string(pods_max));
  }
}

bool Checks::knows_request(const std::string& name) const {
  const Load& load = case_.load;
  if (name.empty()) return load.request.has_value();
  return std::any_of(load.requests.begin(), load.requests.end(),
                     [&](const NamedRequest& named) { return named.name == name; });
}

void Checks::requests() {
  const Load& load = case_.load;
  const bool usual = load.request && !load.request->authority.empty();
  if (load.request && !usual) {
    complain(code::missing_field, {}, "load.request", "needs an `authority`");
  }
  for (const NamedRequest& named : load.requests) {
    if (!usual && named.request.authority.empty()) {
      complain(code::missing_field, {}, "load.requests." + named.name, "needs an `authority`",
               "give one to it or to `load.request`");
    }
  }
}

void Checks::phase(const Phase& phase, const std::string& field) {
  const int kinds = (phase.rate && !phase.poisson) + (phase.rate && phase.poisson) +
                    phase.burst.has_value() + !phase.offsets.empty() + phase.users.has_value();
  if (kinds != 1) {
    complain(code::exclusive_fields, phase.place, field,
             kinds == 0 ? "sends nothing" : "is of more than one kind",
             "give exactly one of rate, rate with process, burst, offsets, users");
  }
  if ((phase.rate || phase.users) && !phase.duration) {
    complain(code::missing_field, phase.place, field, "needs a `duration`");
  }
  if (phase.poisson && !phase.rate) {
    complain(code::missing_field, phase.place, field, "a process needs a `rate`");
  }
  if (!knows_request(phase.request)) {
    complain(code::unknown_word, phase.place, field + ".request",
             phase.request.empty() ? "there is no `load.request`"
                                   : "there is no request \"" + phase.request + "\"",
             "name one of `load.requests`");
  }
}

void Checks::phases() {
  const Load& load = case_.load;
  if (load.phases.empty() && load.arrivals.empty()) {
    complain(code::one_needed, {}, "load", "sends nothing", "give `phases` or `arrivals`");
  }
  double end_s = 0;
  for (std::size_t i = 0; i < load.phases.size(); ++i) {
    const Phase& each = load.phases[i];
    phase(each, "load.phases[" + std::to_string(i) + "]");
    if (each.at) end_s = as_seconds(*each.at);
    end_s += as_seconds(each.duration.value_or(Duration{0}));
    if (end_s > longest_s) {
      return complain(code::limit_exceeded, each.place, "load.phases",
                      "end after more than a year");
    }
  }
  if (planned_arrivals(load) > arrivals_max) {
    complain(code::limit_exceeded, {}, "load.phases", "more than 5,000,000 requests in a run",
             "lower a rate or shorten a phase");
  }
}

void Checks::rows() {
  if (case_.compare.empty()) {
    complain(code::missing_field, {}, "compare", "has no rows: nothing would be compared");
  }
  for (std::size_t i = 0; i < case_.compare.size(); ++i) {
    const Row& row = case_.compare[i];
    const std::string field = "compare[" + std::to_string(i) + "]";
    if ((row.kind == Kind::Sequence) != (row.measure == "sequence")) {
      complain(code::unknown_word, row.place, field,
               "kind sequence and measure \"sequence\" belong together");
    }
    if (!is_tolerance(row)) {
      complain(code::malformed_value, row.place, field + ".tolerance",
               "\"" + row.tolerance + "\" is no tolerance of kind " + to_string(row.kind),
               row.kind == Kind::Share ? "write percentage points, like 1pp"
                                       : "write it like 5%, 20ms or 4");
    }
  }
}

}  // namespace

void check_case(const Case& recorded, Diagnostics& problems) {
  Checks checks(recorded, problems);
  checks.instances();
  checks.requests();
  checks.phases();
  checks.rows();
}

void check_recorded(const Case& recorded, const Expected& expected, Diagnostics& problems) {
  Checks checks(recorded, problems);
  for (std::size_t i = 0; i < recorded.compare.size(); ++i) {
    const Row& row = recorded.compare[i];
    const std::string field = "compare[" + std::to_string(i) + "]";
    if (row.kind == Kind::Sequence && expected.sequence.empty()) {
      checks.complain(code::one_needed, row.place, field, "expected.json holds no sequence");
    }
    if (row.kind == Kind::Share && expected.scalar("requests").mean <= 0) {
      checks.complain(code::one_needed, row.place, field,
                      "expected.json does not say of how many `requests` this is a share");
    }
  }
}

}  // namespace mesh::verify
