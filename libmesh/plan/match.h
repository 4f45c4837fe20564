// Match blocks of VirtualServices and handlers as Envoy's matchers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "libmesh/plan/plan.h"
#include "libmesh/policy/route_match.h"
#include "libmesh/spec/behaviour.h"
#include "libmesh/spec/istio/virtual_service.h"

namespace mesh {

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
    std::vector<HeaderMatcher> without;  // conditions that must fail; a missing header is empty
    bool never = false;                  // an expression is invalid
  };
  static Block translate(const istio::HttpMatch& match);
  static Block translate(const HandlerSpec& handler);
  static bool matches(const Block& block, const RequestTemplate& request, std::string_view scheme);

  std::unordered_map<const void*, Block> blocks_;
};

/// A RE2 replacement of every match in `text`; `text` itself when the pattern is invalid.
std::string replace_matches(const std::string& pattern, const std::string& rewrite,
                            std::string text);

bool same_header_name(std::string_view a, std::string_view b);

/// A block that accepts everything, so that no later one is reached: prefix "/" or regex ".*"
/// with no other condition (istio.md §1.1.1).
bool is_catch_all(const istio::HttpMatch& match);

}  // namespace mesh
