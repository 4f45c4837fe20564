// Field tables of how a process lives: its start, its warm-up, its memory, its pauses, its pace.
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

const Table<WarmUp>& warm_up_table() {
  static const Table<WarmUp> table(
      "WarmUp", "A new process works slower for a while.",
      {
          required("for", &WarmUp::lasting, positive_time_span(), "Until it is warm."),
          required("factor", &WarmUp::factor, number(1.0, 1e6),
                   "Of all times at first; it falls linearly to 1."),
      });
  return table;
}

Reader<std::uint64_t> bytes() {
  const Reader<std::int64_t> reader = quantity();
  return custom<std::uint64_t>(
      reader.shape, [reader](const YamlNode& node, const Reading& at, std::uint64_t& out) {
        std::int64_t value = 0;
        if (!reader.read(node, at, value)) return false;
        if (value < 0) {
          at.error(code::out_of_range, node, "must not be negative");
          return false;
        }
        out = static_cast<std::uint64_t>(value);
        return true;
      });
}

const Table<MemorySpec>& memory_table() {
  static const Table<MemorySpec> table(
      "Memory", "What a pod needs; above its containers' limit it is killed (OOM).",
      {
          simulated("base", &MemorySpec::base, bytes(), "0", "Of the process alone."),
          simulated("perRequest", &MemorySpec::per_request, bytes(), "0",
                    "Of each request in the pod, at work or in the queue."),
      });
  return table;
}

const Table<PausesSpec>& pauses_table() {
  static const Table<PausesSpec> table(
      "Pauses", "The process stands still, as for a garbage collection.",
      {
          required("every", &PausesSpec::every, distribution(),
                   "From the end of a pause to the next one."),
          required("for", &PausesSpec::lasting, distribution(), "Length of a pause."),
      },
      [](const YamlNode& node, const Reading& at, PausesSpec& pauses) {
        const double every = pauses.every.mean_ns(), lasting = pauses.lasting.mean_ns();
        if (every < 1e3) {
          at.field("every").error(code::invalid_time, child_or_self(node, "every"),
                                  "must be at least 1us on average");
        } else if (lasting > every) {
          at.field("for").warning(code::improbable, child_or_self(node, "for"),
                                  "the process stands still for most of the time");
        }
      });
  return table;
}

Reader<Slowdown::Point> point() {
  const Reader<std::int64_t> x = quantity_milli();
  const Reader<double> factor = number(0.001, 1e6);
  return custom<Slowdown::Point>(
      {.kind = Shape::Kind::List, .of = {{.kind = Shape::Kind::Any}}},
      [x, factor](const YamlNode& node, const Reading& at, Slowdown::Point& out) {
        if (node.kind != YamlNode::Kind::Sequence || node.items.size() != 2) {
          at.wrong_type(node, "a pair [state, factor]", "write [100, 1.5]");
          return false;
        }
        std::int64_t milli = 0;
        if (!x.read(node.items[0], at.item(0), milli)) return false;
        out.x = static_cast<double>(milli) / 1000;
        return factor.read(node.items[1], at.item(1), out.factor);
      });
}

const Table<Slowdown>& slowdown_table() {
  static const Table<Slowdown> table(
      "Slowdown", "All times are multiplied by a function of the pod's state.",
      {
          required("by", &Slowdown::by,
                   one_of<SlowBy>({{"inFlight", SlowBy::InFlight},
                                   {"queue", SlowBy::Queue},
                                   {"memory", SlowBy::Memory}}),
                   "Requests in the pod, requests in its queue, bytes of its memory."),
          required("points", &Slowdown::points, list(point()),
                   "Pairs [state, factor] by rising state; linear between them."),
      },
      [](const YamlNode& node, const Reading& at, Slowdown& slowdown) {
        const YamlNode* points = node.find("points");
        if (points != nullptr && points->kind == YamlNode::Kind::Sequence &&
            points->items.empty()) {
          at.field("points").error(code::missing_field, node, "at least one pair is needed");
        }
        for (std::size_t i = 1; i < slowdown.points.size(); ++i) {
          if (slowdown.points[i - 1].x < slowdown.points[i].x) continue;
          at.field("points").error(code::out_of_range, child_or_self(node, "points"),
                                   "the states must rise");
          return;
        }
      });
  return table;
}

struct StartUp {
  Distribution time;
};

const Table<StartUp>& start_up_table() {
  static const Table<StartUp> table(
      "StartUp", "How long a new pod, or a container that starts again, is not ready.",
      {
          required("time", &StartUp::time, distribution(), "From scheduled to ready."),
      });
  return table;
}

}  // namespace

Field<WorkloadBehaviour> start_up_row() {
  const Reader<StartUp> reader = object(start_up_table);
  return simulated_whole<WorkloadBehaviour>(
      "startUp", reader.shape,
      [reader](const YamlNode& node, const Reading& at, WorkloadBehaviour& b) {
        StartUp start;
        if (reader.read(node, at, start)) b.start_up = std::move(start.time);
      },
      "ready at once", "{time: 20s}: how long a new pod, or a restarted one, is not ready.");
}
Field<WorkloadBehaviour> warm_up_row() {
  return simulated("warmUp", &WorkloadBehaviour::warm_up, object(warm_up_table), "none",
                   "A new process works slower for a while; pods of the start are warm.");
}
Field<WorkloadBehaviour> memory_row() {
  return simulated(
      "memory", &WorkloadBehaviour::memory, object(memory_table), "not looked at",
      "{base: 100Mi, perRequest: 1Mi}: above the containers' limit the pod is killed.");
}
Field<WorkloadBehaviour> pauses_row() {
  return simulated("pauses", &WorkloadBehaviour::pauses, object(pauses_table), "none",
                   "The process stands still again and again, as for garbage collections.");
}
Field<WorkloadBehaviour> slowdown_row() {
  return simulated("slowdown", &WorkloadBehaviour::slowdown, object(slowdown_table), "none",
                   "{by: inFlight, points: [[10, 1], [50, 4]]}: times by the pod's state.");
}

}  // namespace mesh
