// Field tables of what services do: workers, times, handlers, rules, closed ports.
#include <algorithm>
#include <set>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario_tables.h"
#include "libmesh/spec/yaml_scalar.h"

namespace mesh {
namespace {

constexpr std::uint32_t workers_max = 1'000'000;

Reader<Action> action() {
  return one_of<Action>({{"respond", Action::Respond},
                         {"reset", Action::Reset},
                         {"close", Action::Close},
                         {"resetAfterHeaders", Action::ResetAfterHeaders},
                         {"hang", Action::Hang},
                         {"refuseStream", Action::RefuseStream}});
}

Reader<std::uint32_t> workers() {
  return limit(1, workers_max, 0);
}

// ---- Handlers -----------------------------------------------------------------------------------

/// Text stands for an exact match.
Reader<istio::StringMatch> match_text() {
  const Reader<istio::StringMatch> reader = istio::string_match({.empty_prefix = true});
  return custom<istio::StringMatch>(
      {.kind = Shape::Kind::OneOf, .of = {{.kind = Shape::Kind::Text}, reader.shape}},
      [reader](const YamlNode& node, const Reading& at, istio::StringMatch& out) {
        if (node.kind != YamlNode::Kind::Scalar) return reader.read(node, at, out);
        out.kind = istio::StringMatch::Kind::Exact;
        return any_text().read(node, at, out.value);
      });
}

Reader<istio::NamedMatches> header_matches() {
  const Reader<istio::NamedMatches> reader = pairs(match_text());
  return custom<istio::NamedMatches>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, istio::NamedMatches& out) {
        if (!reader.read(node, at, out)) return false;
        for (auto& [name, match] : out) {
          for (char& c : name) {
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
          }
        }
        return true;
      });
}

struct HandlerMatch {
  std::optional<istio::StringMatch> path, method;
  istio::NamedMatches headers;
};

const Table<HandlerMatch>& handler_match_table() {
  static const Table<HandlerMatch> table(
      "HandlerMatch", "Which requests a handler answers; all conditions must hold.",
      {
          simulated("path", &HandlerMatch::path, match_text(), "any", "Path without query."),
          simulated("method", &HandlerMatch::method, match_text(), "any", "HTTP method."),
          simulated("headers", &HandlerMatch::headers, header_matches(), "", "Request headers."),
      });
  return table;
}

Field<HandlerSpec> handler_match_row() {
  const Reader<HandlerMatch> reader = object(handler_match_table);
  return simulated_whole<HandlerSpec>(
      "match", reader.shape,
      [reader](const YamlNode& node, const Reading& at, HandlerSpec& out) {
        HandlerMatch match;
        if (!reader.read(node, at, match)) return;
        out.path = std::move(match.path);
        out.method = std::move(match.method);
        out.headers = std::move(match.headers);
      },
      "any", "Which requests.");
}

// ---- Rules --------------------------------------------------------------------------------------

std::optional<std::uint64_t> counting_number(std::string_view text) {
  const auto value = parse_yaml_integer(text);
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!plain || !value || *value < 1) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

/// "1,3-5,9-".
std::optional<std::vector<CountRange>> parse_ranges(std::string_view text) {
  std::vector<CountRange> ranges;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view part = text.substr(0, comma);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    const std::size_t dash = part.find('-');
    const auto first = counting_number(part.substr(0, dash));
    if (!first) return std::nullopt;
    CountRange range{*first, *first};
    if (dash != std::string_view::npos) {
      range.last = CountRange{}.last;
      if (dash + 1 < part.size()) {
        const auto last = counting_number(part.substr(dash + 1));
        if (!last || *last < *first) return std::nullopt;
        range.last = *last;
      }
    }
    ranges.push_back(range);
    if (comma == text.size()) return ranges;
    text.remove_prefix(comma + 1);
  }
}

Reader<std::vector<CountRange>> count_ranges() {
  return custom<std::vector<CountRange>>(
      {.kind = Shape::Kind::IntOrText},
      [](const YamlNode& node, const Reading& at, std::vector<CountRange>& out) {
        std::string written;
        if (!any_text().read(node, at, written)) return false;
        const auto ranges = parse_ranges(written);
        if (!ranges) {
          at.error(code::malformed_value, node, "\"" + written + "\" is no list of numbers",
                   "write 3, \"1,3-5\" or \"9-\"; the first request is 1");
          return false;
        }
        out = *ranges;
        return true;
      });
}

const Table<Condition>& cycle_table() {
  static const Table<Condition> table(
      "Cycle", "Every so many requests again.",
      {
          required("of", &Condition::cycle_of, integer<std::uint32_t>(1, 64), "Length."),
          required("at", &Condition::cycle_at, list(integer<std::uint32_t>(1, 64)),
                   "Which of them, from 1."),
      },
      [](const YamlNode& node, const Reading& at, Condition& c) {
        for (const std::uint32_t position : c.cycle_at) {
          if (c.cycle_of == 0 || position <= c.cycle_of) continue;
          at.field("at").error(code::out_of_range, child_or_self(node, "at"),
                               std::to_string(position) + " lies outside the cycle");
        }
      });
  return table;
}

const Table<Condition>& chance_table() {
  static const Table<Condition> table(
      "Chance", "At random.",
      {
          required("p", &Condition::chance, share(), "Share of the requests."),
          simulated("seed", &Condition::chance_seed, integer<std::uint64_t>(), "0",
                    "Makes the choices another rule's or independent of them."),
      });
  return table;
}

const Table<Condition>& condition_table() {
  static const Table<Condition> table(
      "Condition", "When a rule holds: all that is given must.",
      {
          simulated("after", &Condition::after, time_span(), "", "Arrives at this time or later."),
          simulated("before", &Condition::before, time_span(), "", "Arrives earlier than this."),
          simulated("nth", &Condition::nth, count_ranges(), "",
                    "Of the requests that the instance receives: \"1,3-5,9-\"."),
          simulated(
              "cycle", [](Condition& c) -> auto& { return c; }, object(cycle_table), "",
              "Every so many requests again."),
          simulated("headers", &Condition::headers, header_map(), "",
                    "Exact values; x-envoy-attempt-count is the number of the attempt."),
          simulated("path", &Condition::path, text(), "",
                    "Exact, as received; \"?*\" at its end stands for any query, or none."),
          simulated(
              "chance", [](Condition& c) -> auto& { return c; }, object(chance_table), "",
              "At random."),
      },
      [](const YamlNode& node, const Reading& at, Condition& c) {
        if (c.after && c.before && *c.before <= *c.after) {
          at.field("before").error(code::invalid_time, child_or_self(node, "before"),
                                   "must be later than after");
        }
      });
  return table;
}

const Table<AnswerSpec>& answer_table() {
  static const Table<AnswerSpec> table(
      "Answer", "What a rule replaces; the rest stays the handler's.",
      {
          simulated("time", &AnswerSpec::time, distribution(), "", "Work before the script."),
          simulated("script", &AnswerSpec::script, script(), "", "Steps."),
          simulated("status", &AnswerSpec::status, answer_status(), "", "HTTP status."),
          simulated("headers", &AnswerSpec::headers, response_header_map(), "",
                    "Response headers."),
          simulated("body", &AnswerSpec::body_bytes, body_size(), "", "Bytes of the body."),
          simulated("stream", &AnswerSpec::stream, distribution(), "none",
                    "How long the body flows after the headers; 101 upgrades."),
          simulated("action", &AnswerSpec::action, action(), "", "Instead of an answer."),
      });
  return table;
}

const Table<RuleSpec>& rule_table() {
  static const Table<RuleSpec> table(
      "Rule", "Another answer under conditions; the first rule that holds counts.",
      {
          simulated("when", &RuleSpec::when, object(condition_table), "always", "The conditions."),
          required("then", &RuleSpec::then, object(answer_table), "The answer."),
      });
  return table;
}

const Table<DownSpec>& down_table() {
  static const Table<DownSpec> table(
      "Down", "A time in which the port is closed.",
      {
          simulated("from", &DownSpec::from, time_span(), "0s", "Closes."),
          simulated("to", &DownSpec::to, time_span(), "never", "Opens again."),
          simulated("drop", &DownSpec::drop, boolean(), "false",
                    "Connecting gets no answer instead of a refusal."),
          simulated("keepConnections", &DownSpec::keep_connections, boolean(), "false",
                    "Established connections stay open."),
      },
      [](const YamlNode& node, const Reading& at, DownSpec& down) {
        if (down.to && *down.to <= down.from) {
          at.field("to").error(code::invalid_time, child_or_self(node, "to"),
                               "must be later than from");
        }
      });
  return table;
}

const Table<HandlerSpec>& handler_table() {
  static const Table<HandlerSpec> table(
      "Handler", "How certain requests are answered; the first handler that matches counts.",
      {
          simulated("name", &HandlerSpec::name, text(), "", "For tables and pictures."),
          handler_match_row(),
          simulated("time", &HandlerSpec::time, distribution(), "the workload's",
                    "Work before the first step of the script."),
          simulated("script", &HandlerSpec::script, script(), "the workload's", "Steps."),
          simulated("errorRate", &HandlerSpec::error_rate, share(), "the workload's",
                    "Share of answers with errorStatus."),
          simulated("errorStatus", &HandlerSpec::error_status, http_status(), "500",
                    "Status of failed answers."),
          simulated("status", &HandlerSpec::status, answer_status(), "200", "Status of answers."),
          simulated("headers", &HandlerSpec::response_headers, response_header_map(), "",
                    "Response headers."),
          simulated("body", &HandlerSpec::response_bytes, body_size(), "0",
                    "Bytes of the response."),
          simulated("stream", &HandlerSpec::stream, distribution(), "none",
                    "How long the body flows after the headers; 101 upgrades."),
          simulated("action", &HandlerSpec::action, action(), "respond", "Instead of an answer."),
          simulated("priority", &HandlerSpec::priority, priority_class(), "the workload's",
                    "Class of these requests in a queue by priority; 0 goes first."),
          simulated("rules", &HandlerSpec::rules, list(object(rule_table)), "",
                    "Other answers under conditions."),
      });
  return table;
}

// ---- Workloads ----------------------------------------------------------------------------------

Field<WorkloadBehaviour> sidecar_row() {
  const Shape sides{.kind = Shape::Kind::Words, .words = {"outbound", "inbound"}};
  return simulated_whole<WorkloadBehaviour>(
      "sidecar", {.kind = Shape::Kind::OneOf, .of = {{.kind = Shape::Kind::Boolean}, sides}},
      [](const YamlNode& node, const Reading& at, WorkloadBehaviour& out) {
        const bool is_word = node.kind == YamlNode::Kind::Scalar &&
                             (node.scalar == "outbound" || node.scalar == "inbound");
        bool present = true;
        if (!is_word &&
            (node.kind != YamlNode::Kind::Scalar || scalar_type(node) != ScalarType::Boolean)) {
          at.wrong_type(node, "true, false, outbound or inbound");
          return;
        }
        if (!is_word) boolean().read(node, at, present);
        out.sidecar = present;
        if (!is_word) return;
        out.sides =
            node.scalar == "outbound" ? SidecarSides::OutboundOnly : SidecarSides::InboundOnly;
      },
      "by injection", "Whether the pods have one; outbound or inbound: for one side only.");
}

Reader<std::string> locality() {
  const Reader<std::string> reader = text();
  return custom<std::string>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, std::string& out) {
        if (!reader.read(node, at, out)) return false;
        if (std::count(out.begin(), out.end(), '/') <= 2 && !out.starts_with('/')) return true;
        at.error(code::malformed_value, node, "a locality is region/zone/subzone");
        return false;
      });
}

}  // namespace

const Table<WorkloadBehaviour>& workload_behaviour_table() {
  static const Table<WorkloadBehaviour> table(
      "Behaviour", "What the pods of a workload do with requests.",
      {
          simulated("workers", &WorkloadBehaviour::workers, workers(), "defaults.workers",
                    "Requests served at the same time by each pod."),
          simulated("cpu", &WorkloadBehaviour::processor, processor(), "unlimited",
                    "Cores that the work of a pod shares, or {cores: 4, limit: 1500m}."),
          start_up_row(),
          warm_up_row(),
          memory_row(),
          pauses_row(),
          slowdown_row(),
          queue_row(),
          limiter_row(),
          simulated("overflowStatus", &WorkloadBehaviour::overflow_status, http_status(), "503",
                    "Answer to whom the queue or the limiter turns away."),
          simulated("priority", &WorkloadBehaviour::priority, priority_class(), "0",
                    "Class of its requests in a queue by priority; 0 goes first."),
          simulated("cancel", &WorkloadBehaviour::cancel, boolean(), "false",
                    "Work stops when the caller gives up."),
          simulated("deadline", &WorkloadBehaviour::obeys_deadlines, deadline_word(), "ignore",
                    "propagate: refuses and stops work that comes too late; calls carry it on."),
          simulated("time", &WorkloadBehaviour::time, distribution(), "defaults.time",
                    "Work for each request, before the script."),
          simulated("script", &WorkloadBehaviour::script, script(), "none",
                    "Steps: work, sleep, call; a nested list is parallel."),
          simulated("errorRate", &WorkloadBehaviour::error_rate, share(), "0%",
                    "Share of answers with errorStatus."),
          simulated("errorStatus", &WorkloadBehaviour::error_status, http_status(), "500",
                    "Status of failed answers."),
          simulated("status", &WorkloadBehaviour::status, answer_status(), "200",
                    "Status of answers."),
          simulated("headers", &WorkloadBehaviour::response_headers, response_header_map(), "",
                    "Response headers."),
          simulated("body", &WorkloadBehaviour::response_bytes, body_size(), "0",
                    "Bytes of the response."),
          simulated("stream", &WorkloadBehaviour::stream, distribution(), "none",
                    "How long the body flows after the headers; 101 upgrades."),
          simulated("action", &WorkloadBehaviour::action, action(), "respond",
                    "Instead of an answer."),
          simulated("handlers", &WorkloadBehaviour::handlers, list(object(handler_table)), "",
                    "Ways to answer by path, method, headers."),
          simulated("rules", &WorkloadBehaviour::rules, list(object(rule_table)), "",
                    "Other answers under conditions, for all handlers."),
          simulated("rateLimits", &WorkloadBehaviour::limits, list(object(service_limit_table)), "",
                    "Limits that a rate limit service keeps; beyond them it says so."),
          simulated("down", &WorkloadBehaviour::downs, list(object(down_table)), "",
                    "Times in which the port is closed."),
          sidecar_row(),
          simulated("locality", &WorkloadBehaviour::locality, locality(), "",
                    "region/zone/subzone of the pods."),
      });
  return table;
}

const Table<BehaviourDefaults>& behaviour_defaults_table() {
  static const Table<BehaviourDefaults> table(
      "BehaviourDefaults", "For workloads that say nothing else.",
      {
          simulated("workers", &BehaviourDefaults::workers, workers(), "32",
                    "Requests served at the same time by each pod."),
          simulated("queue", &BehaviourDefaults::queue, queue_places(), "1024",
                    "Waiting places of each pod."),
          simulated("time", &BehaviourDefaults::time, distribution(),
                    "{lognormal: {mean: 5ms, cv: 1}}", "Work for each request."),
      });
  return table;
}

}  // namespace mesh
