// How much stays in the zone, where the rest goes.
#include "libmesh/policy/zone_aware.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

namespace {

ZonePlan plan(const ZoneAwareConfig& config, const std::vector<ZoneHosts>& zones,
              bool has_own_zone = true) {
  std::uint32_t local = 0, local_zones = 0;
  for (const ZoneHosts& zone : zones) {
    local += zone.local;
    local_zones += zone.local > 0 ? 1 : 0;
  }
  ZonePlan out;
  plan_zones(config,
             {.zones = zones,
              .has_own_zone = has_own_zone,
              .local_zones = local_zones,
              .local_hosts = local,
              .own_hosts = zones.empty() ? 0 : zones[0].local},
             out);
  return out;
}

struct Words {
  std::vector<std::uint64_t> values;
  std::size_t used = 0;
  std::uint64_t operator()() { return values.at(used++); }
};

}  // namespace

TEST_CASE("zone_aware: reasons to stay off") {
  struct Row {
    const char* name;
    ZoneAwareConfig config;
    std::vector<ZoneHosts> zones;
    ZoneRoutingOff why;
  };
  const Row rows[] = {
      {"one upstream zone", {}, {{6, 6}}, ZoneRoutingOff::SingleZone},
      {"one local zone", {}, {{3, 6}, {3, 0}}, ZoneRoutingOff::SingleZone},
      {"one local zone, forced",
       {.force_local_zone = true},
       {{3, 6}, {3, 0}},
       ZoneRoutingOff::None},
      {"own zone has no callers", {}, {{3, 0}, {3, 3}, {3, 3}}, ZoneRoutingOff::LocalClusterNotOk},
      {"five hosts are too few", {}, {{3, 1}, {2, 1}}, ZoneRoutingOff::ClusterTooSmall},
      {"six are enough", {}, {{3, 1}, {3, 1}}, ZoneRoutingOff::None},
      {"the minimum is configured",
       {.min_cluster_size = 1},
       {{1, 1}, {1, 1}},
       ZoneRoutingOff::None},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const ZonePlan p = plan(row.config, row.zones);
    CHECK(p.why_off == row.why);
    CHECK((p.routing == ZoneRouting::Off) == (row.why != ZoneRoutingOff::None));
  }
}

TEST_CASE("zone_aware: everything stays when the zone has at least its share of hosts") {
  CHECK(plan({}, {{3, 1}, {3, 1}}).routing == ZoneRouting::Direct);
  CHECK(plan({}, {{5, 1}, {3, 3}}).routing == ZoneRouting::Direct);
  Words none;
  CHECK(choose_zone(plan({}, {{3, 1}, {3, 1}}), none) == 0);
}

TEST_CASE("zone_aware: the example in Envoy's source: 40/40/20 local, 25/50/25 upstream") {
  const ZonePlan p = plan({}, {{2, 2}, {4, 2}, {2, 1}});
  REQUIRE(p.routing == ZoneRouting::Residual);
  CHECK(p.local_share == 6250);
  CHECK(p.residual == std::vector<std::uint64_t>{0, 1000, 1500});

  struct Row {
    std::vector<std::uint64_t> words;
    std::uint32_t zone;
    std::size_t used;
  };
  for (const Row& row :
       {Row{{6249}, 0, 1}, Row{{6250, 0}, 1, 2}, Row{{9999, 999}, 1, 2}, Row{{9999, 1000}, 2, 2},
        Row{{9999, 1499}, 2, 2}, Row{{16'250, 1500}, 1, 2}}) {
    Words words{row.words};
    CHECK(choose_zone(p, words) == row.zone);
    CHECK(words.used == row.used);
  }
}

TEST_CASE("zone_aware: no capacity left anywhere means any zone") {
  ZonePlan p;
  p.routing = ZoneRouting::Residual;
  p.residual = {0, 0, 0};
  Words words{{0, 5}};
  CHECK(choose_zone(p, words) == 2);
}

TEST_CASE("zone_aware: an own zone without upstream hosts keeps nothing") {
  const ZonePlan p = plan({}, {{0, 3}, {3, 1}, {3, 1}});
  CHECK(p.routing == ZoneRouting::Residual);
  CHECK(p.local_share == 0);
}

TEST_CASE("zone_aware: forcing keeps everything while the zone has enough hosts") {
  const ZoneAwareConfig config{.force_local_zone = true, .force_local_zone_min_size = 2};
  CHECK(plan(config, {{2, 5}, {8, 1}}).routing == ZoneRouting::Direct);
  CHECK(plan(config, {{1, 5}, {8, 1}}).routing == ZoneRouting::Residual);
}
