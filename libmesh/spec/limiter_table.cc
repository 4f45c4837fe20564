// Field tables of the limiter in front of a workload: a limit that may find itself.
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

constexpr std::uint32_t limit_max = 1'000'000;

Reader<std::uint32_t> requests() {
  return integer<std::uint32_t>(1, limit_max);
}

Field<LimiterConfig> start_row(std::string doc = "It begins with this.") {
  return simulated("initial", &LimiterConfig::initial, requests(), "20", std::move(doc));
}
Field<LimiterConfig> min_row() {
  return simulated("min", &LimiterConfig::min, requests(), "20", "It is never lower.");
}
Field<LimiterConfig> max_row(std::string standard) {
  return simulated("max", &LimiterConfig::max, requests(), std::move(standard),
                   "It is never higher.");
}

const Table<LimiterConfig>& fixed_table() {
  static const Table<LimiterConfig> table(
      "FixedLimit", "A limit that stays.",
      {required("limit", &LimiterConfig::initial, requests(), "Requests in progress.")});
  return table;
}

const Table<LimiterConfig>& aimd_table() {
  static const Table<LimiterConfig> table(
      "AimdLimit", "One more for each answer in time, a share less for each that is late.",
      {
          start_row(),
          min_row(),
          max_row("200"),
          simulated("backoffRatio", &LimiterConfig::backoff_ratio, number(0.5, 0.999), "0.9",
                    "What is left of the limit after a late or dropped request."),
          simulated("timeout", &LimiterConfig::timeout, positive_time_span(), "5s",
                    "A slower answer is late."),
      });
  return table;
}

const Table<LimiterConfig>& vegas_table() {
  static const Table<LimiterConfig> table(
      "VegasLimit", "Keeps the queue that it estimates between alpha and beta.",
      {
          start_row(),
          max_row("1000"),
          simulated("smoothing", &LimiterConfig::smoothing, number(0.001, 1), "1",
                    "Weight of the new limit."),
          simulated("probeMultiplier", &LimiterConfig::probe_multiplier,
                    integer<std::uint32_t>(1, 1'000'000), "30",
                    "The least time is measured anew after about this many limits of answers."),
      });
  return table;
}

const Table<LimiterConfig>& gradient2_table() {
  static const Table<LimiterConfig> table(
      "Gradient2Limit", "Falls while answers take longer than their long average.",
      {
          start_row(),
          min_row(),
          max_row("200"),
          simulated("smoothing", &LimiterConfig::smoothing, number(0.001, 1), "0.2",
                    "Weight of the new limit."),
          simulated("queueSize", &LimiterConfig::queue_size, integer<std::uint32_t>(0, limit_max),
                    "4", "Requests that may wait."),
          simulated("tolerance", &LimiterConfig::tolerance, number(1, 100), "1.5",
                    "Answers may take this many times the average."),
          simulated("longWindow", &LimiterConfig::long_window, integer<std::uint32_t>(1, 1'000'000),
                    "600", "Answers of the average."),
      });
  return table;
}

Field<LimiterConfig> kind_row(std::string name, const LimiterConfig& standard,
                              const Table<LimiterConfig>& (*table)(), std::string doc) {
  const Reader<LimiterConfig> reader = object(table);
  return simulated_whole<LimiterConfig>(
      std::move(name), reader.shape,
      [reader, standard](const YamlNode& node, const Reading& at, LimiterConfig& out) {
        LimiterConfig config = standard;
        if (!reader.read(node, at, config)) return;
        const bool has_least =
            config.kind == LimiterKind::Aimd || config.kind == LimiterKind::Gradient2;
        if (has_least && config.min > config.max) {
          at.error(code::out_of_range, node, "min is above max");
        } else if (config.kind != LimiterKind::Fixed &&
                   (config.initial > config.max || (has_least && config.initial < config.min))) {
          at.error(code::out_of_range, node, "initial lies outside min and max",
                   "begin between them");
        }
        out = config;
      },
      "", std::move(doc));
}

const Table<LimiterConfig>& limiter_table() {
  static const Table<LimiterConfig> table(
      "Limiter", "Requests in progress in a pod, those that wait included: exactly one kind.",
      {
          kind_row("fixed", {.kind = LimiterKind::Fixed}, fixed_table, "{limit: 10}."),
          kind_row("aimd", {.kind = LimiterKind::Aimd}, aimd_table,
                   "Additive increase, multiplicative decrease."),
          kind_row("vegas", {.kind = LimiterKind::Vegas, .max = 1000, .smoothing = 1.0},
                   vegas_table, "By the queue, as TCP Vegas."),
          kind_row("gradient2", {.kind = LimiterKind::Gradient2}, gradient2_table,
                   "By the long average of answer times."),
      },
      [](const YamlNode& node, const Reading& at, LimiterConfig&) {
        if (node.entries.size() == 1) return;
        at.error(node.entries.empty() ? code::one_needed : code::exclusive_fields, node,
                 "a limiter has exactly one kind", "write {gradient2: {}}");
      });
  return table;
}

}  // namespace

Field<WorkloadBehaviour> limiter_row() {
  return simulated("limiter", &WorkloadBehaviour::limiter, object(limiter_table), "none",
                   "Who comes while that many are in progress is answered overflowStatus at once.");
}

}  // namespace mesh
