// Field table of the limits that a rate limit service keeps.
#include "libmesh/spec/scenario_tables.h"

namespace mesh {

const Table<ServiceLimitSpec>& service_limit_table() {
  using L = ServiceLimitSpec;
  static const Table<L> table(
      "RateLimit", "So many requests in each span of time, over all pods of the service.",
      {
          simulated("domain", &L::domain, text(), "any", "Domain of the filter that asks."),
          required("descriptor", &L::descriptor, pairs(any_text()),
                   "Entries in their order; an empty value takes any, each with its own count."),
          simulated("requests", &L::requests, integer<std::uint64_t>(0), "", "Most of them.")
              .as_required(),
          simulated("per", &L::per, positive_time_span(), "1s", "The span of time."),
      },
      [](const YamlNode& node, const Reading& at, L& limit) {
        if (!limit.descriptor.empty()) return;
        at.field("descriptor")
            .error(code::missing_field, child_or_self(node, "descriptor"), "a limit needs an entry",
                   "descriptor: {PATH: /cart}");
      });
  return table;
}

}  // namespace mesh
