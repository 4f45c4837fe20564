// Which histories open, half open and close an application's circuit breaker.
#include "libmesh/policy/application_breaker.h"

#include <doctest/doctest.h>

#include <deque>
#include <random>
#include <string>

namespace mesh {
namespace {

using State = ApplicationBreaker::State;

/// Plays a history: + and - are a good and a bad call, one each `gap`; . is a gap without a call.
/// What comes back: what was asked, with x where it was refused and P for a probe.
std::string play(const ApplicationBreakerConfig& config, const std::string& history,
                 Duration gap = seconds(1)) {
  ApplicationBreaker breaker;
  std::string out;
  Instant now{};
  for (const char c : history) {
    if (c == '.') {
      out += '.';
    } else {
      const BreakerPermit permit = breaker.ask(config, now);
      out += !permit.granted ? 'x' : permit.probe ? 'P' : c;
      breaker.settle(config, now, permit, c == '-');
    }
    now = now + gap;
  }
  return out;
}

TEST_CASE("application_breaker: histories, one call each second") {
  const ApplicationBreakerConfig row{.failures = 3, .open = seconds(5)};
  const ApplicationBreakerConfig within{.failures = 3, .within = seconds(4), .open = seconds(5)};
  const ApplicationBreakerConfig share{
      .failures = 0, .share = 0.5, .minimum_calls = 4, .window = seconds(10), .open = seconds(3)};
  ApplicationBreakerConfig calls = share;
  calls.window_calls = 4;
  ApplicationBreakerConfig twice = row;
  twice.successes = 2;
  ApplicationBreakerConfig judged = row;
  judged.probes = 4;
  judged.probe_share = 0.5;
  struct Row {
    const char* name;
    const ApplicationBreakerConfig& config;
    const char *history, *outcome;
  };
  for (const Row& r : {
           Row{"three in a row open it for five seconds", row, "+---+++++++", "+---xxxxP++"},
           Row{"a success in between begins anew", row, "--+--+--+", "--+--+--+"},
           Row{"the first bad probe opens it again", row, "---....-++++++", "---....PxxxxP+"},
           Row{"within a time a success in between changes nothing", within, "-+-++-+-",
               "-+-++-+-"},
           Row{"three in four seconds", within, "-+--+", "-+--x"},
           Row{"the minimum of calls holds it closed", share, "---+", "---+"},
           Row{"half of four", share, "+-+-+", "+-+-x"},
           Row{"half of five is not there", share, "+-++-++", "+-++-++"},
           Row{"what is older than the window is forgotten", share, "--.........+++-+",
               "--.........+++-+"},
           Row{"of the latest four calls", calls, "++++++--++", "++++++--xx"},
           Row{"two good probes close it", twice, "---.....++---+", "---.....PP---x"},
           Row{"one good and one bad do not", twice, "---.....+-+", "---.....PPx"},
           Row{"probes judged together: one of four is bad", judged, "---.....+-++-+",
               "---.....PPPP-+"},
           Row{"probes judged together: two of four are", judged, "---.....+-+-++",
               "---.....PPPPxx"},
       }) {
    CAPTURE(std::string(r.name));
    CHECK(play(r.config, r.history) == r.outcome);
  }
}

TEST_CASE("application_breaker: libraries' defaults, 42 Semian circuits of E11 among them") {
  // error_threshold 3 in error_timeout 2 s, success_threshold 2.
  const ApplicationBreakerConfig semian{.failures = 3,
                                        .within = seconds(2),
                                        .open = seconds(2),
                                        .probes = 0xffffffffu,
                                        .successes = 2};
  CHECK(play(semian, "---++++", milliseconds(500)) == "---xxxP");
  const ApplicationBreakerConfig gobreaker{.failures = 6, .open = seconds(60)};
  CHECK(play(gobreaker, "------++") == "------xx");
}

TEST_CASE("application_breaker: so many probes at a time, one that is given up makes room") {
  const ApplicationBreakerConfig config{
      .failures = 1, .open = seconds(1), .probes = 2, .successes = 2};
  ApplicationBreaker breaker;
  breaker.settle(config, Instant{}, breaker.ask(config, Instant{}), true);
  const Instant later = Instant{} + seconds(1);
  CHECK_FALSE(breaker.ask(config, Instant{} + milliseconds(999)).granted);
  const BreakerPermit first = breaker.ask(config, later), second = breaker.ask(config, later);
  CHECK(first.probe);
  CHECK(second.probe);
  CHECK_FALSE(breaker.ask(config, later).granted);
  breaker.forgo(first);
  const BreakerPermit third = breaker.ask(config, later);
  CHECK(third.granted);
  CHECK(breaker.settle(config, later, second, false) == ApplicationBreaker::Change::None);
  CHECK(breaker.settle(config, later, third, false) == ApplicationBreaker::Change::Closed);
  CHECK(breaker.probing() == 0);
}

TEST_CASE("application_breaker: what comes late does not count") {
  const ApplicationBreakerConfig config{.failures = 1, .open = seconds(1)};
  ApplicationBreaker breaker;
  const BreakerPermit old = breaker.ask(config, Instant{});
  breaker.settle(config, Instant{}, breaker.ask(config, Instant{}), true);
  CHECK(breaker.state() == State::Open);
  const Instant later = Instant{} + seconds(1);
  const BreakerPermit probe = breaker.ask(config, later);
  CHECK(breaker.settle(config, later, old, false) == ApplicationBreaker::Change::None);
  CHECK(breaker.state() == State::HalfOpen);
  CHECK(breaker.settle(config, later, probe, false) == ApplicationBreaker::Change::Closed);
  CHECK(breaker.settle(config, later, old, true) == ApplicationBreaker::Change::None);
  CHECK(breaker.state() == State::Closed);
}

TEST_CASE("application_breaker: probes under way when another one opens it are not waited for") {
  const ApplicationBreakerConfig config{.failures = 1, .open = seconds(1), .probes = 2};
  ApplicationBreaker breaker;
  breaker.settle(config, Instant{}, breaker.ask(config, Instant{}), true);
  const Instant later = Instant{} + seconds(1);
  const BreakerPermit first = breaker.ask(config, later), second = breaker.ask(config, later);
  CHECK(breaker.settle(config, later, first, true) == ApplicationBreaker::Change::Opened);
  CHECK(breaker.probing() == 0);
  CHECK(breaker.settle(config, later, second, false) == ApplicationBreaker::Change::None);
  CHECK(breaker.state() == State::Open);
}

/// The share of failures as a list of outcomes says it: those of the newest ten tenths.
struct Shadow {
  struct Call {
    std::int64_t part;
    bool failed;
  };
  std::deque<Call> calls;

  bool opens(const ApplicationBreakerConfig& config, Instant now, bool failed) {
    const std::int64_t part = now.ns / (config.window.ns / 10);
    calls.push_back({part, failed});
    while (config.window_calls > 0 ? calls.size() > config.window_calls
                                   : calls.front().part <= part - 10) {
      calls.pop_front();
    }
    std::size_t bad = 0;
    for (const Call& call : calls) bad += call.failed ? 1 : 0;
    const auto all = static_cast<double>(calls.size());
    return calls.size() >= config.minimum_calls && static_cast<double>(bad) >= config.share * all;
  }
};

TEST_CASE("application_breaker: windows of random histories open it when a list says so") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    ApplicationBreakerConfig config{.failures = 0,
                                    .share = 0.3 + 0.1 * static_cast<double>(random() % 5),
                                    .minimum_calls = 1 + static_cast<std::uint32_t>(random() % 8),
                                    .window = milliseconds(1000)};
    if (random() % 2 == 0) config.window_calls = 8 + static_cast<std::uint32_t>(random() % 8);
    ApplicationBreaker breaker;
    Shadow shadow;
    Instant now{};
    for (int step = 0; step < 300; ++step) {
      now = now + milliseconds(static_cast<std::int64_t>(random() % 400));
      const bool failed = random() % 4 == 0;
      const BreakerPermit permit = breaker.ask(config, now);
      REQUIRE(permit.granted);
      const bool opened =
          breaker.settle(config, now, permit, failed) == ApplicationBreaker::Change::Opened;
      REQUIRE(opened == shadow.opens(config, now, failed));
      if (opened) break;
    }
  }
}

}  // namespace
}  // namespace mesh
