// Field tables of what happens to caches, queues and loads at a time.
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

using Kind = FaultSpec::Kind;

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

const Table<FaultSpec>& purge_queue_table() {
  static const Table<FaultSpec> table(
      "PurgeQueue", "Who waits for a worker is turned away, at once.",
      {
          required("workload", &FaultSpec::workload, text(), "Name or name.namespace."),
          simulated("replicas", &FaultSpec::replicas, integer<std::uint32_t>(1, 1'000'000), "all",
                    "How many of its pods."),
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

Field<FaultSpec> fault_row(std::string name, Kind kind, const Table<FaultSpec>& (*table)(),
                           std::string doc) {
  const Reader<FaultSpec> reader = object(table);
  return simulated_whole<FaultSpec>(
      std::move(name), reader.shape,
      [reader, kind](const YamlNode& node, const Reading& at, FaultSpec& out) {
        if (reader.read(node, at, out)) out.kind = kind;
      },
      "", std::move(doc));
}

}  // namespace

std::vector<Field<FaultSpec>> store_fault_rows() {
  return {
      fault_row("cacheWipe", Kind::CacheWipe, cache_wipe_table, "Keys of a cache are gone."),
      fault_row("purgeQueue", Kind::PurgeQueue, purge_queue_table, "A queue is emptied."),
      fault_row("shed", Kind::Shed, shed_table, "Arrivals of a load are kept out."),
  };
}

}  // namespace mesh
