// Which timeouts rule a request.
#include "libmesh/policy/timeouts.h"

#include <doctest/doctest.h>

using namespace mesh;

namespace {

constexpr Duration ms(std::int64_t n) {
  return milliseconds(n);
}

}  // namespace

TEST_CASE("timeouts: route, retry policy, headers") {
  struct Row {
    const char* name;
    TimeoutPolicy policy;
    TimeoutHeaders headers;
    RequestTimeouts expected;
  };
  const Row rows[] = {
      {"Envoy's default", {}, {}, {ms(15'000), ms(0), ms(0)}},
      {"infinite", {.route = ms(0)}, {}, {ms(0), ms(0), ms(0)}},
      {"per-try below global", {.route = ms(10), .per_try = ms(9)}, {}, {ms(10), ms(9), ms(0)}},
      {"per-try at global is dropped", {.route = ms(10), .per_try = ms(10)}, {}, {ms(10)}},
      {"per-try above global is dropped", {.route = ms(10), .per_try = ms(11)}, {}, {ms(10)}},
      {"per-try under an infinite global", {.route = ms(0), .per_try = ms(7)}, {}, {ms(0), ms(7)}},
      {"idle stays as it is",
       {.route = ms(10), .per_try_idle = ms(99)},
       {},
       {ms(10), ms(0), ms(99)}},
      {"the header wins", {.route = ms(10)}, {.upstream_rq_timeout_ms = 15}, {ms(15)}},
      {"the header can make it infinite", {.route = ms(10)}, {.upstream_rq_timeout_ms = 0}, {}},
      {"per-try by header",
       {.route = ms(10), .per_try = ms(5)},
       {.per_try_timeout_ms = 7},
       {ms(10), ms(7)}},
      {"per-try by header above global by header",
       {.route = ms(10)},
       {.upstream_rq_timeout_ms = 6, .per_try_timeout_ms = 7},
       {ms(6)}},
      {"the expected timeout is not respected unless asked for",
       {.route = ms(10)},
       {.expected_rq_timeout_ms = 8},
       {ms(10)}},
      {"the expected timeout wins when respected",
       {.route = ms(10), .respect_expected_rq_timeout = true},
       {.upstream_rq_timeout_ms = 6, .expected_rq_timeout_ms = 8},
       {ms(8)}},
      {"respected but absent",
       {.route = ms(10), .respect_expected_rq_timeout = true},
       {.upstream_rq_timeout_ms = 6},
       {ms(6)}},
      {"max_stream_duration switches the route timeout off",
       {.route = ms(10), .uses_max_stream_duration = true, .per_try = ms(5)},
       {},
       {ms(0), ms(5)}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const RequestTimeouts found = final_timeouts(row.policy, row.headers);
    CHECK(found.global.ns == row.expected.global.ns);
    CHECK(found.per_try.ns == row.expected.per_try.ns);
    CHECK(found.per_try_idle.ns == row.expected.per_try_idle.ns);
  }
}

TEST_CASE("timeouts: gRPC requests follow grpc-timeout when max_grpc_timeout is set") {
  struct Row {
    const char* name;
    GrpcTimeoutPolicy policy;
    std::optional<Duration> header;
    Duration global;
  };
  const Row rows[] = {
      {"absent, no cap: infinite", {}, std::nullopt, ms(0)},
      {"absent, capped", {.max = ms(100)}, std::nullopt, ms(100)},
      {"below the cap", {.max = ms(100)}, ms(70), ms(70)},
      {"above the cap", {.max = ms(100)}, ms(170), ms(100)},
      {"no cap", {}, ms(170), ms(170)},
      {"the offset is taken off", {.offset = ms(20)}, ms(170), ms(150)},
      {"an offset that would reach 0 is ignored", {.offset = ms(170)}, ms(170), ms(170)},
      {"the offset first, then the cap", {.max = ms(100), .offset = ms(20)}, ms(110), ms(90)},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const TimeoutPolicy policy{.route = ms(5), .grpc = row.policy};
    CHECK(final_timeouts(policy, {.grpc_request = true, .grpc_timeout = row.header}).global ==
          row.global);
    CHECK(final_timeouts(policy, {.grpc_timeout = row.header}).global == ms(5));
  }
}

TEST_CASE("timeouts: what the upstream is told") {
  struct Row {
    const char* name;
    RequestTimeouts timeouts;
    bool hedging;
    std::int64_t used_ms;
    std::optional<std::uint64_t> told;
  };
  const Row rows[] = {
      {"nothing without timeouts", {}, false, 0, std::nullopt},
      {"global", {ms(200)}, false, 0, 200},
      {"what is left of global", {ms(200)}, false, 50, 150},
      {"per-try", {ms(200), ms(30)}, false, 0, 30},
      {"per-try as long as there is time", {ms(200), ms(30)}, false, 180, 20},
      {"hedging: the whole of it", {ms(200), ms(30)}, true, 0, 200},
      {"time is up: 1, for 0 means infinite", {ms(200)}, false, 200, 1},
      {"long up", {ms(200), ms(30)}, false, 5'000, 1},
      {"per-try under an infinite global", {ms(0), ms(30)}, false, 5'000, 30},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(expected_timeout_ms(row.timeouts, row.hedging, ms(row.used_ms)) == row.told);
  }
}

TEST_CASE("timeouts: absurd header values do not overflow") {
  const RequestTimeouts t = final_timeouts({}, {.upstream_rq_timeout_ms = ~0ull});
  CHECK(t.global > hours(24 * 365));
}
