// Active health checking: transitions, intervals.
#include "libmesh/policy/health_check.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace mesh;

namespace {

constexpr HealthCheckConfig config{.unhealthy_threshold = 2, .healthy_threshold = 3};

/// States after each result: s success, d degraded, b bad status, r retriable status, t timeout,
/// c connect error, p passive. H healthy, D degraded, F failed; lower case when nothing changed.
std::string walk(const std::string& results, HealthCheckState state = {}) {
  std::string out;
  for (const char c : results) {
    const CheckResult result = c == 's'   ? CheckResult::Success
                               : c == 'd' ? CheckResult::Degraded
                               : c == 'b' ? CheckResult::BadStatus
                               : c == 'r' ? CheckResult::RetriableStatus
                               : c == 't' ? CheckResult::Timeout
                               : c == 'c' ? CheckResult::ConnectError
                                          : CheckResult::Passive;
    const HealthTransition transition = on_check_result(config, state, result);
    char now = state.failed ? 'F' : state.degraded ? 'D' : 'H';
    if (transition != HealthTransition::Changed) now = static_cast<char>(now - 'A' + 'a');
    out += now;
  }
  return out;
}

}  // namespace

TEST_CASE("health_check: walks through results (upper case = told to the balancers)") {
  struct Row {
    const char* name;
    std::string results, states;
  };
  const Row rows[] = {
      {"the very first success is enough", "s", "H"},
      {"after a first failure three successes are needed", "bsss", "fffH"},
      {"a failure in between starts again", "bssbsss", "ffffffH"},
      {"a bad status fails at once", "sb", "HF"},
      {"a timeout needs two", "stt", "HhF"},
      {"a connect error needs two", "scc", "HhF"},
      {"a retriable status needs two, kinds add up", "srt", "HhF"},
      {"a success in between starts again", "stst", "Hhhh"},
      {"a passive failure fails at once", "sp", "HF"},
      {"a degraded answer is a success", "d", "D"},
      {"degraded comes and goes", "sdds", "HDdH"},
      {"a failed host stays failed", "bbbt", "ffff"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(walk(row.results) == row.states);
  }
}

TEST_CASE("health_check: the first result of a pending host is a change whatever it is") {
  CHECK(walk("b", {.pending = true}) == "F");
  CHECK(walk("bb", {.pending = true}) == "Ff");
}

TEST_CASE("health_check: intervals fall back from edge to plain") {
  using T = HealthTransition;
  const HealthCheckConfig plain{.interval = seconds(5)};
  CHECK(check_interval(plain, true, T::Unchanged, true) == seconds(5));
  CHECK(check_interval(plain, true, T::ChangePending, true) == seconds(5));
  CHECK(check_interval(plain, false, T::Unchanged, true) == seconds(5));
  CHECK(check_interval(plain, false, T::ChangePending, true) == seconds(5));
  CHECK(check_interval(plain, true, T::Unchanged, false) == seconds(60));

  const HealthCheckConfig some{.interval = seconds(5), .unhealthy_interval = seconds(2)};
  CHECK(check_interval(some, false, T::ChangePending, true) == seconds(2));
  CHECK(check_interval(some, true, T::ChangePending, true) == seconds(5));

  const HealthCheckConfig quiet{.no_traffic_healthy_interval = seconds(90)};
  CHECK(check_interval(quiet, true, T::Changed, false) == seconds(90));
  CHECK(check_interval(quiet, true, T::ChangePending, false) == seconds(60));
  CHECK(check_interval(quiet, false, T::Unchanged, false) == seconds(60));
}

TEST_CASE("health_check: jitters are modulo draws, percent first, none when not configured") {
  std::vector<std::uint64_t> words = {1'234, 77};
  std::size_t used = 0;
  const auto word = [&] { return words[used++]; };
  CHECK(with_jitter(seconds(1), 0, {}, word) == seconds(1));
  CHECK(used == 0);
  CHECK(with_jitter(seconds(1), 10, milliseconds(50), word) == milliseconds(1000 + 34 + 27));
  CHECK(used == 2);
  used = 0;
  CHECK(with_jitter({}, 50, {}, word) == milliseconds(1));  // never 0
  CHECK(first_check({}, word) == Duration{0});
  CHECK(first_check({.initial_jitter = seconds(1)}, word) == milliseconds(234));
}
