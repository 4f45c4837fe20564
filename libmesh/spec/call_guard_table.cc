// Field tables of what a caller keeps around a call: breaker, throttle, hedge, balance, deadline.
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

constexpr std::uint32_t calls_max = 10'000;

// ---- Circuit breakers ---------------------------------------------------------------------------

/// What libraries do unless they are told otherwise.
BreakerSpec breaker_preset(std::string_view name) {
  BreakerSpec preset;
  ApplicationBreakerConfig& c = preset.config;
  c.failures = 0;
  if (name == "hystrix") {  // HystrixCommandProperties.java; its health is looked at each 500 ms
    c.share = 0.5, c.minimum_calls = 20, c.window = seconds(10), c.open = seconds(5);
  } else if (name == "resilience4j") {  // CircuitBreakerConfig.java
    c.share = 0.5, c.minimum_calls = 100, c.window_calls = 100, c.open = seconds(60);
    c.probes = 10, c.probe_share = 0.5;
  } else if (name == "polly") {  // Polly v8, CircuitBreakerStrategyOptions
    c.share = 0.1, c.minimum_calls = 100, c.window = seconds(30), c.open = seconds(5);
  } else if (name == "gobreaker") {  // sony/gobreaker: more than five in a row, MaxRequests 1
    c.failures = 6, c.open = seconds(60);
  } else {  // Semian's README: error_threshold 3, error_timeout 10, success_threshold 2
    c.failures = 3, c.within = seconds(10), c.open = seconds(10);
    c.probes = no_limit, c.successes = 2;
  }
  return preset;
}

Reader<std::string> preset_word() {
  return word({"hystrix", "resilience4j", "semian", "polly", "gobreaker"});
}

template <class Member>
auto of_config(Member member) {
  return [member](BreakerSpec& b) -> auto& { return b.config.*member; };
}

const Table<BreakerSpec>& half_open_table() {
  using C = ApplicationBreakerConfig;
  static const Table<BreakerSpec> table(
      "HalfOpen", "What a breaker lets through when it has been open for its time.",
      {
          simulated("probes", of_config(&C::probes), limit(1, calls_max, no_limit), "1",
                    "Calls at a time; with failureShare in all."),
          simulated("successes", of_config(&C::successes), integer<std::uint32_t>(1, calls_max),
                    "1", "Of them, that close it; the first failure opens it again."),
          simulated("failureShare", of_config(&C::probe_share), share(), "0%",
                    "Judges all probes together instead; from this share on it opens again."),
          simulated("timeout", &BreakerSpec::half_open_timeout, positive_time_span(),
                    "that of the call", "Of a probe."),
      },
      [](const YamlNode& node, const Reading& at, BreakerSpec& b) {
        if (b.config.probe_share > 0 && b.config.probes == no_limit) {
          at.field("probes").error(code::out_of_range, child_or_self(node, "probes"),
                                   "must be a number where they are judged together");
        }
      });
  return table;
}

/// Fields of the way that is not used keep their defaults.
void settle_ways(const YamlNode& node, const Reading& at, BreakerSpec& b) {
  const ApplicationBreakerConfig plain;
  ApplicationBreakerConfig& c = b.config;
  const bool counts = node.find("failures") != nullptr || node.find("within") != nullptr;
  bool shares = false;
  for (const char* name : {"failureShare", "minimumCalls", "window", "windowCalls"}) {
    if (node.find(name) == nullptr) continue;
    shares = true;
    if (!counts) continue;
    at.field(name).error(code::exclusive_fields, child_or_self(node, name),
                         "failures and within count, this takes a share",
                         "leave out failures and within");
  }
  if (shares) c.failures = 0;
  if (counts && c.failures == 0) c.failures = plain.failures;
  if (node.find("window") != nullptr && node.find("windowCalls") != nullptr) {
    at.field("windowCalls")
        .error(code::exclusive_fields, child_or_self(node, "windowCalls"),
               "a window is a time or a number of calls");
  }
  if (node.find("window") != nullptr) c.window_calls = 0;
  if (c.failures > 0) {
    c.share = plain.share, c.minimum_calls = plain.minimum_calls;
    c.window = plain.window, c.window_calls = 0;
    return;
  }
  c.within = {};
  if (c.window_calls > 0) c.window = plain.window;
  if (c.share <= 0) {
    at.field("failureShare")
        .error(code::out_of_range, child_or_self(node, "failureShare"),
               "must be above 0, or it would never be closed");
  }
  if (c.window_calls > 0 && c.minimum_calls > c.window_calls) {
    at.field("minimumCalls")
        .error(code::out_of_range, child_or_self(node, "minimumCalls"),
               "the window never holds so many calls");
  }
}

const Table<BreakerSpec>& breaker_table() {
  using C = ApplicationBreakerConfig;
  static const Table<BreakerSpec> table(
      "CallBreaker", "A circuit breaker around the calls to a service.",
      {
          simulated_whole<BreakerSpec>(
              "preset", preset_word().shape,
              [](const YamlNode& node, const Reading& at, BreakerSpec&) {
                std::string name;
                preset_word().read(node, at, name);  // obeyed before all other fields
              },
              "none", "A library whose defaults hold for what is left out."),
          simulated("scope", &BreakerSpec::per_thread,
                    one_of<bool>({{"pod", false}, {"thread", true}}), "pod",
                    "One for a whole pod, or one for each of its workers."),
          simulated("failures", of_config(&C::failures), integer<std::uint32_t>(1, calls_max), "5",
                    "Opens after so many in a row, or within a time."),
          simulated("within", of_config(&C::within), positive_time_span(), "in a row",
                    "The failures need not follow each other, but fall in this time."),
          simulated("failureShare", of_config(&C::share), share(), "50%",
                    "Opens at this share of the calls in a window, instead of at a number."),
          simulated("minimumCalls", of_config(&C::minimum_calls),
                    integer<std::uint32_t>(1, calls_max), "20", "In the window, or it stays shut."),
          simulated("window", of_config(&C::window), positive_time_span(), "10s",
                    "Slides in tenths."),
          simulated("windowCalls", of_config(&C::window_calls),
                    integer<std::uint32_t>(1, calls_max), "none",
                    "The latest so many calls as the window, instead of a time."),
          simulated("failOn", &BreakerSpec::fail_on, outcome_words(), "[5xx, timeout]",
                    "Outcomes that count as failures."),
          simulated("open", of_config(&C::open), positive_time_span(), "5s",
                    "How long all calls are refused."),
          simulated(
              "halfOpen", [](BreakerSpec& b) -> auto& { return b; }, object(half_open_table),
              "{probes: 1, successes: 1}", "What comes after that."),
      },
      settle_ways);
  return table;
}

/// A library by its name, or fields of one's own.
Reader<BreakerSpec> breaker() {
  const Reader<BreakerSpec> fields = object(breaker_table);
  const Reader<std::string> preset = preset_word();
  return custom<BreakerSpec>(
      {.kind = Shape::Kind::OneOf, .of = {preset.shape, fields.shape}},
      [fields, preset](const YamlNode& node, const Reading& at, BreakerSpec& out) {
        if (node.kind == YamlNode::Kind::Scalar) {
          std::string name;
          if (!preset.read(node, at, name)) return false;
          out = breaker_preset(name);
          return true;
        }
        const YamlNode* named = node.find("preset");
        if (named != nullptr && named->kind == YamlNode::Kind::Scalar) {
          out = breaker_preset(named->scalar);
        }
        return fields.read(node, at, out);
      });
}

// ---- Throttle, hedge, balance -------------------------------------------------------------------

const Table<ThrottleSpec>& throttle_table() {
  static const Table<ThrottleSpec> table(
      "Throttle", "The caller refuses calls itself while the callee turns many away.",
      {
          simulated(
              "k", [](ThrottleSpec& t) -> auto& { return t.config.k; }, number(1, 1000), "2",
              "Requests for each accepted one, beyond which some are refused."),
          simulated(
              "window", [](ThrottleSpec& t) -> auto& { return t.config.window; },
              positive_time_span(), "120s", "Slides in 24 parts."),
          simulated("rejectOn", &ThrottleSpec::reject_on, outcome_words(), "[429, 503]",
                    "Outcomes by which the callee turns a call away."),
      });
  return table;
}

/// 10ms, or p95 of the calls so far.
Field<HedgeConfig> after_row() {
  return simulated_whole<HedgeConfig>(
      "after", {.kind = Shape::Kind::Text},
      [](const YamlNode& node, const Reading& at, HedgeConfig& out) {
        const std::string& text = node.scalar;
        if (node.kind != YamlNode::Kind::Scalar || !text.starts_with('p')) {
          time_span().read(node, at, out.after);
          return;
        }
        YamlNode percent = node;
        percent.scalar = text.substr(1) + "%";
        if (!share().read(percent, at, out.quantile)) return;
        if (out.quantile > 0 && out.quantile < 1) return;
        at.error(code::malformed_value, node, "\"" + text + "\" is no quantile",
                 "write after: p95, or a time: 10ms");
      },
      "", "When another copy is sent: 10ms, or p95 of the calls so far.");
}

const Table<HedgeConfig>& hedge_table() {
  static const Table<HedgeConfig> table(
      "Hedge",
      "Further copies of a call, elsewhere if there is elsewhere; the first good answer "
      "wins.",
      {
          after_row(),
          simulated("max", &HedgeConfig::most, integer<std::uint32_t>(1, hedges_max), "1",
                    "Copies beside the first, each `after` later than the one before."),
          simulated("cancel", &HedgeConfig::cancels, boolean(), "true",
                    "The others are given up when one has answered."),
          simulated("tied", &HedgeConfig::tied, boolean(), "false",
                    "The copy whose work begins first takes the others out of their queues."),
      },
      [](const YamlNode& node, const Reading& at, HedgeConfig& hedge) {
        if (hedge.tied || hedge.quantile > 0 || hedge.after.ns > 0) return;
        at.field("after").error(code::one_needed, child_or_self(node, "after"),
                                "all copies would be sent at once",
                                "write after: p95, after: 10ms, or tied: true");
      });
  return table;
}

Reader<CallBalance> balance_word() {
  return one_of<CallBalance>({{"roundRobin", CallBalance::RoundRobin},
                              {"random", CallBalance::Random},
                              {"leastLoaded", CallBalance::LeastLoaded},
                              {"peakEwma", CallBalance::PeakEwma}});
}

const Table<BalanceSpec>& balance_table() {
  static const Table<BalanceSpec> table(
      "CallBalance", "How the application itself spreads its calls.",
      {
          required("by", &BalanceSpec::kind, balance_word(),
                   "leastLoaded looks at all hosts, peakEwma at `choices` of them."),
          simulated("decay", &BalanceSpec::decay, positive_time_span(), "10s",
                    "Of the moving average of peakEwma."),
          simulated("choices", &BalanceSpec::choices, integer<std::uint32_t>(2, 64), "2",
                    "Hosts that peakEwma compares."),
      });
  return table;
}

Reader<BalanceSpec> balance() {
  const Reader<BalanceSpec> fields = object(balance_table);
  const Reader<CallBalance> kind = balance_word();
  return custom<BalanceSpec>(
      {.kind = Shape::Kind::OneOf, .of = {kind.shape, fields.shape}},
      [fields, kind](const YamlNode& node, const Reading& at, BalanceSpec& out) {
        if (node.kind != YamlNode::Kind::Scalar) return fields.read(node, at, out);
        return kind.read(node, at, out.kind);
      });
}

template <class Member>
auto of_guards(Member member) {
  return [member](CallStep& c) -> auto& { return c.guards.*member; };
}

}  // namespace

Reader<std::uint32_t> priority_class() {
  return integer<std::uint32_t>(0, priority_classes - 1);
}

Reader<bool> deadline_word() {
  return one_of<bool>({{"propagate", true}, {"ignore", false}});
}

std::vector<Field<CallStep>> guard_rows() {
  return {
      simulated("breaker", of_guards(&CallGuards::breaker), breaker(), "none",
                "A circuit breaker; what it refuses is a failure, not tried again."),
      simulated("throttle", of_guards(&CallGuards::throttle), object(throttle_table), "none",
                "Refuses calls at random while the callee turns many away."),
      simulated("hedge", of_guards(&CallGuards::hedge), object(hedge_table), "none",
                "Further copies of a slow call."),
      simulated("balance", of_guards(&CallGuards::balance), balance(), "as kube-proxy",
                "How a caller without sidecar chooses the host."),
      simulated("deadline", of_guards(&CallGuards::deadline), deadline_word(), "the workload's",
                "propagate: the call carries the deadline on and waits no longer than it."),
  };
}

void check_guards(const YamlNode& node, const Reading& at, const CallStep& call) {
  const CallGuards& guards = call.guards;
  if (guards.breaker && guards.breaker->half_open_timeout && !call.timeout) {
    at.field("breaker").warning(code::improbable, child_or_self(node, "breaker"),
                                "its probes have a timeout and the call has none");
  }
}

}  // namespace mesh
