// Field table of overload managers, with the pressure that they see.
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

const Table<OverloadSpec::Pressure>& pressure_table() {
  using P = OverloadSpec::Pressure;
  static const Table<P> table("Pressure", "What a proxy's resource shows from a time on.",
                              {simulated("at", &P::at, time_span(), "0s", "From when on."),
                               required("value", &P::value, share(), "How full it is.")});
  return table;
}

/// source/server/overload_manager_impl.cc refuses a scaled trigger whose ends are not in order.
void check_overload(const YamlNode& node, const Reading& at, OverloadSpec& overload) {
  const bool scaled = overload.scaling || overload.saturation;
  if (overload.threshold.has_value() == scaled || (scaled && !overload.scaling) ||
      (scaled && !overload.saturation)) {
    at.error(code::exclusive_fields, node,
             "say threshold, or scalingThreshold with saturationThreshold");
  } else if (scaled && *overload.scaling >= *overload.saturation) {
    at.field("scalingThreshold")
        .error(code::out_of_range, child_or_self(node, "scalingThreshold"),
               "must be below saturationThreshold: Envoy refuses it");
  }
  for (std::size_t i = 1; i < overload.pressure.size(); ++i) {
    if (overload.pressure[i - 1].at < overload.pressure[i].at) continue;
    at.field("pressure")
        .item(i)
        .error(code::invalid_time, node, "must be later than the one before");
  }
}

}  // namespace

const Table<OverloadSpec>& overload_table() {
  using O = OverloadSpec;
  static const Table<O> table(
      "Overload",
      "Envoy's overload manager with the action stop_accepting_requests: at pressure, requests get "
      "503.",
      {
          simulated("workload", &O::workload, text(), "all", "Whose proxies."),
          simulated("pressure", &O::pressure, list(object(pressure_table)), "",
                    "What the proxies' resource shows, as an injected resource.")
              .as_required(),
          simulated("refreshInterval", &O::refresh, positive_time_span(), "1s",
                    "How often they look."),
          simulated("threshold", &O::threshold, share(), "", "From it on all are refused."),
          simulated("scalingThreshold", &O::scaling, share(), "", "Above it some are."),
          simulated("saturationThreshold", &O::saturation, share(), "", "From it on all."),
      },
      check_overload);
  return table;
}

}  // namespace mesh
