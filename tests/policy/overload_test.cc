// How far an overload action is in force.
#include "libmesh/policy/overload.h"

#include <doctest/doctest.h>

namespace mesh {
namespace {

TEST_CASE("overload: values of thresholds and scaled triggers") {
  struct Row {
    OverloadTrigger trigger;
    double pressure, value;
  };
  const Row rows[] = {
      {{0.95, 0.95}, 0.94, 0.0}, {{0.95, 0.95}, 0.95, 1.0}, {{0.8, 0.9}, 0.8, 0.0},
      {{0.8, 0.9}, 0.85, 0.5},   {{0.8, 0.9}, 0.9, 1.0},    {{0.8, 0.9}, 1.0, 1.0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pressure);
    CHECK(action_value(row.trigger, row.pressure) == doctest::Approx(row.value));
  }
}

}  // namespace
}  // namespace mesh
