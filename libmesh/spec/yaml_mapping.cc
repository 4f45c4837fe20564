// Rules about the keys of a finished mapping: no duplicates, merge keys expanded.
#include "libmesh/spec/yaml_mapping.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>
#include <utility>

namespace mesh {
namespace {

using Kind = YamlNode::Kind;

bool is_merge_key(const YamlNode& key) {
  return key.kind == Kind::Scalar && !key.quoted && key.scalar == "<<";
}

}  // namespace

Diagnostic yaml_problem(code::Code code, Place place, std::string what, std::string hint) {
  return {Severity::Error, code.id, std::move(place), "", std::move(what), std::move(hint)};
}

void expand_merge_keys(YamlNode& mapping, Diagnostics& problems) {
  if (std::none_of(mapping.entries.begin(), mapping.entries.end(),
                   [](const auto& entry) { return is_merge_key(entry.first); })) {
    return;
  }
  std::vector<YamlNode> sources;
  std::unordered_set<std::string> known;
  std::erase_if(mapping.entries, [&](auto& entry) {
    if (!is_merge_key(entry.first)) {
      known.insert(entry.first.scalar);
      return false;
    }
    if (entry.second.kind == Kind::Sequence) {
      for (YamlNode& item : entry.second.items) sources.push_back(std::move(item));
    } else {
      sources.push_back(std::move(entry.second));
    }
    return true;
  });
  for (YamlNode& source : sources) {
    if (source.kind != Kind::Mapping) {
      problems.add(yaml_problem(code::wrong_type, source.place,
                                "the merge key << takes a mapping or a list of mappings",
                                "write <<: *anchor, with the anchor on a mapping"));
      continue;
    }
    for (auto& entry : source.entries) {
      if (known.insert(entry.first.scalar).second) mapping.entries.push_back(std::move(entry));
    }
  }
}

void drop_duplicate_keys(YamlNode& mapping, Diagnostics& problems) {
  auto& entries = mapping.entries;
  if (entries.size() < 2) return;
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const int compared = entries[a].first.scalar.compare(entries[b].first.scalar);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::vector<bool> drop(entries.size(), false);
  bool any = false;
  for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
    const YamlNode& key = entries[order[i]].first;
    if (key.scalar != entries[order[first]].first.scalar) {
      first = i;
      continue;
    }
    problems.add(yaml_problem(code::duplicate_key, key.place,
                              "the key " + key.scalar +
                                  " stands twice in this mapping, first at line " +
                                  std::to_string(entries[order[first]].first.place.line),
                              "remove one of the two"));
    drop[order[i]] = any = true;
  }
  if (!any) return;
  std::size_t i = 0;
  std::erase_if(entries, [&](const auto&) { return drop[i++]; });
}

}  // namespace mesh
