// Field table of CORS policies.
#include <algorithm>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

/// An origin needs a text to compare with.
void check_origins(const YamlNode& node, const Reading& at) {
  const YamlNode* origins = node.find("allowOrigins");
  for (std::size_t i = 0; origins != nullptr && i < origins->items.size(); ++i) {
    const YamlNode& origin = origins->items[i];
    const bool empty = origin.kind == YamlNode::Kind::Mapping &&
                       (origin.entries.empty() || origin.entries[0].second.scalar.empty());
    if (!empty) continue;
    at.field("allowOrigins")
        .item(i)
        .error(code::invalid_route, origin, "an origin is needed", "{exact: \"*\"} for all");
  }
}

void check_cors(const YamlNode& node, const Reading& at, CorsRule&) {
  check_origins(node, at);
  static const std::vector<std::string> methods = {"GET",    "HEAD",    "POST",    "PUT",   "PATCH",
                                                   "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"};
  const YamlNode* list = node.find("allowMethods");
  for (std::size_t i = 0; list != nullptr && i < list->items.size(); ++i) {
    const std::string& method = list->items[i].scalar;
    if (std::find(methods.begin(), methods.end(), method) != methods.end()) continue;
    at.field("allowMethods")
        .item(i)
        .error(code::invalid_route, list->items[i], "\"" + method + "\" is not an HTTP method");
  }
}

}  // namespace

const Table<CorsRule>& cors_table() {
  using C = CorsRule;
  static const Table<C> table(
      "CorsPolicy", "What pages of other origins may do.",
      {
          simulated("allowOrigin", &C::exact_origins, list(text()), "",
                    "Deprecated: exact origins; allowOrigins hides it."),
          simulated("allowOrigins", &C::allow_origins, list(string_match()), "", "Origins."),
          simulated("allowMethods", &C::allow_methods, list(text()), "", "Methods."),
          simulated("allowHeaders", &C::allow_headers, list(text()), "", "Headers."),
          simulated("exposeHeaders", &C::expose_headers, list(text()), "", "Readable headers."),
          simulated("maxAge", &C::max_age, istio_duration(), "", "How long to remember."),
          simulated("allowCredentials", &C::allow_credentials, boolean(), "", "Cookies."),
          simulated("unmatchedPreflights", &C::ignore_unmatched_preflights,
                    one_of<bool>({{"UNSPECIFIED", false}, {"FORWARD", false}, {"IGNORE", true}}),
                    "FORWARD", "Preflights of other origins: passed on, or answered."),
      },
      check_cors);
  return table;
}

}  // namespace mesh::istio
