// Field tables of failures of the network, with the selection of pods that all failures share.
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

constexpr std::int64_t replicas_max = 1'000'000;

/// "10Mbit", "800kbit", "1Gbit", as tc(8) writes rates.
std::optional<std::uint64_t> parse_rate(std::string_view text) {
  constexpr std::string_view unit = "bit";
  if (!text.ends_with(unit)) return std::nullopt;
  text.remove_suffix(unit.size());
  // tc's k, M, G are powers of ten; a Kubernetes quantity writes them the same way.
  const std::optional<std::int64_t> milli = parse_quantity_milli(text);
  if (!milli || *milli < 1000) return std::nullopt;
  return static_cast<std::uint64_t>(*milli / 1000);
}

Reader<std::uint64_t> bandwidth() {
  return custom<std::uint64_t>(
      {.kind = Shape::Kind::Text}, [](const YamlNode& node, const Reading& at, std::uint64_t& out) {
        const std::optional<std::uint64_t> rate =
            node.kind == YamlNode::Kind::Scalar ? parse_rate(node.scalar) : std::nullopt;
        if (!rate) {
          at.wrong_type(node, "a rate", "write 10Mbit for ten million bits per second");
          return false;
        }
        out = *rate;
        return true;
      });
}

const Table<PodSelector>& pod_selector_table() {
  static const Table<PodSelector> table(
      "PodSelector", "Some pods.",
      pod_rows<PodSelector>([](PodSelector& pods) -> PodSelector& { return pods; }));
  return table;
}

/// A workload's name alone, or what says more.
Reader<PodSelector> pods() {
  const Reader<PodSelector> whole = object(pod_selector_table);
  return custom<PodSelector>(
      {.kind = Shape::Kind::OneOf, .of = {{.kind = Shape::Kind::Text}, whole.shape}},
      [whole](const YamlNode& node, const Reading& at, PodSelector& out) {
        if (node.kind != YamlNode::Kind::Scalar) return whole.read(node, at, out);
        return text().read(node, at, out.workload);
      });
}

void check_link(const YamlNode& node, const Reading& at, FaultSpec& fault) {
  const LinkFaultSpec& link = fault.link;
  if (link.delay || link.loss > 0 || link.partition || link.hold || link.bits_per_second > 0) {
    return;
  }
  if (node.find("bandwidth") != nullptr) return;  // it was refused
  at.error(code::one_needed, node, "says nothing that happens to the messages",
           "add delay, loss, partition, hold or bandwidth");
}

template <class V>
auto of_link(V LinkFaultSpec::*member) {
  return [member](FaultSpec& fault) -> V& { return fault.link.*member; };
}

}  // namespace

Reader<PodCount> pod_count() {
  const Reader<std::uint32_t> number = integer<std::uint32_t>(1, replicas_max);
  return custom<PodCount>(
      {.kind = Shape::Kind::OneOf, .of = {number.shape, {.kind = Shape::Kind::Percent}}},
      [number](const YamlNode& node, const Reading& at, PodCount& out) {
        if (node.kind == YamlNode::Kind::Scalar && node.scalar.ends_with("%")) {
          double part = 0;
          if (!share().read(node, at, part)) return false;
          if (part == 0) {
            at.error(code::out_of_range, node, "no pod would be hit");
            return false;
          }
          out.share = part;
          return true;
        }
        std::uint32_t pods = 0;
        if (!number.read(node, at, pods)) return false;
        out.replicas = pods;
        return true;
      });
}

const Table<FaultSpec>& link_fault_table() {
  static const Table<FaultSpec> table(
      "LinkFault", "Messages between pods come late, or never.",
      {
          simulated("from", of_link(&LinkFaultSpec::from), pods(), "everybody",
                    "Workload, or {workload, zone, replicas}."),
          simulated("to", of_link(&LinkFaultSpec::to), pods(), "everybody", "The same."),
          simulated("direction", of_link(&LinkFaultSpec::both_ways),
                    one_of<bool>({{"both", true}, {"to", false}}), "both",
                    "Both ways, or only what from sends to to: requests there, answers back."),
          simulated("delay", of_link(&LinkFaultSpec::delay), distribution(), "",
                    "Added to each message."),
          simulated("loss", of_link(&LinkFaultSpec::loss), share(), "0%",
                    "Of the segments: TCP sends them again after 200 ms and a round trip, doubled "
                    "each time; those that open a connection after 1 s."),
          simulated("partition", of_link(&LinkFaultSpec::partition), boolean(), "false",
                    "All are lost; what TCP still sends again arrives when it is over."),
          simulated("hold", of_link(&LinkFaultSpec::hold), boolean(), "false",
                    "All are kept, and arrive together when it is over."),
          simulated("bandwidth", of_link(&LinkFaultSpec::bits_per_second), bandwidth(), "no limit",
                    "Of each sending pod, per second: 10Mbit."),
      },
      check_link);
  return table;
}

}  // namespace mesh
