// Intervals named by Retry-After-like headers.
#include "libmesh/policy/reset_header.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

TEST_CASE("reset_header: one header") {
  constexpr std::int64_t now = 1'000'000;
  using F = ResetHeaderFormat;
  struct Row {
    const char* name;
    ResetHeader header;
    std::optional<Duration> interval;
  };
  const Row rows[] = {
      {"absent", {F::Seconds, std::nullopt}, std::nullopt},
      {"seconds", {F::Seconds, "2"}, seconds(2)},
      {"zero", {F::Seconds, "0"}, Duration{0}},
      {"not a number", {F::Seconds, "soon"}, std::nullopt},
      {"a fraction is not a number", {F::Seconds, "1.5"}, std::nullopt},
      {"negative", {F::Seconds, "-3"}, std::nullopt},
      {"empty", {F::Seconds, ""}, std::nullopt},
      {"a timestamp ahead", {F::UnixTimestamp, "1000300"}, seconds(300)},
      {"a timestamp of now", {F::UnixTimestamp, "1000000"}, Duration{0}},
      {"a timestamp of the past", {F::UnixTimestamp, "999999"}, std::nullopt},
      {"more than time can hold", {F::Seconds, "9999999999999"}, std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(reset_interval(row.header, now) == row.interval);
  }
}

TEST_CASE("reset_header: the first one that parses and is not too long counts") {
  using F = ResetHeaderFormat;
  const std::vector<ResetHeader> headers = {{F::Seconds, std::nullopt},
                                            {F::Seconds, "many"},
                                            {F::Seconds, "301"},
                                            {F::Seconds, "7"},
                                            {F::Seconds, "5"}};
  CHECK(reset_interval(headers, 0) == seconds(7));
  CHECK(reset_interval(headers, 0, seconds(400)) == seconds(301));
  CHECK_FALSE(reset_interval(headers, 0, seconds(1)));
}
