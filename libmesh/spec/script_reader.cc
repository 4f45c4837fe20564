// Reads scripts: what an application does to answer, step by step.
#include "libmesh/spec/object_table.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

/// Steps of one script, branches included: more is a mistake of a generator.
constexpr std::size_t steps_max = 10'000;

Reader<std::uint16_t> status_on_error() {
  const Shape same{.kind = Shape::Kind::Words, .words = {"same"}};
  return custom<std::uint16_t>({.kind = Shape::Kind::OneOf, .of = {http_status().shape, same}},
                               [](const YamlNode& node, const Reading& at, std::uint16_t& out) {
                                 if (node.kind == YamlNode::Kind::Scalar && node.scalar == "same") {
                                   out = 0;
                                   return true;
                                 }
                                 return http_status().read(node, at, out);
                               });
}

void check_call(const YamlNode& node, const Reading& at, CallStep& call) {
  check_request(node, at, call.request);
  if (call.service.empty() && node.find("service") != nullptr) {
    at.field("service").error(code::missing_field, node, "must not be empty");
  }
  check_guards(node, at, call);
  if (call.waits) return;
  for (const char* name :
       {"retry", "onError", "statusOnError", "breaker", "throttle", "hedge", "balance"}) {
    if (node.find(name) == nullptr) continue;
    at.field(name).error(code::exclusive_fields, child_or_self(node, name),
                         "nobody waits for this call, so nobody learns that it failed",
                         "leave out wait: false");
  }
}

const Table<CallStep>& call_table() {
  static const Table<CallStep> table(
      "Call", "A request to another service, by the sidecar.",
      joined_rows<CallStep>(
          {
              required("service", &CallStep::service, text(),
                       "name, name.namespace or the whole host; with :port if it has several."),
          },
          joined_rows<CallStep>(
              request_rows<CallStep>([](CallStep& c) -> RequestSpec& { return c.request; }),
              joined_rows<CallStep>(
                  {
                      simulated("timeout", &CallStep::timeout, positive_time_span(), "never",
                                "The application hangs up on its sidecar after this."),
                      simulated("onError", &CallStep::on_error,
                                one_of<OnError>({{"fail", OnError::Fail},
                                                 {"ignore", OnError::Ignore},
                                                 {"degrade", OnError::Ignore}}),
                                "fail",
                                "fail answers with statusOnError; degrade goes on without."),
                      simulated("statusOnError", &CallStep::status_on_error, status_on_error(),
                                "500",
                                "Status of the own answer when the call failed; same: the call's."),
                      simulated("wait", &CallStep::waits, boolean(), "true",
                                "false: the next step follows at once (fire and forget)."),
                      simulated("retry", &CallStep::retry, object(retry_table), "never",
                                "The application tries again; timeout is that of each try."),
                  },
                  guard_rows()))),
      check_call);
  return table;
}

Reader<CallStep> call() {
  const Reader<CallStep> reader = object(call_table);
  return custom<CallStep>(
      {.kind = Shape::Kind::OneOf, .of = {{.kind = Shape::Kind::Text}, reader.shape}},
      [reader](const YamlNode& node, const Reading& at, CallStep& out) {
        if (node.kind != YamlNode::Kind::Scalar) return reader.read(node, at, out);
        out.place = node.place;
        return text().read(node, at, out.service);
      });
}

bool read_steps(const YamlNode& list, const Reading& at, std::size_t& budget, Script& out);
bool read_branch(const YamlNode& node, const Reading& at, std::size_t& budget, Script& out);
Shape branch_shape();

// ---- Steps that hold scripts --------------------------------------------------------------------

/// all, any, or a number of branches.
Reader<std::uint32_t> wait_for() {
  const Shape words{.kind = Shape::Kind::Words, .words = {"all", "any"}};
  const Reader<std::uint32_t> number = integer<std::uint32_t>(1, steps_max);
  return custom<std::uint32_t>(
      {.kind = Shape::Kind::OneOf, .of = {words, number.shape}},
      [number](const YamlNode& node, const Reading& at, std::uint32_t& out) {
        const bool scalar = node.kind == YamlNode::Kind::Scalar;
        if (!scalar || (node.scalar != "all" && node.scalar != "any")) {
          return number.read(node, at, out);
        }
        out = node.scalar == "any" ? 1 : 0;
        return true;
      });
}

Reader<std::vector<Script>> branches() {
  return custom<std::vector<Script>>(
      {.kind = Shape::Kind::List, .of = {branch_shape()}},
      [](const YamlNode& node, const Reading& at, std::vector<Script>& out) {
        if (node.kind != YamlNode::Kind::Sequence) {
          at.wrong_type(node, "a list of branches");
          return false;
        }
        std::size_t budget = steps_max;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
          if (!read_branch(node.items[i], at.item(i), budget, out.emplace_back())) return false;
        }
        return true;
      });
}

const Table<ParallelStep>& parallel_table() {
  static const Table<ParallelStep> table(
      "Parallel", "Branches that start together.",
      {
          required("branches", &ParallelStep::branches, branches(), "Steps, or lists of steps."),
          simulated("wait", &ParallelStep::wait_for, wait_for(), "all",
                    "Branches that must succeed: any, or a number; then the others are cancelled."),
      },
      [](const YamlNode& node, const Reading& at, ParallelStep& step) {
        const YamlNode* list = node.find("branches");
        if (list == nullptr || list->kind != YamlNode::Kind::Sequence) return;
        if (list->items.empty()) {
          at.field("branches").error(code::invalid_step, *list, "parallel branches are missing");
        } else if (step.wait_for > list->items.size()) {
          at.field("wait").error(
              code::out_of_range, child_or_self(node, "wait"),
              "there are only " + std::to_string(list->items.size()) + " branches");
        }
      });
  return table;
}

const Table<RepeatStep>& repeat_table() {
  static const Table<RepeatStep> table(
      "Repeat", "Steps that are done several times.",
      {
          required("script", &RepeatStep::script, script(), "The steps of a round."),
          simulated("times", &RepeatStep::times, limit(1, 1'000'000, no_limit), "unlimited",
                    "Rounds at most."),
          simulated("chance", &RepeatStep::chance, share(), "100%",
                    "Chance of each round, the first one too, to take place."),
      },
      [](const YamlNode& node, const Reading& at, RepeatStep& step) {
        if (step.times != no_limit || step.chance < 1.0) return;
        at.error(code::one_needed, node, "would go round for ever", "give times: 3 or chance: 50%");
      });
  return table;
}

const Table<Choice>& choice_table() {
  static const Table<Choice> table(
      "Choice", "One way that a script may go.",
      {
          simulated("weight", &Choice::weight, number(0, 1e9), "1",
                    "Its share is this of the sum of all weights."),
          required("script", &Choice::script, script(), "Steps; [] does nothing."),
      });
  return table;
}

Reader<std::vector<Choice>> choices() {
  const Reader<std::vector<Choice>> reader = list(object(choice_table));
  return custom<std::vector<Choice>>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, std::vector<Choice>& out) {
        if (!reader.read(node, at, out)) return false;
        double weights = 0;
        for (const Choice& choice : out) weights += choice.weight;
        if (weights > 0 || out.size() != node.items.size()) return weights > 0;
        at.error(code::out_of_range, node, "the weights add up to 0");
        return false;
      });
}

/// One of the keys of a step, as a Step.
template <class S, class V>
Field<std::optional<Step>> step_row(std::string name, Reader<V> reader, S (*make)(V),
                                    std::string doc) {
  return simulated_whole<std::optional<Step>>(
      std::move(name), reader.shape,
      [reader, make](const YamlNode& node, const Reading& at, std::optional<Step>& out) {
        V value{};
        if (reader.read(node, at, value)) out = make(std::move(value));
      },
      "", std::move(doc));
}

const Table<std::optional<Step>>& step_table() {
  static const Table<std::optional<Step>> table(
      "Step", "One step: exactly one of the keys.",
      {
          step_row<WorkStep, Distribution>(
              "work", distribution(), [](Distribution d) { return WorkStep{std::move(d)}; },
              "Time of work; a slow fault makes it longer."),
          step_row<SleepStep, Distribution>(
              "sleep", distribution(), [](Distribution d) { return SleepStep{std::move(d)}; },
              "Waiting that keeps the worker."),
          step_row<CallStep, CallStep>(
              "call", call(), [](CallStep c) { return c; },
              "A request to another service; its name is enough."),
          step_row<ParallelStep, ParallelStep>(
              "parallel", object(parallel_table), [](ParallelStep p) { return p; },
              "Branches that start together, where not all are waited for."),
          step_row<RepeatStep, RepeatStep>(
              "repeat", object(repeat_table), [](RepeatStep r) { return r; },
              "Steps that are done several times."),
          step_row<ChooseStep, std::vector<Choice>>(
              "choose", choices(), [](std::vector<Choice> c) { return ChooseStep{std::move(c)}; },
              "One of several scripts, at random by weight."),
          step_row<CacheStep, CacheStep>(
              "cache", cache_step(), [](CacheStep c) { return c; },
              "Look-aside: one script for a hit, one for a miss."),
          step_row<WithStep, WithStep>(
              "with", with_step(), [](WithStep w) { return w; },
              "Steps that hold a connection of a pool."),
          step_row<PublishStep, PublishStep>(
              "publish", publish_step(), [](PublishStep p) { return p; },
              "A message to a topic; its name."),
      },
      [](const YamlNode& node, const Reading& at, std::optional<Step>&) {
        if (node.entries.size() == 1) return;
        at.error(code::invalid_step, node,
                 node.entries.empty() ? "the step is empty" : "a step has exactly one key",
                 "write one list item for each of work, sleep, call, ...");
      });
  return table;
}

/// A branch is one step or a list of steps.
bool read_branch(const YamlNode& node, const Reading& at, std::size_t& budget, Script& out) {
  if (node.kind == YamlNode::Kind::Sequence) return read_steps(node, at, budget, out);
  std::optional<Step> step;
  if (!step_table().read(node, at, step) || !step) return false;
  if (budget > 0) --budget;
  out.push_back(std::move(*step));
  return true;
}

bool read_parallel(const YamlNode& node, const Reading& at, std::size_t& budget, Script& out) {
  ParallelStep parallel;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    Script branch;
    if (read_branch(node.items[i], at.item(i), budget, branch)) {
      parallel.branches.push_back(std::move(branch));
    }
  }
  if (node.items.empty()) {
    at.error(code::invalid_step, node, "parallel branches are missing",
             "a nested list holds the branches: - [{call: a}, {call: b}]");
    return false;
  }
  if (parallel.branches.size() != node.items.size()) return false;
  out.push_back(std::move(parallel));
  return true;
}

bool read_steps(const YamlNode& list, const Reading& at, std::size_t& budget, Script& out) {
  bool complete = true;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    if (budget == 0) {
      at.error(code::limit_exceeded, list.items[i],
               "more than " + std::to_string(steps_max) + " steps");
      return false;
    }
    const YamlNode& item = list.items[i];
    const bool nested = item.kind == YamlNode::Kind::Sequence;
    const bool good = nested ? read_parallel(item, at.item(i), budget, out)
                             : read_branch(item, at.item(i), budget, out);
    complete = complete && good;
  }
  return complete;
}

Shape branch_shape() {
  const Shape steps{.kind = Shape::Kind::List, .of = {{.kind = Shape::Kind::Any}}};
  return {.kind = Shape::Kind::OneOf, .of = {object(step_table).shape, steps}};
}

}  // namespace

// Written out: clang 16 dies of defaulted comparisons of types that contain each other.
bool ParallelStep::operator==(const ParallelStep& other) const {
  return branches == other.branches && wait_for == other.wait_for;
}
bool RepeatStep::operator==(const RepeatStep& other) const {
  return times == other.times && chance == other.chance && script == other.script;
}
bool Choice::operator==(const Choice& other) const {
  return weight == other.weight && script == other.script;
}
bool ChooseStep::operator==(const ChooseStep& other) const {
  return choices == other.choices;
}
bool CacheStep::operator==(const CacheStep& other) const {
  return cache == other.cache && key == other.key && hit == other.hit && miss == other.miss &&
         fill == other.fill && coalesce == other.coalesce;
}
bool WithStep::operator==(const WithStep& other) const {
  return pool == other.pool && wait == other.wait && script == other.script;
}

Reader<Script> script() {
  const Shape parallel{.kind = Shape::Kind::List, .of = {branch_shape()}};
  const Shape item{.kind = Shape::Kind::OneOf, .of = {object(step_table).shape, parallel}};
  return custom<Script>({.kind = Shape::Kind::List, .of = {item}},
                        [](const YamlNode& node, const Reading& at, Script& out) {
                          if (node.kind != YamlNode::Kind::Sequence) {
                            at.wrong_type(node, "a list of steps",
                                          "write - call: details, one step for each item");
                            return false;
                          }
                          Script steps;
                          std::size_t budget = steps_max;
                          if (!read_steps(node, at, budget, steps)) return false;
                          out = std::move(steps);
                          return true;
                        });
}

}  // namespace mesh
