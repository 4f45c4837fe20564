// Tests of what proxies decide by, as a record keeps it.
#include "libmesh/telemetry/decisions.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

TEST_CASE("decisions: every way to pick a host has a name of its own") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < picked_by_count; ++i) {
    names.insert(std::string(to_string(static_cast<PickedBy>(i))));
  }
  CHECK(names.size() == picked_by_count);
  CHECK(to_string(static_cast<PickedBy>(99)) == "?");
}

void state_all(Recorder& recorder, std::uint64_t request) {
  recorder.host_picked({.request = request, .host = SmallShop::shop_0});
  recorder.host_compared({.request = request, .host = SmallShop::shop_0, .active = 3});
  recorder.retry_decided({.request = request, .decision = RetryDecision::Overflow});
}

TEST_CASE("decisions: those of requests that are kept are kept, in order") {
  RecordOptions options;
  options.requests = true;
  SmallShop shop(options);
  CHECK(shop.recorder.keeps_requests());
  state_all(shop.recorder, 0);
  state_all(shop.recorder, 1);
  shop.good(0);
  const auto record = shop.finish();
  REQUIRE(record->picks.size() == 2);
  CHECK(record->picks[1].request == 1);
  CHECK(record->compared[1].active == 3);
  CHECK(record->decisions[0].decision == RetryDecision::Overflow);
}

TEST_CASE("decisions: those of requests that are not kept go with them") {
  RecordOptions options;
  options.requests = true;
  options.sample = 0;
  options.keep_errors = true;
  SmallShop shop(options);
  shop.good(0);     // requests 0 and 1
  shop.failed(50);  // requests 2 and 3
  for (const std::uint64_t id : {0, 2, 77}) state_all(shop.recorder, id);
  const auto record = shop.finish();
  REQUIRE(record->picks.size() == 1);
  CHECK(record->picks[0].request == 2);
  CHECK(record->compared.size() == 1);
  CHECK(record->decisions.size() == 1);
}

TEST_CASE("decisions: without the tables nobody has to state them") {
  CHECK_FALSE(SmallShop(RecordOptions{}).recorder.keeps_requests());
}

}  // namespace
}  // namespace mesh
