// Tests of times as decimal numbers.
#include "libmesh/export/decimal.h"

#include <doctest/doctest.h>

#include <limits>

namespace mesh {
namespace {

TEST_CASE("decimal: all digits and no more") {
  struct Row {
    std::int64_t ns;
    const char* seconds;
    const char* milliseconds;
  };
  const Row rows[] = {
      {0, "0", "0"},
      {1, "0.000000001", "0.000001"},
      {1'500'000, "0.0015", "1.5"},
      {10'000'000'000, "10", "10000"},
      {12'000'000'345, "12.000000345", "12000.000345"},
      {-1'500'000, "-0.0015", "-1.5"},
      {std::numeric_limits<std::int64_t>::min(), "-9223372036.854775808", "-9223372036854.775808"},
  };
  for (const Row& row : rows) {
    CHECK(seconds_text({row.ns}) == row.seconds);
    CHECK(milliseconds_text({row.ns}) == row.milliseconds);
  }
}

}  // namespace
}  // namespace mesh
