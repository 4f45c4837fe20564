// A circuit breaker that an application keeps around its calls.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/base/ring.h"
#include "libmesh/base/time.h"

namespace mesh {

/// When it opens, for how long, and what closes it again. Nygard, Release It!, 2007.
struct ApplicationBreakerConfig {
  /// By number: so many failures in a row, or within a time. 0 = by share.
  std::uint32_t failures = 5;
  Duration within{0};
  /// By share of the calls in the window, of which there must be a minimum.
  double share = 0.5;
  std::uint32_t minimum_calls = 20;
  Duration window = seconds(10);
  std::uint32_t window_calls = 0;  // above 0: the latest so many calls instead of a time
  /// How long it stays open before it lets probes through.
  Duration open = seconds(5);
  std::uint32_t probes = 1;     // at a time while it is half open
  std::uint32_t successes = 1;  // of probes, that close it; the first failure opens it again
  /// Above 0: `probes` calls in all, judged together when the last has ended; at this share of
  /// failures it opens again.
  double probe_share = 0;
  bool operator==(const ApplicationBreakerConfig&) const = default;
};

/// May a call be made? `round` counts how often the breaker has been half open.
struct BreakerPermit {
  bool granted = true;
  bool probe = false;
  std::uint32_t round = 0;
};

/// Counts outcomes in a window of time or of calls.
class ApplicationBreaker {
 public:
  enum class State : std::uint8_t { Closed, Open, HalfOpen };
  /// What an outcome, or the mere asking, has changed.
  enum class Change : std::uint8_t { None, Opened, Closed };
  /// Parts of a window of time (Hystrix's metrics.rollingStats.numBuckets).
  static constexpr std::uint32_t window_parts = 10;

  BreakerPermit ask(const ApplicationBreakerConfig& config, Instant now);
  /// The call for which there was a permit has ended. What comes late does not count: a call from
  /// before it opened, a probe of an earlier round.
  Change settle(const ApplicationBreakerConfig& config, Instant now, BreakerPermit permit,
                bool failed);
  /// The call was given up without an outcome.
  void forgo(BreakerPermit permit);

  /// Open until somebody asks after its time.
  State state() const { return state_; }
  std::uint32_t probing() const { return probing_; }

 private:
  struct Part {
    std::uint32_t calls = 0, failures = 0;
  };
  bool count(const ApplicationBreakerConfig& config, Instant now, bool failed);
  void count_in_time(const ApplicationBreakerConfig& config, Instant now, bool failed);
  void count_latest(const ApplicationBreakerConfig& config, bool failed);
  Change settle_probe(const ApplicationBreakerConfig& config, Instant now, bool failed);
  void trip(Instant now);
  void forget();

  State state_ = State::Closed;
  Instant opened_at_{};
  std::uint32_t round_ = 0, probing_ = 0, succeeded_ = 0, probed_ = 0, probes_failed_ = 0;
  std::uint32_t in_a_row_ = 0;
  Ring<Instant> failed_at_;         // by number within a time: the latest failures
  std::vector<Part> parts_;         // by share of a time, by its number modulo
  std::int64_t part_ = -1;          // number of the newest part
  std::vector<std::uint8_t> last_;  // by share of calls: did they fail?
  std::size_t next_ = 0;
  std::uint32_t calls_ = 0, failures_ = 0;  // in the window
};

}  // namespace mesh
