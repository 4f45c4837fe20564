// Counts by bucket, store and event; gauges keep the last value.
#include "libmesh/telemetry/store_tally.h"

#include <doctest/doctest.h>

#include <string>

#include "libmesh/telemetry/recorder.h"

namespace mesh {
namespace {

std::string text(const StoreSeries& s) {
  std::string out;
  for (std::size_t i = 0; i < s.bucket.size(); ++i) {
    out += std::to_string(s.bucket[i]) + " " + std::to_string(s.store[i]) + " " +
           std::string(to_string(static_cast<StoreEvent>(s.event[i]))) + " " +
           std::to_string(s.count[i]) + "\n";
  }
  return out;
}

TEST_CASE("store_tally: rows by bucket, store, event") {
  StoreTally tally;
  tally.add(0, StoreId{1}, StoreEvent::Miss, 1);
  tally.add(0, StoreId{0}, StoreEvent::Hit, 1);
  tally.add(0, StoreId{0}, StoreEvent::Hit, 1);
  tally.add(3, StoreId{0}, StoreEvent::Wipe, 12);
  tally.set(3, StoreId{1}, StoreEvent::Limit, 20);
  tally.set(3, StoreId{1}, StoreEvent::Limit, 18);
  CHECK(text(tally.take()) == "0 0 hit 2\n0 1 miss 1\n3 0 wipe 12\n3 1 limit 18\n");
  CHECK(text(tally.take()) == "");
}

TEST_CASE("store_tally: a record holds them, the sum of two records adds them up") {
  Names names;
  names.stores.add("cache a");
  Recorder recorder({}, names, 1);
  const std::uint64_t without = recorder.peek({}, {})->hash();
  recorder.tally(Instant{} + seconds(2), StoreId{0}, StoreEvent::Hit);
  const auto record = recorder.finish({}, {});
  CHECK(text(record->stores) == "2 0 hit 1\n");
  CHECK(record->hash() != without);
  CHECK(text(merge(*record, *record)->stores) == "2 0 hit 2\n");
}

}  // namespace
}  // namespace mesh
