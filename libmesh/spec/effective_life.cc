// How a process lives as a YAML tree in which every default is visible.
#include "libmesh/spec/effective.h"
#include "libmesh/spec/yaml_build.h"

namespace mesh {
namespace {

using yaml::Map;

YamlNode slowdown_node(const Slowdown& slowdown) {
  const char* const states[] = {"inFlight", "queue", "memory"};
  Map map;
  map.add("by", yaml::text(states[static_cast<std::size_t>(slowdown.by)]));
  map.add("points", yaml::list_of(slowdown.points, [](const Slowdown::Point& point) {
            const std::vector<double> pair{point.x, point.factor};
            return yaml::list_of(pair, yaml::number);
          }));
  return map.take();
}

}  // namespace

std::vector<std::pair<std::string, YamlNode>> life_entries(const WorkloadBehaviour& b) {
  std::vector<std::pair<std::string, YamlNode>> entries;
  if (b.start_up) {
    entries.emplace_back("startUp", Map().add("time", to_node(*b.start_up)).take());
  }
  if (b.warm_up) {
    Map warm;
    warm.add("for", yaml::duration(b.warm_up->lasting));
    entries.emplace_back("warmUp", warm.add("factor", yaml::number(b.warm_up->factor)).take());
  }
  if (b.memory) {
    Map memory;
    memory.add("base", yaml::bytes(b.memory->base));
    entries.emplace_back("memory",
                         memory.add("perRequest", yaml::bytes(b.memory->per_request)).take());
  }
  if (b.pauses) {
    Map pauses;
    pauses.add("every", to_node(b.pauses->every));
    entries.emplace_back("pauses", pauses.add("for", to_node(b.pauses->lasting)).take());
  }
  if (b.slowdown) entries.emplace_back("slowdown", slowdown_node(*b.slowdown));
  return entries;
}

}  // namespace mesh
