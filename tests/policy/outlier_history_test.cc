// Outlier state against a plain list of everything that has happened to a host.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "libmesh/policy/outlier_detector.h"
#include "tests/support/outlier_host.h"

namespace mesh {
namespace {

using testing::OutlierHost;

enum class Happened {
  Code,
  LocalSuccess,
  LocalFailure,
  Reset5xx,
  ResetGateway,
  ResetLocal,
  Tick,
  Eject,
  Return
};
struct Entry {
  Happened what;
  std::uint16_t code = 0;
  Instant at{};
};

/// Everything is counted anew from the list, backwards to what ends a streak.
class History {
 public:
  explicit History(const OutlierConfig& config) : config_(config) {}

  void add(Happened what, Instant at, std::uint16_t code = 0) {
    entries_.push_back({what, code, at});
  }
  void add(HostResult result, std::uint16_t code, Instant at) {
    if (config_.split_external_local_origin_errors) {
      if (result == HostResult::ExternalCode) return add(Happened::Code, at, code);
      const bool failed = result == HostResult::LocalOriginTimeout ||
                          result == HostResult::LocalOriginConnectFailed;
      return add(failed ? Happened::LocalFailure : Happened::LocalSuccess, at);
    }
    switch (result) {
      case HostResult::LocalOriginConnectSuccess:
        return;
      case HostResult::LocalOriginConnectSuccessFinal:
        return add(Happened::Code, at, code == 0 ? 200 : code);
      case HostResult::LocalOriginConnectFailed:
        return add(Happened::Code, at, code == 0 ? 503 : code);
      case HostResult::LocalOriginTimeout:
        return add(Happened::Code, at, code == 0 ? 504 : code);
      case HostResult::ExternalCode:
        return add(Happened::Code, at, code);
    }
  }

  std::uint32_t streak_5xx() const {
    return streak(Happened::Reset5xx, Happened::Code, [](const Entry& e) { return e.code >= 500; });
  }
  std::uint32_t streak_gateway() const {
    return streak(Happened::ResetGateway, Happened::Code,
                  [](const Entry& e) { return e.code >= 502 && e.code <= 504; });
  }
  std::uint32_t streak_local() const {
    std::uint32_t n = 0;
    for (auto e = entries_.rbegin(); e != entries_.rend(); ++e) {
      if (e->what == Happened::ResetLocal || e->what == Happened::Return ||
          e->what == Happened::LocalSuccess) {
        break;
      }
      n += e->what == Happened::LocalFailure ? 1 : 0;
    }
    return n;
  }
  std::uint32_t since_tick(bool only_success) const {
    std::uint32_t n = 0;
    for (auto e = entries_.rbegin(); e != entries_.rend() && e->what != Happened::Tick; ++e) {
      if (e->what == Happened::Code) n += !only_success || e->code < 500 ? 1 : 0;
    }
    return n;
  }
  bool ejected() const {
    const Entry* last = last_move();
    return last != nullptr && last->what == Happened::Eject;
  }
  std::uint32_t multiplier() const {
    std::uint32_t m = 0;
    bool out = false, ever_returned = false;
    Instant returned{};
    for (const Entry& e : entries_) {
      if (e.what == Happened::Eject) {
        out = true;
        if (config_.base_ejection_time.ns * m <
            config_.max_ejection_time.ns + config_.base_ejection_time.ns) {
          ++m;
        }
      }
      if (e.what == Happened::Return) {
        out = false;
        ever_returned = true;
        returned = e.at;
      }
      const bool healthy_long = ever_returned && elapsed(returned, e.at).ns >= config_.interval.ns;
      if (e.what == Happened::Tick && !out && healthy_long && m > 0) --m;
    }
    return m;
  }
  bool stay_over(Instant now) const {
    const Duration stay =
        std::min(config_.base_ejection_time * multiplier(), config_.max_ejection_time);
    return elapsed(last_move()->at, now).ns >= stay.ns;
  }

 private:
  template <typename Bad>
  std::uint32_t streak(Happened reset, Happened counted, Bad bad) const {
    std::uint32_t n = 0;
    for (auto e = entries_.rbegin(); e != entries_.rend(); ++e) {
      if (e->what == reset || e->what == Happened::Return) break;
      if (e->what != counted) continue;
      if (!bad(*e)) break;
      ++n;
    }
    return n;
  }
  const Entry* last_move() const {
    const auto e = std::find_if(entries_.rbegin(), entries_.rend(), [](const Entry& entry) {
      return entry.what == Happened::Eject || entry.what == Happened::Return;
    });
    return e == entries_.rend() ? nullptr : &*e;
  }

  const OutlierConfig& config_;
  std::vector<Entry> entries_;
};

struct Seen {
  int trips = 0, returns = 0, decays = 0;
};

void live(const OutlierConfig& config, std::mt19937_64& random, Seen& seen) {
  History history(config);
  OutlierHost state;
  Instant now{};
  for (int step = 0; step < 400; ++step) {
    now = now + milliseconds(static_cast<int>(random() % 300));
    if (random() % 6 == 0) {  // returns come before the counters restart and the decay
      if (state.ejected) {
        REQUIRE(stay_is_over(config, state, now) == history.stay_over(now));
        if (stay_is_over(config, state, now)) {
          uneject(state, now);
          history.add(Happened::Return, now);
          ++seen.returns;
        }
      }
      state.external_success = state.external_total = 0;
      const std::uint32_t before = state.multiplier;
      if (!state.ejected) decay_multiplier(config, state, now);
      seen.decays += state.multiplier < before ? 1 : 0;
      history.add(Happened::Tick, now);
    } else {
      const auto result = static_cast<HostResult>(random() % 5);
      constexpr std::uint16_t codes[] = {200, 404, 500, 503, 503, 504, 500};
      std::uint16_t code = result == HostResult::ExternalCode ? codes[random() % 7] : 0;
      if (result == HostResult::LocalOriginTimeout) code = 504;
      history.add(result, code, now);
      const Tripped tripped = observe(config, state, result, code);
      for (int k = 0; k < tripped.count; ++k) {
        ++seen.trips;
        const Detector detector = tripped.detector[k];
        const bool gateway = detector == Detector::ConsecutiveGatewayFailure;
        const bool local = detector == Detector::ConsecutiveLocalOriginFailure;
        REQUIRE((gateway ? history.streak_gateway() == config.consecutive_gateway_failure
                 : local ? history.streak_local() == config.consecutive_local_origin_failure
                         : history.streak_5xx() == config.consecutive_5xx));
        if (state.ejected) continue;
        eject(config, state, now, 0);
        history.add(Happened::Eject, now);
        reset_counter(state, detector);
        history.add(gateway ? Happened::ResetGateway
                    : local ? Happened::ResetLocal
                            : Happened::Reset5xx,
                    now);
      }
    }
    REQUIRE(state.consecutive_5xx == history.streak_5xx());
    REQUIRE(state.consecutive_gateway_failure == history.streak_gateway());
    REQUIRE(state.consecutive_local_origin_failure == history.streak_local());
    REQUIRE(state.external_total == history.since_tick(false));
    REQUIRE(state.external_success == history.since_tick(true));
    REQUIRE(state.ejected == history.ejected());
    REQUIRE(state.multiplier == history.multiplier());
  }
}

TEST_CASE("outlier: the state is what a plain list of events says, over random lives") {
  std::mt19937_64 random(31);
  Seen seen;
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    OutlierConfig config{.interval = milliseconds(500),
                         .base_ejection_time = milliseconds(400),
                         .max_ejection_time = milliseconds(1500),
                         .split_external_local_origin_errors = round % 2 == 1,
                         .consecutive_5xx = 1 + static_cast<std::uint32_t>(round % 5),
                         .consecutive_gateway_failure = 1 + static_cast<std::uint32_t>(round % 3)};
    config.consecutive_local_origin_failure = 1 + static_cast<std::uint32_t>(round % 4);
    live(config, random, seen);
  }
  CHECK(seen.trips > 5000);
  CHECK(seen.returns > 1000);
  CHECK(seen.decays > 300);
}

}  // namespace
}  // namespace mesh
