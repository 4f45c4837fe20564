// Field tables of what happens to caches and loads at a time.
#include "libmesh/spec/scenario_tables.h"

namespace mesh {

const Table<FaultSpec>& cache_wipe_table() {
  static const Table<FaultSpec> table(
      "CacheWipe", "Keys are gone, at once.",
      {
          required("cache", &FaultSpec::cache, text(), "Of behaviour.caches; all its pods'."),
          simulated("share", &FaultSpec::share, share(), "100%",
                    "Of the entries: those of the lowest keys, the hottest of Zipf's law."),
      });
  return table;
}

const Table<FaultSpec>& shed_table() {
  static const Table<FaultSpec> table(
      "Shed", "A share of a load's arrivals is kept out.",
      {
          required("load", &FaultSpec::load, text(), "Name of an open load."),
          required("share", &FaultSpec::share, share(), "Of its arrivals."),
      });
  return table;
}

}  // namespace mesh
