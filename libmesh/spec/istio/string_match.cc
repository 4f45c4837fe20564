// Reads string matches and the small objects of routing rules: ports, percentages, weights.
#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

#include <re2/re2.h>

namespace mesh::istio {
namespace {

using Kind = StringMatch::Kind;

Field<StringMatch> match_row(std::string name, Kind kind, std::string doc) {
  return simulated_whole<StringMatch>(
      std::move(name), {.kind = Shape::Kind::Text},
      [kind](const YamlNode& node, const Reading& at, StringMatch& out) {
        if (!text().read(node, at, out.value)) return;
        out.kind = kind;
      },
      "", std::move(doc));
}

const Table<StringMatch>& string_match_table() {
  static const Table<StringMatch> table(
      "StringMatch", "One of three ways to compare; empty means present.",
      {
          match_row("exact", Kind::Exact, "The whole text."),
          match_row("prefix", Kind::Prefix, "How it begins."),
          match_row("regex", Kind::Regex, "RE2 expression for the whole text."),
      },
      [](const YamlNode& node, const Reading& at, StringMatch&) {
        if (node.entries.size() > 1) {
          at.error(code::exclusive_fields, node, "only one of exact, prefix, regex may be set");
        }
      });
  return table;
}

void check_string_match(const YamlNode& node, const Reading& at, const StringMatch& match,
                        StringMatchRules rules) {
  if (match.kind == Kind::Prefix && match.value.empty() && !rules.empty_prefix) {
    at.field("prefix").error(code::invalid_match, child_or_self(node, "prefix"),
                             "must not be empty", "leave the match out to accept everything");
  }
  if (match.kind != Kind::Regex || (rules.star_regex && match.value == "*")) return;
  const std::string problem = regex_problem(match.value);
  if (problem.empty()) return;
  at.field("regex").error(
      code::invalid_match, child_or_self(node, "regex"), problem,
      match.value == "*" ? "for \"present\" write {} or regex: .*" : "Istio takes RE2 syntax");
}

const Table<double>& percent_table() {
  static const Table<double> table(
      "Percent", "A share in percent.",
      {simulated("value", itself, number(), "0", "Percent, 0 to 100.")});
  return table;
}

Reader<double> percent_object(double least, std::string rule) {
  Reader<double> reader = object(percent_table);
  return {reader.shape,
          [reader, least, rule](const YamlNode& node, const Reading& at, double& out) {
            if (node.kind == YamlNode::Kind::Scalar) {
              at.wrong_type(node, "a mapping (Percent)", "write {value: " + node.scalar + "}");
              return false;
            }
            if (!reader.read(node, at, out)) return false;
            if (out == 0.0 || (out >= least && out <= 100.0)) return true;
            at.field("value").error(code::invalid_percentage, child_or_self(node, "value"), rule);
            return false;
          }};
}

const Table<std::uint32_t>& port_selector_table() {
  static const Table<std::uint32_t> table(
      "PortSelector", "A port of the service.",
      {required("number", itself, port_number(), "Port number.")});
  return table;
}

}  // namespace

std::string regex_problem(const std::string& regex) {
  constexpr std::size_t longest = 1024;  // validateStringRegexp
  if (regex.empty()) return "the regular expression is empty";
  if (regex.size() > longest) return "the regular expression is longer than 1024 characters";
  re2::RE2::Options options;
  options.set_log_errors(false);
  const re2::RE2 compiled(regex, options);
  return compiled.ok() ? "" : "\"" + regex + "\" is no regular expression: " + compiled.error();
}

Reader<StringMatch> string_match(StringMatchRules rules) {
  Reader<StringMatch> reader = object(string_match_table);
  return {reader.shape, [reader, rules](const YamlNode& node, const Reading& at, StringMatch& out) {
            if (!reader.read(node, at, out)) return false;
            check_string_match(node, at, out, rules);
            if (out.value.empty() && out.kind == Kind::Exact) out.kind = Kind::Present;
            if (out.kind == Kind::Regex && out.value == "*") out = {};
            return true;
          }};
}

Reader<double> fault_percent() {
  return percent_object(0.0001, "must be 0 or lie between 0.0001 and 100");
}
Reader<double> mirror_percent() {
  return percent_object(0.0, "must lie between 0 and 100");
}

Reader<std::uint32_t> port_selector() {
  return object(port_selector_table);
}

Reader<std::uint32_t> weight() {
  return {{.kind = Shape::Kind::Integer, .min = 0.0},
          [](const YamlNode& node, const Reading& at, std::uint32_t& out) {
            std::int64_t value = 0;
            const auto limit = std::numeric_limits<std::int32_t>::max();
            if (!read_integer(node, at, -std::int64_t{limit}, limit, value)) return false;
            if (value < 0) {
              at.error(code::invalid_weight, node,
                       "must not be negative, got " + std::to_string(value));
              return false;
            }
            out = static_cast<std::uint32_t>(value);
            return true;
          }};
}

void check_weights(const Reading& at, const YamlNode& list) {
  std::int64_t total = 0;
  for (const YamlNode& item : list.items) {
    const YamlNode* value = item.find("weight");
    if (value == nullptr || value->kind == YamlNode::Kind::Null) continue;
    const auto weight = parse_yaml_number(value->scalar);
    if (!weight) return;  // said already
    total += static_cast<std::int64_t>(std::clamp(*weight, -1e9, 1e10));
  }
  if (list.items.size() > 1 && total == 0) {
    at.error(code::invalid_weight, list, "the weights of several destinations add up to 0",
             "give every destination a weight");
  }
  if (total > std::numeric_limits<std::uint32_t>::max()) {
    at.error(code::invalid_weight, list, "the weights add up to more than 4294967295");
  }
}

void check_host(const Reading& at, const YamlNode& node, const std::string& host, bool lone_star) {
  const YamlNode& value = child_or_self(node, "host");
  const bool no_text =
      value.kind != YamlNode::Kind::Scalar || (host.empty() && !value.scalar.empty());
  if (&value == &node || no_text) return;  // said already
  const char* problem = domain_problem(host, true);
  if (problem == nullptr && host == "*" && !lone_star) problem = "a route needs one host";
  if (problem == nullptr) return;
  at.field("host").error(code::invalid_host, value,
                         "\"" + host + "\" is not a valid host: " + problem,
                         "a service: reviews or reviews.default.svc.cluster.local");
}

void check_gateway_names(const Reading& at, const YamlNode& list) {
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const YamlNode& item = list.items[i];
    const std::string_view name = item.scalar;
    const std::size_t slash = name.find('/');
    if (slash == std::string_view::npos) {
      if (domain_problem(name, false) != nullptr) {
        at.item(i).error(code::invalid_name, item,
                         "\"" + item.scalar + "\" is not the name of a gateway");
      } else if (const std::size_t dot = name.find('.'); dot != std::string_view::npos) {
        at.item(i).warning(code::deprecated, item, "the form name.namespace is out of date",
                           "write namespace/" + std::string(name.substr(0, dot)));
      }
    } else if (!is_istio_dns_label(name.substr(0, slash)) ||
               !is_istio_dns_label(name.substr(slash + 1))) {
      at.item(i).error(code::invalid_name, item,
                       "\"" + item.scalar + "\" is not namespace/name of a gateway");
    }
  }
}

void check_export_to(const Reading& at, const YamlNode& list, const std::string& name_space) {
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const YamlNode& item = list.items[i];
    const std::string entry = item.scalar == "." ? name_space : item.scalar;
    if (std::find(seen.begin(), seen.end(), entry) != seen.end()) {
      at.item(i).error(code::duplicate_name, item, "\"" + item.scalar + "\" stands twice");
    } else if (entry != "*" && !is_istio_dns_label(entry)) {
      at.item(i).error(code::invalid_name, item,
                       "\"" + item.scalar + "\" is neither a namespace nor \".\" nor \"*\"");
    }
    seen.push_back(entry);
  }
  if (seen.size() > 1 && std::find(seen.begin(), seen.end(), "*") != seen.end()) {
    at.error(code::exclusive_fields, list, "\"*\" stands beside other namespaces",
             "\"*\" alone means all of them");
  }
}

}  // namespace mesh::istio
