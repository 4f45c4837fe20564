// Localities by weight and by what is left of them.
#include "libmesh/policy/locality.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

TEST_CASE("locality: effective weight shrinks once less than 1/1.4 of the hosts are left") {
  struct Row {
    const char* name;
    LocalityHosts locality;
    double weight;
  };
  const Row rows[] = {
      {"all well", {.weight = 10, .hosts = 5, .eligible = 5}, 10.0},
      {"4 of 5 are 1.12, capped", {.weight = 10, .hosts = 5, .eligible = 4}, 10.0},
      {"3 of 5", {.weight = 10, .hosts = 5, .eligible = 3}, 8.4},
      {"none left", {.weight = 10, .hosts = 5, .eligible = 0}, 0.0},
      {"no hosts", {.weight = 10, .hosts = 0, .eligible = 0}, 0.0},
      {"all excluded", {.weight = 10, .hosts = 2, .eligible = 0, .excluded = 2}, 0.0},
      {"excluded ones leave the denominator",
       {.weight = 10, .hosts = 5, .eligible = 3, .excluded = 2},
       10.0},
      {"no weight", {.weight = 0, .hosts = 5, .eligible = 5}, 0.0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(effective_locality_weight(row.locality, 140) == doctest::Approx(row.weight));
  }
}

TEST_CASE("locality: picks follow the weights, localities without any are never picked") {
  const std::vector<LocalityHosts> localities = {{.weight = 80, .hosts = 2, .eligible = 2},
                                                 {.weight = 0, .hosts = 2, .eligible = 2},
                                                 {.weight = 20, .hosts = 2, .eligible = 2},
                                                 {.weight = 50, .hosts = 2, .eligible = 0}};
  for (const std::uint64_t seed : {0ull, 1ull, 77ull, 123'456'789'012ull}) {
    CAPTURE(seed);
    LocalitySchedule schedule(localities, 140, seed);
    std::vector<int> picks(4);
    for (int i = 0; i < 1'000; ++i) ++picks[*schedule.pick()];
    CHECK(picks == std::vector<int>{800, 0, 200, 0});
  }
}

TEST_CASE("locality: nothing to choose from") {
  LocalitySchedule none(std::vector<LocalityHosts>{{.weight = 0, .hosts = 1, .eligible = 1}}, 140,
                        5);
  CHECK_FALSE(none.pick());
  CHECK_FALSE(LocalitySchedule{}.pick());
}
