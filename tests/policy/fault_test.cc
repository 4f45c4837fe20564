// Delay and abort as independent draws.
#include "libmesh/policy/fault.h"

#include <doctest/doctest.h>

using namespace mesh;

TEST_CASE("fault: a share is a modulo draw out of a million") {
  CHECK_FALSE(happens(Millionths{0}, 0));
  CHECK(happens(Millionths{1}, 0));
  CHECK_FALSE(happens(Millionths{1}, 1));
  CHECK(happens(Millionths{1}, 1'000'000));
  CHECK(happens(Millionths{500'000}, 499'999));
  CHECK_FALSE(happens(Millionths{500'000}, 500'000));
  CHECK(happens(Millionths{1'000'000}, ~0ull));
}

TEST_CASE("fault: a delay below a millisecond is none, an abort needs a code") {
  FaultPolicy policy{.delay_share = {1'000'000}, .abort_share = {1'000'000}};
  CHECK_FALSE(wants_delay(policy, 0));
  CHECK_FALSE(wants_abort(policy, 0));
  policy.delay = microseconds(999);
  CHECK_FALSE(wants_delay(policy, 0));
  policy.delay = milliseconds(1);
  CHECK(wants_delay(policy, 0));
  policy.abort_code = 503;
  CHECK(wants_abort(policy, 0));
  policy.abort_code = 0;
  policy.abort_grpc_status = 14;
  CHECK(wants_abort(policy, 0));
}

TEST_CASE("fault: at max_active_faults the next one is skipped") {
  CHECK(may_inject({}, 1'000'000));
  CHECK(may_inject({.max_active = 2}, 1));
  CHECK_FALSE(may_inject({.max_active = 2}, 2));
  CHECK_FALSE(may_inject({.max_active = 0}, 0));
}

TEST_CASE("fault: a header may only lower the configured share") {
  CHECK(header_share({300'000}, std::nullopt) == Millionths{300'000});
  CHECK(header_share({300'000}, 100'000) == Millionths{100'000});
  CHECK(header_share({300'000}, 900'000) == Millionths{300'000});
  CHECK(header_share({300'000}, 0) == Millionths{0});
}

TEST_CASE("fault: values by header") {
  const FaultPolicy limits{.delay_share = {500'000}, .abort_share = {200'000}};
  const FaultPolicy none = header_controlled(limits, {});
  CHECK_FALSE(wants_delay(none, 0));
  CHECK_FALSE(wants_abort(none, 0));

  const FaultPolicy both =
      header_controlled(limits, {.delay_ms = 250, .abort_code = 429, .delay_percentage = 10'000});
  CHECK(both.delay == milliseconds(250));
  CHECK(both.delay_share == Millionths{10'000});
  CHECK(both.abort_code == 429);
  CHECK(both.abort_share == Millionths{200'000});

  struct Row {
    std::uint64_t header;
    std::optional<std::uint16_t> code;
  };
  for (const Row row : {Row{199, {}}, Row{200, 200}, Row{599, 599}, Row{600, {}}, Row{~0ull, {}}}) {
    CAPTURE(row.header);
    CHECK(header_abort_code(row.header) == row.code);
  }
  CHECK(header_controlled(limits, {.abort_grpc_status = 14}).abort_grpc_status == 14);
  CHECK(header_controlled(limits, {.abort_code = 500, .abort_grpc_status = 14}).abort_grpc_status ==
        -1);
}
