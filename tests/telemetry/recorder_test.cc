// Tests of the recorder against a list of all facts.
#include "libmesh/telemetry/recorder.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

constexpr Instant warmup{2'300'000'000};
constexpr Duration bucket = milliseconds(500);

/// Random facts in order of their end, and the edges they are about.
struct History {
  std::vector<Edge> edges;
  std::vector<RequestEnded> requests;
  std::vector<AttemptEnded> attempts;
  std::vector<VisitEnded> visits;
};

ResponseFlags random_flags(std::mt19937_64& random) {
  ResponseFlags flags;
  if (random() % 4 == 0) flags.set(ResponseFlag::UT);
  if (random() % 9 == 0) flags.set(ResponseFlag::URX);
  return flags;
}

std::uint16_t random_code(std::mt19937_64& random) {
  constexpr std::uint16_t codes[] = {200, 200, 200, 404, 503, 504, 0};
  return codes[random() % 7];
}

History random_history(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  History h;
  for (std::uint32_t i = 0; i < 6; ++i) {
    h.edges.push_back({WorkloadId{i % 3}, ServiceId{i % 2}, WorkloadId{(i + 1) % 3}});
  }
  Instant now{};
  for (std::uint64_t id = 0; id < 3000; ++id) {
    now = now + Duration{static_cast<std::int64_t>(random() % 3'000'000)};
    const auto age = [&random, now] {
      return Instant{now.ns - static_cast<std::int64_t>(random() % (1 + std::uint64_t(now.ns)))};
    };
    RequestEnded r;
    r.id = r.root = id;
    r.edge = {static_cast<std::uint32_t>(random() % 6)};
    if (random() % 3 == 0) r.load = LoadId{0};
    r.started = age();
    r.ended = now;
    r.code = random_code(random);
    r.flags = random_flags(random);
    h.requests.push_back(r);
    AttemptEnded a;
    a.request = id;
    a.edge = {static_cast<std::uint32_t>(random() % 6)};
    a.started = age();
    a.ended = now;
    a.code = random_code(random);
    h.attempts.push_back(a);
    VisitEnded v;
    v.request = id;
    v.endpoint = EndpointId{static_cast<std::uint32_t>(random() % 4)};
    v.workload = SmallShop::names().endpoint_workload[v.endpoint];
    v.arrived = age();
    v.started = Instant{(v.arrived.ns + now.ns) / 2};
    v.ended = now;
    v.code = random_code(random);
    v.overflowed = random() % 10 == 0;
    v.abandoned = random() % 7 == 0;
    h.visits.push_back(v);
  }
  return h;
}

std::shared_ptr<const RunRecord> record_of(const History& h) {
  Recorder recorder({.bucket = bucket, .warmup = warmup}, SmallShop::names(), 1);
  for (std::size_t i = 0; i < h.edges.size(); ++i) {
    const Edge& e = h.edges[i];
    REQUIRE(recorder.edge(e.source, e.service, e.destination).value == i);
  }
  for (std::size_t i = 0; i < h.requests.size(); ++i) {
    recorder.visit_ended(h.visits[i]);
    recorder.attempt_ended(h.attempts[i]);
    recorder.request_ended(h.requests[i]);
  }
  return recorder.finish(SmallShop::info(), {});
}

/// (row, code, flags) → count and latency sum.
using Totals = std::map<std::tuple<std::uint32_t, std::uint16_t, std::uint32_t>,
                        std::pair<std::uint64_t, std::uint64_t>>;
/// (bucket, row, code, flags) → count.
using Series =
    std::map<std::tuple<std::int64_t, std::uint32_t, std::uint16_t, std::uint32_t>, std::uint64_t>;

Totals totals_of(const RunRecord& record, const OutcomeTable& t) {
  Totals totals;
  for (std::size_t i = 0; i < t.row.size(); ++i) {
    const Outcome& o = record.outcomes[t.outcome[i]];
    const bool fresh = totals
                           .try_emplace({t.row[i], o.code, o.flags.packed()},
                                        std::pair(t.count[i], t.latency_sum_ns[i]))
                           .second;
    CHECK(fresh);
  }
  return totals;
}

Series series_of(const RunRecord& record, const OutcomeSeries& t) {
  Series series;
  for (std::size_t i = 0; i < t.row.size(); ++i) {
    const Outcome& o = record.outcomes[t.outcome[i]];
    series[{t.bucket[i], t.row[i], o.code, o.flags.packed()}] += t.count[i];
  }
  return series;
}

void count(Totals& totals, std::uint32_t row, std::uint16_t code, ResponseFlags flags,
           Instant started, Instant ended) {
  if (ended < warmup) return;
  auto& cell = totals[{row, code, flags.packed()}];
  cell.first += 1;
  cell.second += static_cast<std::uint64_t>(elapsed(started, ended).ns);
}

TEST_CASE("recorder: request columns agree with a list of all facts") {
  const History h = random_history(1);
  const auto record = record_of(h);
  Totals by_edge, by_load;
  Series series_by_edge, series_by_load;
  std::vector<Histogram> latency_by_edge(h.edges.size()), latency_by_load(1);
  std::map<std::tuple<std::int64_t, std::uint32_t, std::uint32_t>, std::uint64_t> latency;
  for (const RequestEnded& r : h.requests) {
    const Duration took = elapsed(r.started, r.ended);
    count(by_edge, r.edge.value, r.code, r.flags, r.started, r.ended);
    series_by_edge[{r.ended.ns / bucket.ns, r.edge.value, r.code, r.flags.packed()}] += 1;
    latency[{r.ended.ns / bucket.ns, r.edge.value, Histogram::bin_of(took)}] += 1;
    if (r.ended >= warmup) latency_by_edge[r.edge.value].add(took);
    if (!r.load.valid()) continue;
    count(by_load, 0, r.code, r.flags, r.started, r.ended);
    series_by_load[{r.started.ns / bucket.ns, 0, r.code, r.flags.packed()}] += 1;
    if (r.ended >= warmup) latency_by_load[0].add(took);
  }
  CHECK(record->edges == h.edges);
  CHECK(totals_of(*record, record->requests_by_edge) == by_edge);
  CHECK(totals_of(*record, record->requests_by_load) == by_load);
  CHECK(series_of(*record, record->series_by_edge) == series_by_edge);
  CHECK(series_of(*record, record->series_by_load) == series_by_load);
  CHECK(record->latency_by_edge == latency_by_edge);
  CHECK(record->latency_by_load == latency_by_load);
  const LatencySeries& found = record->latency_series_by_edge;
  REQUIRE(found.row.size() == latency.size());
  for (std::size_t i = 0; i < found.row.size(); ++i) {
    REQUIRE(latency[{found.bucket[i], found.row[i], found.bin[i]}] == found.count[i]);
  }
}

TEST_CASE("recorder: attempt and visit columns agree with a list of all facts") {
  const History h = random_history(2);
  const auto record = record_of(h);
  Totals attempts;
  for (const AttemptEnded& a : h.attempts) {
    count(attempts, a.edge.value, a.code, {}, a.started, a.ended);
  }
  Series visits;
  std::vector<Histogram> queue_time(3), service_time(3);
  std::vector<std::uint64_t> overflowed(3), abandoned(3);
  for (const VisitEnded& v : h.visits) {
    visits[{v.arrived.ns / bucket.ns, v.endpoint.value, v.code, 0}] += 1;
    if (v.ended < warmup) continue;
    overflowed[v.workload.value] += v.overflowed ? 1 : 0;
    abandoned[v.workload.value] += v.abandoned ? 1 : 0;
    if (v.overflowed || (v.code == 0 && v.started == v.ended)) continue;
    queue_time[v.workload.value].add(elapsed(v.arrived, v.started));
    service_time[v.workload.value].add(elapsed(v.started, v.ended));
  }
  CHECK(totals_of(*record, record->attempts_by_edge) == attempts);
  CHECK(series_of(*record, record->visits_by_endpoint) == visits);
  CHECK(record->queue_time_by_workload == queue_time);
  CHECK(record->service_time_by_workload == service_time);
  CHECK(record->overflowed_by_workload == overflowed);
  CHECK(record->abandoned_by_workload == abandoned);
}

TEST_CASE("recorder: a copy goes on independently of the original") {
  SmallShop shop;
  for (int i = 0; i < 5; ++i) shop.good(i * 100);
  SmallShop fork = shop;
  const auto before = shop.recorder.peek(SmallShop::info(), {});
  fork.failed(600);
  CHECK(shop.recorder.peek(SmallShop::info(), {})->hash() == before->hash());
  shop.good(600);
  fork.good(700);
  SmallShop straight;
  for (int i = 0; i < 7; ++i) straight.good(i * 100);
  CHECK(shop.finish()->hash() != fork.finish()->hash());
  SmallShop again;
  for (int i = 0; i < 5; ++i) again.good(i * 100);
  again.failed(600);
  again.good(700);
  SmallShop once_more;
  for (int i = 0; i < 5; ++i) once_more.good(i * 100);
  once_more.failed(600);
  once_more.good(700);
  CHECK(again.finish()->hash() == once_more.finish()->hash());
}

TEST_CASE("recorder: finish empties, peek does not") {
  SmallShop shop;
  shop.good(0);
  const auto peeked = shop.recorder.peek(SmallShop::info(), {});
  const auto finished = shop.recorder.finish(SmallShop::info(), {});
  CHECK(peeked->hash() == finished->hash());
  CHECK(finished->requests.id.size() == 2);
  const auto empty = shop.recorder.finish(SmallShop::info(), {});
  CHECK(empty->edges.empty());
  CHECK(empty->requests.id.empty());
  CHECK(empty->requests_by_load.row.empty());
  CHECK(empty->queue_time_by_workload.size() == 3);
}

TEST_CASE("recorder: stats are sorted by proxy and cluster, rows of zeros left out") {
  SmallShop shop;
  ClusterStats zero{SmallShop::shop_0, SmallShop::to_stock, {}};
  ClusterStats late{SmallShop::stock_1, SmallShop::to_stock, {}};
  late.counters[0] = 3;
  ClusterStats early{SmallShop::ingress_0, SmallShop::to_shop, {}};
  early.counters[1] = 1;
  const auto record = shop.recorder.finish(SmallShop::info(), {late, zero, early});
  REQUIRE(record->stats.size() == 2);
  CHECK(record->stats[0].proxy == SmallShop::ingress_0);
  CHECK(record->stats[1].proxy == SmallShop::stock_1);
}

TEST_CASE(
    "recorder: counters of proxies are sorted by proxy, those that counted nothing left out") {
  SmallShop shop;
  shop.recorder.count(EndpointId{3}, ProxyCounter::no_route);
  shop.recorder.count(EndpointId{1}, ProxyCounter::no_cluster);
  shop.recorder.count(EndpointId{3}, ProxyCounter::no_route);
  const auto record = shop.finish();
  REQUIRE(record->proxies.size() == 2);
  CHECK(record->proxies[0].proxy == EndpointId{1});
  CHECK(record->proxies[1].proxy == EndpointId{3});
  CHECK(record->proxies[1].counters[static_cast<std::size_t>(ProxyCounter::no_route)] == 2);
}

TEST_CASE("recorder: without `requests` no per-request row is kept") {
  SmallShop shop(RecordOptions{});
  shop.good(0);
  const auto record = shop.finish();
  CHECK(record->requests.id.empty());
  CHECK(record->attempts.request.empty());
  CHECK(record->visits.request.empty());
  CHECK(record->requests_by_load.count == std::vector<std::uint64_t>{1});
}

TEST_CASE("recorder: a request without an edge or load counts nowhere but stays in the table") {
  SmallShop shop;
  RequestEnded fact;
  fact.code = 404;
  shop.recorder.request_ended(fact);
  const auto record = shop.finish();
  CHECK(record->requests_by_edge.row.empty());
  CHECK(record->requests_by_load.row.empty());
  CHECK(record->requests.code == std::vector<std::uint16_t>{404});
}

TEST_CASE("recorder: what the receiving sidecar logged enters the tables only") {
  SmallShop shop;
  shop.good(0);
  const auto before = shop.recorder.peek(SmallShop::info(), {});
  RequestEnded fact = shop.outer(2, SmallShop::at(0), SmallShop::at(9), 418);
  fact.inbound = true;
  shop.recorder.request_ended(fact);
  const auto after = shop.recorder.peek(SmallShop::info(), {});
  CHECK(after->outcomes == before->outcomes);
  CHECK(after->requests_by_edge.count == before->requests_by_edge.count);
  CHECK(after->requests_by_load.count == before->requests_by_load.count);
  CHECK(after->requests.id.size() == before->requests.id.size() + 1);
  CHECK(after->requests.inbound.back() == 1);
}

TEST_CASE("recorder: a visit that the end of the run cut off enters the table only") {
  SmallShop shop;
  shop.good(0);
  const auto before = shop.recorder.peek(SmallShop::info(), {});
  shop.recorder.visit_ended({.request = 7,
                             .workload = SmallShop::stock,
                             .endpoint = SmallShop::stock_1,
                             .arrived = SmallShop::at(1),
                             .started = SmallShop::at(2),
                             .ended = SmallShop::at(3),
                             .unfinished = true});
  const auto after = shop.recorder.peek(SmallShop::info(), {});
  CHECK(after->visits_by_endpoint.count == before->visits_by_endpoint.count);
  CHECK(after->service_time_by_workload == before->service_time_by_workload);
  CHECK(after->visits.unfinished.size() == before->visits.unfinished.size() + 1);
  CHECK(after->visits.unfinished.back() == 1);
}

TEST_CASE("recorder: renaming changes the names of what was recorded") {
  SmallShop shop;
  shop.good(0);
  Names names = SmallShop::names();
  names.routes.add("new route");
  shop.recorder.rename(names);
  CHECK(shop.finish()->names == names);
}

}  // namespace
}  // namespace mesh
