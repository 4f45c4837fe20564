// Match blocks of VirtualServices and handlers as Envoy's matchers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "libmesh/plan/plan.h"
#include "libmesh/policy/route_match.h"
#include "libmesh/spec/behaviour.h"
#include "libmesh/spec/istio/virtual_service.h"

namespace mesh {

/// As Envoy's matchers call it; presence is a regular expression there.
StringMatchKind string_kind(istio::StringMatch::Kind kind);

/// A condition on a value; a regex must match all of it.
struct TextCondition {
  StringMatchKind kind = StringMatchKind::Exact;
  std::string text;
  bool operator==(const TextCondition&) const = default;
};

/// A condition on a header or query parameter. Without `value` it must be present.
struct NamedCondition {
  std::string name;
  std::optional<TextCondition> value = {};
  bool invert = false;
  bool missing_is_empty = false;  // as istiod writes withoutHeaders
  bool operator==(const NamedCondition&) const = default;
};

/// What istiod writes for a match block: all conditions must hold.
/// Source: pilot/pkg/networking/core/route/route.go (TranslateRouteMatch).
struct RouteConditions {
  PathMatchKind path_kind = PathMatchKind::Prefix;
  std::string path = "/";
  bool ignore_case = false;  // of the path
  std::vector<NamedCondition> headers, query;
  bool operator==(const RouteConditions&) const = default;
};
/// The parts of a block that depend on the request.
RouteConditions conditions_of(const istio::HttpMatch& match);

/// Evaluates matches; a block is translated when it is first met, so blocks must not move.
class Matcher {
 public:
  /// The parts of a block that depend on the request; `scheme` is "http" or "https".
  bool matches(const istio::HttpMatch& match, const RequestTemplate& request,
               std::string_view scheme);
  bool matches(const HandlerSpec& handler, const RequestTemplate& request);

 private:
  struct Block {
    RouteMatcher route;
    bool never = false;  // an expression is invalid
  };
  static Block compiled(const RouteConditions& conditions);
  static Block compiled(const HandlerSpec& handler);
  static bool matches(const Block& block, const RequestTemplate& request, std::string_view scheme);

  std::unordered_map<const void*, Block> blocks_;
};

/// A RE2 replacement of every match in `text`; `text` itself when the pattern is invalid.
std::string replace_matches(const std::string& pattern, const std::string& rewrite,
                            std::string text);

/// Some part of `text` matches; false when the pattern is invalid.
bool has_match(const std::string& pattern, const std::string& text);

bool same_header_name(std::string_view a, std::string_view b);

/// A block that accepts everything, so that no later one is reached: prefix "/" or regex ".*"
/// with no other condition (istio.md §1.1.1).
bool is_catch_all(const istio::HttpMatch& match);

}  // namespace mesh
