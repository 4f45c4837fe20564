// Tests of the digest of a record.
#include "libmesh/telemetry/run_record.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

TEST_CASE("run_record: equal content has an equal digest, the version does not count") {
  RunRecord a = *testing::small_record();
  RunRecord b = *testing::small_record();
  CHECK(a.hash() == b.hash());
  b.info.version = "another";
  CHECK(a.hash() == b.hash());
}

TEST_CASE("run_record: the digest of the small record is the same on every machine") {
  CHECK(testing::small_record()->hash() == 0x355f3e0c06ee0ea7u);
}

TEST_CASE("run_record: any change of simulated content changes the digest") {
  using Change = std::function<void(RunRecord&)>;
  const Change changes[] = {
      [](RunRecord&) {},
      [](RunRecord& r) { r.info.seed += 1; },
      [](RunRecord& r) { r.info.fingerprint += 1; },
      [](RunRecord& r) { r.info.ended_by = EndedBy::Interrupt; },
      [](RunRecord& r) {
        r.info.fault_spans.push_back({Instant{1}, Instant{2}, FaultId{0}});
      },
      [](RunRecord& r) { r.names.loads[LoadId{0}] += "x"; },
      [](RunRecord& r) { r.names.endpoint_workload[EndpointId{0}] = WorkloadId{2}; },
      [](RunRecord& r) { r.bucket = seconds(2); },
      [](RunRecord& r) { r.edges[0].destination = WorkloadId::none(); },
      [](RunRecord& r) { r.outcomes[0].code += 1; },
      [](RunRecord& r) { r.requests_by_edge.count[0] += 1; },
      [](RunRecord& r) { r.attempts_by_edge.latency_sum_ns[0] += 1; },
      [](RunRecord& r) { r.requests_by_load.outcome[0] += 1; },
      [](RunRecord& r) { r.latency_by_edge[0].add(seconds(1)); },
      [](RunRecord& r) { r.latency_by_load[0].add(seconds(1)); },
      [](RunRecord& r) { r.series_by_edge.bucket[0] += 1; },
      [](RunRecord& r) { r.series_by_load.count[0] += 1; },
      [](RunRecord& r) { r.latency_series_by_edge.bin[0] += 1; },
      [](RunRecord& r) { r.latency_series_by_load.count[0] += 1; },
      [](RunRecord& r) { r.visits_by_endpoint.row[0] += 1; },
      [](RunRecord& r) { r.queue_time_by_workload[0].add({1}); },
      [](RunRecord& r) { r.service_time_by_workload[1].add({1}); },
      [](RunRecord& r) { r.overflowed_by_workload[1] += 1; },
      [](RunRecord& r) { r.abandoned_by_workload[1] += 1; },
      [](RunRecord& r) { r.samples.queued[0] += 1; },
      [](RunRecord& r) { r.events[0].detail += 1; },
      [](RunRecord& r) { r.stats.push_back({}); },
      [](RunRecord& r) { r.proxies.push_back({}); },
      [](RunRecord& r) {
        r.proxies.push_back({EndpointId{0}, {1}});
      },
      [](RunRecord& r) { r.requests.details[0] += 1; },
      [](RunRecord& r) { r.requests.mirror[0] += 1; },
      [](RunRecord& r) { r.requests.inbound[0] += 1; },
      [](RunRecord& r) { r.requests.proxy[0] += 1; },
      [](RunRecord& r) { r.visits.unfinished[0] += 1; },
      [](RunRecord& r) { r.info.updates_via_merge += 1; },
      [](RunRecord& r) { r.stats[0].counters[3] += 1; },
      [](RunRecord& r) { r.stats[0].connections_active += 1; },
      [](RunRecord& r) { r.stats[0].requests_active += 1; },
      [](RunRecord& r) { r.stats[0].pending_active += 1; },
      [](RunRecord& r) { r.stats[0].ejections_active += 1; },
      [](RunRecord& r) { r.attempts.connected_ns[0] += 1; },
      [](RunRecord& r) { r.attempts.reached[0] += 1; },
      [](RunRecord& r) { r.visits.overflowed[0] += 1; },
      [](RunRecord& r) { r.picks.push_back({}); },
      [](RunRecord& r) { r.picks.push_back({.tried = 1}); },
      [](RunRecord& r) {
        r.picks.push_back({.pending = {1, 2}});
      },
      [](RunRecord& r) { r.picks.push_back({.per_try = {1}}); },
      [](RunRecord& r) { r.compared.push_back({.active = 1}); },
      [](RunRecord& r) { r.decisions.push_back({.window = {1}}); },
      [](RunRecord& r) { r.decisions.push_back({.retries = {1}}); },
  };
  std::set<std::uint64_t> digests;
  for (const Change& change : changes) {
    RunRecord record = *testing::small_record();
    record.stats.resize(1);
    change(record);
    digests.insert(record.hash());
  }
  CHECK(digests.size() == std::size(changes));
}

}  // namespace
}  // namespace mesh
