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
              {
                  simulated("timeout", &CallStep::timeout, positive_time_span(), "never",
                            "The application hangs up on its sidecar after this."),
                  simulated("onError", &CallStep::on_error,
                            one_of<OnError>({{"fail", OnError::Fail},
                                             {"ignore", OnError::Ignore},
                                             {"degrade", OnError::Ignore}}),
                            "fail", "fail answers with statusOnError; degrade goes on without."),
                  simulated("statusOnError", &CallStep::status_on_error, status_on_error(), "500",
                            "Status of the own answer when the call failed; same: the call's."),
              })),
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
      },
      [](const YamlNode& node, const Reading& at, std::optional<Step>&) {
        if (node.entries.size() == 1) return;
        at.error(code::invalid_step, node,
                 node.entries.empty() ? "the step is empty" : "a step has exactly one key",
                 "write one list item for each of work, sleep, call");
      });
  return table;
}

bool read_steps(const YamlNode& list, const Reading& at, std::size_t& budget, Script& out);

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

}  // namespace

bool ParallelStep::operator==(const ParallelStep& other) const {
  return branches == other.branches;
}

Reader<Script> script() {
  const Shape step = object(step_table).shape;
  const Shape branch{.kind = Shape::Kind::OneOf,
                     .of = {step, {.kind = Shape::Kind::List, .of = {{.kind = Shape::Kind::Any}}}}};
  const Shape parallel{.kind = Shape::Kind::List, .of = {branch}};
  const Shape item{.kind = Shape::Kind::OneOf, .of = {step, parallel}};
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
