// Field table of the cores that the work of a pod shares.
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

constexpr std::uint32_t cores_max = 512;

Reader<std::uint32_t> milli_cores() {
  const Reader<std::int64_t> quantity = quantity_milli();
  return custom<std::uint32_t>(
      quantity.shape, [quantity](const YamlNode& node, const Reading& at, std::uint32_t& out) {
        std::int64_t milli = 0;
        if (!quantity.read(node, at, milli)) return false;
        if (milli < 1 || milli > std::int64_t{1000} * cores_max) {
          at.error(code::out_of_range, node, "must be above 0 and at most 512 cores");
          return false;
        }
        out = static_cast<std::uint32_t>(milli);
        return true;
      });
}

const Table<ProcessorConfig>& cpu_table() {
  static const Table<ProcessorConfig> table(
      "Processor", "Cores that the work of a pod's requests shares evenly.",
      {
          simulated("cores", &ProcessorConfig::cores, limit(1, cores_max, 0), "unlimited",
                    "Cores; one request keeps one of them busy at most."),
          simulated("limit", &ProcessorConfig::limit_milli, milli_cores(), "none",
                    "CPU limit as in a manifest (1500m): all work stops when it is used up."),
          simulated("period", &ProcessorConfig::period, positive_time_span(), "100ms",
                    "The limit holds for each period of this length."),
      },
      [](const YamlNode& node, const Reading& at, ProcessorConfig& cpu) {
        if (cpu.cores == 0 && (cpu.limit_milli > 0 || node.find("period") != nullptr)) {
          at.field("cores").error(code::missing_field, node, "a limit needs a number of cores",
                                  "write cores: 4, as the node has");
        }
        if (cpu.period < milliseconds(1) || cpu.period > seconds(1)) {
          // Source: Linux, kernel/sched/core.c (min_cfs_quota_period, max_cfs_quota_period).
          at.field("period").error(code::invalid_time, child_or_self(node, "period"),
                                   "must lie between 1ms and 1s, as Linux wants");
        }
        if (cpu.cores > 0 && cpu.limit_milli >= 1000 * cpu.cores) {
          at.field("limit").warning(code::improbable, child_or_self(node, "limit"),
                                    "is not below the cores: it never stops anybody");
        }
      });
  return table;
}

}  // namespace

Reader<ProcessorConfig> processor() {
  const Reader<ProcessorConfig> whole = object(cpu_table);
  const Reader<std::uint32_t> cores = limit(1, cores_max, 0);
  return custom<ProcessorConfig>(
      {.kind = Shape::Kind::OneOf, .of = {cores.shape, whole.shape}},
      [whole, cores](const YamlNode& node, const Reading& at, ProcessorConfig& out) {
        if (node.kind != YamlNode::Kind::Scalar) return whole.read(node, at, out);
        return cores.read(node, at, out.cores);
      });
}

}  // namespace mesh
