// A circuit breaker that an application keeps around its calls.
#include "libmesh/policy/application_breaker.h"

#include <algorithm>

namespace mesh {

BreakerPermit ApplicationBreaker::ask(const ApplicationBreakerConfig& config, Instant now) {
  if (state_ == State::Closed) return {.granted = true, .probe = false, .round = round_};
  if (state_ == State::Open) {
    if (elapsed(opened_at_, now) < config.open) return {.granted = false};
    state_ = State::HalfOpen;
    ++round_;
    probing_ = succeeded_ = probed_ = probes_failed_ = 0;
  }
  const std::uint32_t taken = config.probe_share > 0 ? probing_ + probed_ : probing_;
  if (taken >= config.probes) return {.granted = false};
  ++probing_;
  return {.granted = true, .probe = true, .round = round_};
}

ApplicationBreaker::Change ApplicationBreaker::settle(const ApplicationBreakerConfig& config,
                                                      Instant now, BreakerPermit permit,
                                                      bool failed) {
  if (!permit.granted) return Change::None;
  if (permit.probe) {
    const bool late = state_ != State::HalfOpen || permit.round != round_;
    return late ? Change::None : settle_probe(config, now, failed);
  }
  if (state_ != State::Closed || permit.round != round_) return Change::None;
  if (!count(config, now, failed)) return Change::None;
  trip(now);
  return Change::Opened;
}

void ApplicationBreaker::forgo(BreakerPermit permit) {
  if (permit.probe && state_ == State::HalfOpen && permit.round == round_) --probing_;
}

ApplicationBreaker::Change ApplicationBreaker::settle_probe(const ApplicationBreakerConfig& config,
                                                            Instant now, bool failed) {
  --probing_;
  ++probed_;
  if (failed) {
    ++probes_failed_;
  } else {
    ++succeeded_;
  }
  bool opens = failed, closes = succeeded_ >= config.successes;
  if (config.probe_share > 0) {
    if (probed_ < config.probes) return Change::None;
    opens = probes_failed_ >= config.probe_share * probed_;
    closes = !opens;
  }
  if (opens) {
    trip(now);
    return Change::Opened;
  }
  if (!closes) return Change::None;
  state_ = State::Closed;
  forget();
  return Change::Closed;
}

void ApplicationBreaker::trip(Instant now) {
  state_ = State::Open;
  opened_at_ = now;
  forget();
}

void ApplicationBreaker::forget() {
  probing_ = in_a_row_ = calls_ = failures_ = 0;  // probes still under way come too late
  failed_at_.clear();
  std::fill(parts_.begin(), parts_.end(), Part{});
  last_.clear();
  next_ = 0;
}

/// Does this outcome open it?
bool ApplicationBreaker::count(const ApplicationBreakerConfig& config, Instant now, bool failed) {
  if (config.failures == 0) {
    if (config.window_calls > 0) {
      count_latest(config, failed);
    } else {
      count_in_time(config, now, failed);
    }
    return calls_ >= config.minimum_calls && failures_ >= config.share * calls_;
  }
  if (config.within.ns == 0) {
    in_a_row_ = failed ? in_a_row_ + 1 : 0;
    return in_a_row_ >= config.failures;
  }
  if (!failed) return false;
  failed_at_.push_back(now);
  if (failed_at_.size() > config.failures) failed_at_.pop_front();
  return failed_at_.size() == config.failures && elapsed(failed_at_.front(), now) < config.within;
}

void ApplicationBreaker::count_in_time(const ApplicationBreakerConfig& config, Instant now,
                                       bool failed) {
  if (parts_.empty()) parts_.resize(window_parts);
  const std::int64_t width = std::max<std::int64_t>(config.window.ns / window_parts, 1);
  const std::int64_t part = now.ns / width;
  // Everything between the newest part and this one is empty, at most one round of it.
  for (std::int64_t p = std::max(part_ + 1, part - window_parts + 1); p <= part; ++p) {
    Part& old = parts_[static_cast<std::size_t>(p % window_parts)];
    calls_ -= old.calls;
    failures_ -= old.failures;
    old = {};
  }
  part_ = part;
  Part& newest = parts_[static_cast<std::size_t>(part % window_parts)];
  ++newest.calls;
  ++calls_;
  if (!failed) return;
  ++newest.failures;
  ++failures_;
}

void ApplicationBreaker::count_latest(const ApplicationBreakerConfig& config, bool failed) {
  const std::uint8_t one = failed ? 1 : 0;
  if (last_.size() < config.window_calls) {
    last_.push_back(one);
    ++calls_;
  } else {
    failures_ -= last_[next_];
    last_[next_] = one;
    next_ = (next_ + 1) % last_.size();
  }
  failures_ += one;
}

}  // namespace mesh
