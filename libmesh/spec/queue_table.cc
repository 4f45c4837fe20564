// Field table of the queue in front of a workload's workers.
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

constexpr std::uint32_t places_max = 100'000'000;
template <class Member>
auto of_discipline(Member member) {
  return [member](WorkloadBehaviour& b) -> auto& { return b.discipline.*member; };
}

void check_queue(const YamlNode& node, const Reading& at, WorkloadBehaviour& b) {
  QueueDiscipline& d = b.discipline;
  const bool asks_congestion = d.codel.ns > 0 || d.order == QueueOrder::Adaptive;
  if (node.find("congestedAfter") != nullptr && !asks_congestion) {
    at.field("congestedAfter")
        .warning(code::improbable, child_or_self(node, "congestedAfter"),
                 "nothing asks whether the queue is congested",
                 "it counts with order: adaptive or codel");
  }
  if (d.codel.ns > 0 && d.codel >= d.congested_after) {
    at.field("codel").error(code::invalid_time, child_or_self(node, "codel"),
                            "must be shorter than congestedAfter",
                            "5ms and 100ms are the values of its authors");
  }
}

const Table<WorkloadBehaviour>& queue_table() {
  static const Table<WorkloadBehaviour> table(
      "Queue", "Requests that wait for a worker of a pod.",
      {
          simulated("places", &WorkloadBehaviour::queue, queue_places(), "defaults.queue",
                    "Waiting places of each pod."),
          simulated("order", of_discipline(&QueueDiscipline::order),
                    one_of<QueueOrder>({{"fifo", QueueOrder::Fifo},
                                        {"lifo", QueueOrder::Lifo},
                                        {"adaptive", QueueOrder::Adaptive},
                                        {"priority", QueueOrder::Priority}}),
                    "fifo", "Who is next; adaptive: the newest while congested, else the oldest."),
          simulated("full", of_discipline(&QueueDiscipline::when_full),
                    one_of<QueueFull>({{"dropNewest", QueueFull::DropNewest},
                                       {"dropOldest", QueueFull::DropOldest}}),
                    "dropNewest", "Whom a full queue turns away, of the least urgent class."),
          simulated("patience", &WorkloadBehaviour::patience, distribution(), "for ever",
                    "A request that has waited this long is turned away."),
          simulated("codel", of_discipline(&QueueDiscipline::codel), positive_time_span(), "off",
                    "Who comes while the queue is congested waits this long at most, others "
                    "congestedAfter."),
          simulated("congestedAfter", of_discipline(&QueueDiscipline::congested_after),
                    positive_time_span(), "100ms",
                    "The queue is congested when it was not empty for this long."),
          simulated_whole<WorkloadBehaviour>(
              "shedLate", time_span().shape,
              [](const YamlNode& node, const Reading& at, WorkloadBehaviour& b) {
                b.discipline.shed_late = time_span().read(node, at, b.discipline.margin);
              },
              "off", "Whose caller gives up within this is turned away when its turn comes."),
      },
      check_queue);
  return table;
}

}  // namespace

Reader<std::uint32_t> queue_places() {
  return limit(0, places_max, no_limit);
}

Field<WorkloadBehaviour> queue_row() {
  const Reader<std::uint32_t> places = queue_places();
  return simulated_whole<WorkloadBehaviour>(
      "queue", {.kind = Shape::Kind::OneOf, .of = {places.shape, object(queue_table).shape}},
      [places](const YamlNode& node, const Reading& at, WorkloadBehaviour& b) {
        if (node.kind != YamlNode::Kind::Scalar) {
          const Place kept = b.place;
          queue_table().read(node, at, b);
          b.place = kept;
          return;
        }
        std::uint32_t value = 0;
        if (places.read(node, at, value)) b.queue = value;
      },
      "defaults.queue", "Waiting places of each pod, or {places: 100, order: lifo, ...}.");
}

}  // namespace mesh
