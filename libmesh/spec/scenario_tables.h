// Field tables of the scenario file, with the readers that they share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "libmesh/spec/field_table.h"
#include "libmesh/spec/scenario.h"

namespace mesh {

/// One entry of spec.include.
struct IncludeEntry {
  std::string path;
  Place place;
};

/// A Scenario document as it stands in the file: what it includes is not read yet.
struct ScenarioDocument {
  std::string name;
  std::vector<IncludeEntry> include;
  Platform platform;
  BehaviourDefaults defaults;
  std::vector<WorkloadBehaviour> behaviour;
  std::vector<LoadSpec> loads;
  std::vector<FaultSpec> faults;
  std::vector<ChangeSpec> changes;
  RunSpec run;
  std::vector<ThresholdSpec> thresholds;
  RecordSpec record;
};

/// What the table of isotope's graphs checks; service_graph.cc reads it.
struct ServiceGraphDocument {};

const Table<ScenarioDocument>& scenario_table();
const Table<ServiceGraphDocument>& service_graph_table();
const Table<WorkloadBehaviour>& workload_behaviour_table();
const Table<ServiceLimitSpec>& service_limit_table();
const Table<BehaviourDefaults>& behaviour_defaults_table();
const Table<RetrySpec>& retry_table();
/// Outcomes: 5xx, timeout, statuses.
Reader<OutcomeWords> outcome_words();
/// Rows of what a caller keeps around a call; `check_guards` where nobody waits for it, too.
std::vector<Field<CallStep>> guard_rows();
void check_guards(const YamlNode& node, const Reading& at, const CallStep& call);
Reader<LoadSpec> load();
const Table<OpenLoad>& open_load_table();
/// Requests per second that a scenario may ask for.
inline constexpr double rps_max = 1e7;
const Table<FaultSpec>& fault_spec_table();
const Table<FaultSpec>& link_fault_table();
const Table<ChangeSpec>& change_table();
const Table<Platform>& platform_table();
const Table<OverloadSpec>& overload_table();
const Table<RunSpec>& run_table();
const Table<RecordSpec>& record_table();

/// Longest time that a scenario may name: sums of a few of them still fit into 63 bits.
inline constexpr Duration longest_time = hours(24 * 366);

/// A law of a time: "5ms" is constant, {lognormal: {mean: 5ms, cv: 1}} and so on.
Reader<Distribution> distribution();
/// A duration up to longest_time.
Reader<Duration> time_span();
/// The same, and above zero.
Reader<Duration> positive_time_span();
/// Steps in their order; a nested list is parallel branches.
Reader<Script> script();
/// `queue` of a workload: waiting places alone, or with a discipline.
Field<WorkloadBehaviour> queue_row();
/// Waiting places, or `unlimited`.
Reader<std::uint32_t> queue_places();
/// 0 … 7; 0 goes first.
Reader<std::uint32_t> priority_class();
/// Whether deadlines are obeyed and carried along: propagate, ignore.
Reader<bool> deadline_word();
/// `cpu` of a workload: cores alone, or with a limit.
Reader<ProcessorConfig> processor();
/// 200 … 599.
Reader<std::uint16_t> http_status();
/// The same, or 101 of an upgraded connection.
Reader<std::uint16_t> answer_status();
/// Header names in lower case with their values; Host has a field of its own.
Reader<std::vector<std::pair<std::string, std::string>>> header_map();
/// Headers of an answer: load reports that Envoy would drop are warned of.
Reader<std::vector<std::pair<std::string, std::string>>> response_header_map();
/// Bytes of a body as a Kubernetes quantity.
Reader<std::uint64_t> body_size();
/// A number from `min` to `max`, or the word `unlimited` for `unlimited_value`.
Reader<std::uint32_t> limit(std::uint32_t min, std::uint32_t max, std::uint32_t unlimited_value);

/// Rows of a request: path, method, host, headers, body. `get` gives the RequestSpec in a T.
template <class T, class Get>
std::vector<Field<T>> request_rows(Get get) {
  const auto member = [get](auto which) {
    return [get, which](T& whole) -> auto& { return get(whole).*which; };
  };
  return {
      simulated("path", member(&RequestSpec::path), text(), "/",
                "Path with query; {i} is the number of the request, {i%K} that modulo K."),
      simulated("method", member(&RequestSpec::method), text(), "GET", "HTTP method."),
      simulated("host", member(&RequestSpec::authority), text(), "the service",
                "Host header (authority)."),
      simulated("headers", member(&RequestSpec::headers), header_map(), "",
                "Request headers; {i} and {i%K} as in path."),
      simulated("body", member(&RequestSpec::body_bytes), body_size(), "0", "Bytes of the body."),
  };
}
/// A number of pods, or a share of them.
struct PodCount {
  std::optional<std::uint32_t> replicas;
  std::optional<double> share;
};
Reader<PodCount> pod_count();

/// Rows that select pods. `get` gives the PodSelector in a T.
template <class T, class Get>
std::vector<Field<T>> pod_rows(Get get) {
  const Reader<PodCount> count = pod_count();
  return {
      simulated(
          "workload", [get](T& whole) -> auto& { return get(whole).workload; }, text(), "any",
          "Name or name.namespace."),
      simulated(
          "zone", [get](T& whole) -> auto& { return get(whole).zone; }, text(), "any",
          "Those whose locality is region/zone, or begins with it."),
      simulated_whole<T>(
          "replicas", count.shape,
          [get, count](const YamlNode& node, const Reading& at, T& whole) {
            PodCount found;
            if (!count.read(node, at, found)) return;
            get(whole).replicas = found.replicas;
            get(whole).share = found.share;
          },
          "all", "How many of a workload's pods, or which share of them (rounded up)."),
  };
}

/// Reports a path, method or host that cannot be sent.
void check_request(const YamlNode& node, const Reading& at, const RequestSpec& request);

/// Rows of two parts in one list.
template <class T>
std::vector<Field<T>> joined_rows(std::vector<Field<T>> first, std::vector<Field<T>> second) {
  for (Field<T>& row : second) first.push_back(std::move(row));
  return first;
}

}  // namespace mesh
