// Tests of which request trees are kept.
#include "libmesh/telemetry/request_log.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "libmesh/base/rng.h"
#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

std::set<std::uint64_t> ids(const std::vector<std::uint64_t>& column) {
  return {column.begin(), column.end()};
}

/// Roots 0 (10 ms), 2 (40 ms), 4 (110 ms, 500), 6 (10 ms), 8 (503 at once).
std::shared_ptr<const RunRecord> five_buyers(RecordOptions options) {
  options.requests = true;
  SmallShop shop(options);
  shop.good(0);
  shop.retried(100);
  shop.failed(200);
  shop.good(400);
  shop.refused(500);
  return shop.finish();
}

TEST_CASE("request_log: which trees are kept") {
  struct Row {
    const char* name;
    RecordOptions options;
    std::set<std::uint64_t> requests, attempts, visits;
  };
  const std::set<std::uint64_t> all = {0, 1, 2, 3, 4, 5, 6, 7}, none;
  const Row rows[] = {
      {"everything by default", {}, {0, 1, 2, 3, 4, 5, 6, 7, 8}, all, all},
      {"nothing at sample 0", {.sample = 0}, none, none, none},
      {"errors with all below them", {.sample = 0, .keep_errors = true}, {4, 5, 8}, {4, 5}, {4, 5}},
      {"the slowest root", {.sample = 0, .keep_slowest = 1}, {4, 5}, {4, 5}, {4, 5}},
      {"the slowest two",
       {.sample = 0, .keep_slowest = 2},
       {2, 3, 4, 5},
       {2, 3, 4, 5},
       {2, 3, 4, 5}},
      {"of equally slow ones the first",
       {.sample = 0, .keep_slowest = 3},
       {0, 1, 2, 3, 4, 5},
       {0, 1, 2, 3, 4, 5},
       {0, 1, 2, 3, 4, 5}},
      {"more slow ones than there are",
       {.sample = 0, .keep_slowest = 100},
       {0, 1, 2, 3, 4, 5, 6, 7, 8},
       all,
       all},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto record = five_buyers(row.options);
    CHECK(ids(record->requests.id) == row.requests);
    CHECK(ids(record->attempts.request) == row.attempts);
    CHECK(ids(record->visits.request) == row.visits);
    CHECK(record->attempts.host.size() == record->attempts.request.size());
    CHECK(record->visits.overflowed.size() == record->visits.request.size());
    CHECK(record->requests.mirror.size() == record->requests.id.size());
  }
}

TEST_CASE("request_log: the sample is a draw keyed by the root") {
  RequestLog log({.sample = 0.3, .seed = 9});
  for (std::uint64_t id = 0; id < 4000; ++id) {
    RequestEnded fact;
    fact.id = id;
    fact.root = id - id % 4;  // trees of four
    log.add(fact);
  }
  RunRecord record;
  log.freeze_into(record);
  std::set<std::uint64_t> expected;
  for (std::uint64_t id = 0; id < 4000; ++id) {
    if (Draws(9).at(Purpose::Sampling, id - id % 4, 0).uniform01() < 0.3) expected.insert(id);
  }
  CHECK(ids(record.requests.id) == expected);
  CHECK(expected.size() % 4 == 0);
  CHECK(expected.size() > 1000);
  CHECK(expected.size() < 1400);
}

TEST_CASE("request_log: rows stay in order of ending") {
  const auto record = testing::small_record();
  CHECK(std::is_sorted(record->requests.ended_ns.begin(), record->requests.ended_ns.end()));
  CHECK(std::is_sorted(record->attempts.ended_ns.begin(), record->attempts.ended_ns.end()));
}

}  // namespace
}  // namespace mesh
