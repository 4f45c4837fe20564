// Field table of how an application or a user tries again.
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

constexpr std::uint32_t attempts_max = 1'000'000;

/// [5xx, timeout, 429]: what is written replaces the default.
Field<RetrySpec> on_row() {
  const Reader<OutcomeWords> reader = outcome_words();
  return simulated_whole<RetrySpec>(
      "retryOn", reader.shape,
      [reader](const YamlNode& node, const Reading& at, RetrySpec& out) {
        OutcomeWords words;
        if (!reader.read(node, at, words)) return;
        out.on_timeout = words.timeout;
        out.on_5xx = words.server_errors;
        out.on_statuses = words.statuses;
      },
      "[5xx, timeout]", "Outcomes that are tried again: 5xx, timeout, statuses.");
}

template <class Member>
auto of_backoff(Member member) {
  return [member](RetrySpec& r) -> auto& { return r.backoff.*member; };
}

const Table<RetrySpec>& backoff_table() {
  static const Table<RetrySpec> table(
      "CallBackoff", "The pause before another try.",
      {
          simulated("law", of_backoff(&CallBackoff::law),
                    one_of<BackoffLaw>({{"none", BackoffLaw::None},
                                        {"fixed", BackoffLaw::Fixed},
                                        {"exponential", BackoffLaw::Exponential},
                                        {"full", BackoffLaw::Full},
                                        {"equal", BackoffLaw::Equal},
                                        {"decorrelated", BackoffLaw::Decorrelated}}),
                    "full", "full, equal and decorrelated are exponential with that jitter."),
          simulated("base", of_backoff(&CallBackoff::base), positive_time_span(), "100ms",
                    "Window of the first pause; it doubles with each."),
          simulated("max", of_backoff(&CallBackoff::max), positive_time_span(), "20s",
                    "Widest window."),
          simulated("time", &RetrySpec::pause, distribution(), "", "A law of one's own instead."),
      },
      [](const YamlNode& node, const Reading& at, RetrySpec& r) {
        if (r.pause && node.entries.size() > 1) {
          at.field("time").error(code::exclusive_fields, child_or_self(node, "time"),
                                 "takes the place of law, base and max");
        }
        if (r.backoff.max < r.backoff.base) {
          at.field("max").error(code::invalid_time, child_or_self(node, "max"),
                                "must not be shorter than base");
        }
      });
  return table;
}

const Table<CallBudget>& budget_table() {
  static const Table<CallBudget> table(
      "CallBudget", "Tokens that retries take from; each needs more than one and takes one.",
      {
          simulated("law", &CallBudget::law,
                    one_of<BudgetLaw>({{"tries", BudgetLaw::Tries},
                                       {"outcomes", BudgetLaw::Outcomes},
                                       {"failures", BudgetLaw::Failures}}),
                    "tries",
                    "tries: retries cost a token. outcomes: failures do, retries need more than "
                    "half (gRPC). failures: by their share of all tries."),
          simulated("ratio", &CallBudget::ratio, number(0, 1000), "0.1",
                    "Tokens that each first try brings, or each success."),
          simulated("burst", &CallBudget::burst, number(1, 1e6), "5",
                    "Tokens of the full bucket, as it is at first."),
          simulated("perSecond", &CallBudget::per_second, number(0, 1e6), "0",
                    "Tokens that come with time."),
          simulated("share", &CallBudget::share, share(), "10%",
                    "With law: failures; above it nothing is tried again."),
      },
      [](const YamlNode& node, const Reading& at, CallBudget& budget) {
        if (budget.burst > 1) return;
        at.field("burst").error(code::out_of_range, child_or_self(node, "burst"),
                                "must be above 1, or no retry is ever paid");
      });
  return table;
}

}  // namespace

Reader<OutcomeWords> outcome_words() {
  const Shape word{.kind = Shape::Kind::Words, .words = {"5xx", "timeout"}};
  const Shape item{.kind = Shape::Kind::OneOf, .of = {http_status().shape, word}};
  return custom<OutcomeWords>({.kind = Shape::Kind::List, .of = {item}},
                              [](const YamlNode& node, const Reading& at, OutcomeWords& out) {
                                if (node.kind != YamlNode::Kind::Sequence) {
                                  at.wrong_type(node, "a list", "write [5xx, timeout, 429]");
                                  return false;
                                }
                                out = {.timeout = false, .server_errors = false};
                                if (node.items.empty())
                                  at.error(code::missing_field, node, "must not be empty");
                                for (std::size_t i = 0; i < node.items.size(); ++i) {
                                  const YamlNode& one = node.items[i];
                                  const bool scalar = one.kind == YamlNode::Kind::Scalar;
                                  std::uint16_t status = 0;
                                  if (scalar && one.scalar == "5xx") {
                                    out.server_errors = true;
                                  } else if (scalar && one.scalar == "timeout") {
                                    out.timeout = true;
                                  } else if (http_status().read(one, at.item(i), status)) {
                                    out.statuses.push_back(status);
                                  }
                                }
                                return true;
                              });
}

const Table<RetrySpec>& retry_table() {
  static const Table<RetrySpec> table(
      "CallRetry", "How what has failed is tried again.",
      {
          simulated("attempts", &RetrySpec::attempts, limit(1, attempts_max, no_limit), "2",
                    "Tries after the first."),
          on_row(),
          simulated(
              "backoff", [](RetrySpec& r) -> auto& { return r; }, object(backoff_table),
              "{law: full, base: 100ms, max: 20s}", "The pause before another try."),
          simulated("budget", &RetrySpec::budget, object(budget_table), "none",
                    "Limits retries by what is asked at all."),
      },
      [](const YamlNode& node, const Reading& at, RetrySpec& r) {
        const bool pauses = r.pause ? r.pause->mean_ns() > 0 : r.backoff.law != BackoffLaw::None;
        if (r.attempts == no_limit && !pauses && !r.budget) {
          at.field("attempts")
              .error(code::improbable, child_or_self(node, "attempts"),
                     "tries again for ever and at once",
                     "limit the attempts, or give a back-off or a budget");
        }
      });
  return table;
}

}  // namespace mesh
