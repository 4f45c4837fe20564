// Changes a scenario's trees by paths, then reads it again.
#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/spec/scenario_parts.h"
#include "libmesh/spec/yaml_document.h"

namespace mesh {
namespace {

using Kind = YamlNode::Kind;

/// "load[0].open" and "metadata.labels.\"a.b/c\"" in steps; nullopt when brackets or quotes do not
/// close, or a step is empty.
std::optional<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> steps;
  std::string step;
  bool expects_step = true;  // at the beginning and behind a dot
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '.') {
      if (expects_step) return std::nullopt;
      expects_step = true;
      continue;
    }
    step.clear();
    if (c == '[' || c == '"') {
      const bool quoted = c == '"' || path.substr(i).starts_with("[\"");
      const std::string_view end = c == '"' ? "\"" : quoted ? "\"]" : "]";
      const std::size_t from = i + (c == '[' && quoted ? 2 : 1);
      const std::size_t to = path.find(end, from);
      if (to == std::string_view::npos) return std::nullopt;
      step = path.substr(from, to - from);
      i = to + end.size() - 1;
    } else {
      const std::size_t to = std::min(path.find_first_of(".[", i), path.size());
      step = path.substr(i, to - i);
      i = to - 1;
    }
    if (step.empty()) return std::nullopt;
    steps.push_back(step);
    expects_step = false;
  }
  constexpr std::size_t steps_max = 64;  // deeper than any object
  if (expects_step || steps.size() > steps_max) return std::nullopt;
  return steps;
}

std::optional<std::size_t> index_in(const std::string& step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size()) return std::nullopt;
  return index;
}

YamlNode text_node(std::string text, const Place& place) {
  YamlNode node;
  node.kind = Kind::Scalar;
  node.scalar = std::move(text);
  node.quoted = true;
  node.place = place;
  return node;
}

YamlNode& added_entry(YamlNode& mapping, const std::string& key, const Place& place) {
  mapping.entries.emplace_back(text_node(key, place), YamlNode{});
  mapping.entries.back().second.place = place;
  return mapping.entries.back().second;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = did_you_mean(word, candidates);
  if (!near.empty()) return "did you mean " + near + "?";
  return candidates.empty() || candidates.size() > 20 ? "" : "there are " + joined(candidates);
}

/// Every place below a node where a key stands.
void find_keys(YamlNode& node, const std::string& path, const std::string& key,
               std::vector<std::pair<std::string, YamlNode*>>& found,
               std::vector<std::string>& all_keys) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string name = text_of(node.items[i], "name");
    const std::string step = name.empty() ? std::to_string(i) : name;
    find_keys(node.items[i], path + "." + step, key, found, all_keys);
  }
  for (auto& [name, value] : node.entries) {
    const std::string here = path.empty() ? name.scalar : path + "." + name.scalar;
    all_keys.push_back(name.scalar);
    if (name.scalar == key) found.emplace_back(here, &value);
    find_keys(value, here, key, found, all_keys);
  }
}

/// Applies one override to the trees of a scenario.
class Overriding {
 public:
  Overriding(const Override& override, YamlNode& document, std::vector<YamlNode>& objects,
             Diagnostics& problems)
      : override_(override),
        document_(document),
        objects_(objects),
        problems_(problems),
        place_{"--set " + override.path, 1, 1} {}

  void apply() {
    if (!read_value()) return;
    std::string_view path = override_.path;
    YamlNode* root = find_root(path);
    if (root == nullptr) return;
    if (path.starts_with("..")) {
      set_only_field(*root, path.substr(2));
      return;
    }
    const auto steps = split_path(path);
    if (!steps) {
      error(code::invalid_override, "the path is malformed",
            "paths look like load.shoppers.open.rate or DestinationRule/cart:spec.host");
      return;
    }
    if (root == document_.find("spec") && steps->front() == "include") {
      error(code::invalid_override, "what is included cannot be changed any more");
      return;
    }
    set(*root, *steps, 0);
  }

 private:
  void error(code::Code code, std::string what, std::string hint = "") {
    problems_.add({Severity::Error, code.id, place_, "", std::move(what), std::move(hint)});
  }

  bool read_value() {
    const std::size_t before = problems_.items().size();
    std::vector<YamlNode> values = parse_yaml(override_.value, place_.file, problems_);
    if (problems_.items().size() != before) return false;
    if (values.size() > 1) {
      error(code::invalid_override, "the value is more than one YAML document");
      return false;
    }
    if (!values.empty()) value_ = std::move(values.front());
    if (values.empty()) value_.place = place_;
    return true;
  }

  /// The tree that the path is about; what remains of the path leads on from there.
  YamlNode* find_root(std::string_view& path) {
    const std::size_t colon = path.find(':');
    const std::size_t slash = path.find('/');
    if (colon == std::string_view::npos || slash == std::string_view::npos || slash > colon) {
      return &scenario_spec();
    }
    const std::string kind(path.substr(0, slash));
    const std::string name(path.substr(slash + 1, colon - slash - 1));
    path.remove_prefix(colon + 1);
    return find_object(kind, name);
  }

  YamlNode& scenario_spec() {
    if (document_.kind == Kind::Null) {
      document_.kind = Kind::Mapping;
      document_.place = place_;
      for (const auto& [key, text] :
           {std::pair("apiVersion", "meshsim.dev/v1alpha1"), std::pair("kind", "Scenario")}) {
        added_entry(document_, key, place_) = text_node(text, place_);
      }
    }
    YamlNode* spec = document_.find("spec");
    if (spec == nullptr) spec = &added_entry(document_, "spec", place_);
    if (spec->kind == Kind::Null) spec->kind = Kind::Mapping;
    return *spec;
  }

  YamlNode* find_object(const std::string& kind, const std::string& name) {
    std::vector<YamlNode*> found;
    std::vector<std::string> kinds, names;
    for (YamlNode& object : objects_) {
      const Identity identity = identity_of(object);
      kinds.push_back(identity.kind);
      if (identity.kind != kind) continue;
      const std::string full = identity.name + '.' + identity.name_space;
      names.push_back(identity.name_space == "default" ? identity.name : full);
      if (identity.name == name || full == name) found.push_back(&object);
    }
    if (found.size() == 1) return found.front();
    if (found.size() > 1) {
      error(code::ambiguous_override,
            "there are " + std::to_string(found.size()) + " " + kind + " objects named " + name,
            "add the namespace: " + kind + "/" + joined(full_names(found)));
    } else if (names.empty()) {
      std::sort(kinds.begin(), kinds.end());
      kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
      error(code::invalid_override, "there is no object of kind " + kind, suggestion(kind, kinds));
    } else {
      error(code::invalid_override, "there is no " + kind + " named " + name,
            suggestion(name, names));
    }
    return nullptr;
  }

  static std::vector<std::string> full_names(const std::vector<YamlNode*>& objects) {
    std::vector<std::string> names;
    for (const YamlNode* object : objects) {
      const Identity identity = identity_of(*object);
      names.push_back(identity.name + '.' + identity.name_space);
    }
    return names;
  }

  void set_only_field(YamlNode& root, std::string_view path) {
    const auto steps = split_path(path);
    if (!steps) {
      error(code::invalid_override, "a field name must follow ..");
      return;
    }
    std::vector<std::pair<std::string, YamlNode*>> found;
    std::vector<std::string> keys;
    find_keys(root, "", steps->front(), found, keys);
    if (found.empty()) {
      std::sort(keys.begin(), keys.end());
      keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
      const std::string near = did_you_mean(steps->front(), keys);
      error(
          code::invalid_override, "no field " + steps->front() + " is set there",
          near.empty() ? "write the whole path to set a new field" : "did you mean " + near + "?");
      return;
    }
    if (found.size() > 1) {
      std::vector<std::string> paths;
      for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i) {
        paths.push_back(found[i].first);
      }
      error(code::ambiguous_override,
            "the field " + steps->front() + " is set " + std::to_string(found.size()) + " times",
            "write the whole path: " + joined(paths));
      return;
    }
    if (steps->size() > 1) {
      set(*found.front().second, *steps, 1);
    } else {
      *found.front().second = std::move(value_);
    }
  }

  /// Walks on from `node` by the steps from `i` on, and puts the value at their end. Mappings that
  /// are missing on the way are made: the field tables know which ones may exist.
  void set(YamlNode& node, const std::vector<std::string>& steps, std::size_t i) {
    if (node.kind == Kind::Null) {
      node.kind = Kind::Mapping;
      node.place = place_;
    }
    if (node.kind == Kind::Scalar) {
      error(code::invalid_override,
            "there is nothing below \"" + node.scalar + "\"; left over: " + steps[i]);
    } else if (node.kind == Kind::Sequence) {
      set_in_list(node, steps, i);
    } else {
      set_in_mapping(node, steps, i);
    }
  }

  void set_in_mapping(YamlNode& node, const std::vector<std::string>& steps, std::size_t i) {
    // Keys may have dots in them: the longest run of steps that is a key counts.
    for (std::size_t end = steps.size(); end > i; --end) {
      std::string key = steps[i];
      for (std::size_t k = i + 1; k < end; ++k) key += '.' + steps[k];
      const auto entry = std::find_if(node.entries.begin(), node.entries.end(),
                                      [&key](const auto& e) { return e.first.scalar == key; });
      if (entry == node.entries.end()) continue;
      if (end < steps.size()) {
        set(entry->second, steps, end);
      } else if (value_.kind == Kind::Null) {
        node.entries.erase(entry);
      } else {
        entry->second = std::move(value_);
      }
      return;
    }
    const bool last = i + 1 == steps.size();
    if (last && value_.kind == Kind::Null) return;  // not there already
    YamlNode& entry = added_entry(node, steps[i], place_);
    if (last) {
      entry = std::move(value_);
    } else {
      set(entry, steps, i + 1);
    }
  }

  void set_in_list(YamlNode& node, const std::vector<std::string>& steps, std::size_t i) {
    auto item = node.items.end();
    if (const auto index = index_in(steps[i])) {
      if (*index < node.items.size()) {
        item = node.items.begin() + static_cast<std::ptrdiff_t>(*index);
      }
    } else {
      item = std::find_if(node.items.begin(), node.items.end(), [&](const YamlNode& candidate) {
        return text_of(candidate, "name") == steps[i];
      });
    }
    if (item == node.items.end()) {
      report_missing_item(node, steps[i]);
    } else if (i + 1 < steps.size()) {
      set(*item, steps, i + 1);
    } else if (value_.kind == Kind::Null) {
      node.items.erase(item);
    } else {
      *item = std::move(value_);
    }
  }

  void report_missing_item(const YamlNode& list, const std::string& step) {
    std::vector<std::string> names;
    for (const YamlNode& item : list.items) {
      const std::string name = text_of(item, "name");
      if (!name.empty()) names.push_back(name);
    }
    const std::string size = std::to_string(list.items.size());
    if (index_in(step)) {
      error(code::invalid_override, "the list has " + size + " items, there is no number " + step,
            "items are counted from 0");
    } else {
      error(code::invalid_override, "no item of the list has the name " + step,
            names.empty() ? "choose one by its number, from 0" : suggestion(step, names));
    }
  }

  const Override& override_;
  YamlNode& document_;
  std::vector<YamlNode>& objects_;
  Diagnostics& problems_;
  Place place_;
  YamlNode value_;
};

}  // namespace

Scenario with_overrides(const Scenario& scenario, const std::vector<Override>& overrides) {
  YamlNode document = scenario.document;
  std::vector<YamlNode> objects = scenario.documents;
  Diagnostics problems = scenario.unreadable;
  for (const Override& override : overrides) {
    Overriding(override, document, objects, problems).apply();
  }
  return assemble(std::move(document), std::move(objects), scenario.file, std::move(problems));
}

}  // namespace mesh
