// Reads one rule of VirtualService.http.
#include <algorithm>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

/// A route as written: mirror and its two percentages are still apart.
struct WrittenRoute : HttpRoute {
  std::optional<Destination> mirror;
  std::optional<double> mirror_percentage, mirror_percent;
};

const Table<Mirror>& mirror_table() {
  static const Table<Mirror> table(
      "HTTPMirrorPolicy", "Sends copies; their answers are dropped.",
      {
          required("destination", &Mirror::destination, object(destination_table), "Where to."),
          simulated("percentage", &Mirror::percentage, mirror_percent(), "100",
                    "Share of the requests."),
      });
  return table;
}

const Table<Delegate>& delegate_table() {
  static const Table<Delegate> table(
      "Delegate", "Another VirtualService that goes on with the routing.",
      {
          simulated("name", &Delegate::name, text(), "", "Its name."),
          simulated("namespace", &Delegate::name_space, text(), "that of this rule",
                    "Its namespace."),
      });
  return table;
}

void read_mirror_percent(const YamlNode& node, const Reading& at, WrittenRoute& route) {
  std::int64_t percent = 0;
  at.warning(code::deprecated, node, "mirrorPercent is deprecated",
             "write mirrorPercentage: {value: …}");
  if (read_integer(node, at, 0, 100, percent)) {
    route.mirror_percent = static_cast<double>(percent);
  }
}

void exclude(const Reading& at, const YamlNode& node, const char* one, const char* other) {
  if (node.find(one) == nullptr || node.find(other) == nullptr) return;
  at.error(code::exclusive_fields, child_or_self(node, other),
           std::string(one) + " and " + other + " exclude each other");
}

/// Which of route, redirect, directResponse, delegate may stand together (validateHTTPRouteConflict
/// in pkg/config/validation/virtualservice.go).
void check_actions(const YamlNode& node, const Reading& at) {
  const auto present = [&node](const char* name) {
    const YamlNode* value = node.find(name);
    return value != nullptr && value->kind != YamlNode::Kind::Null;
  };
  if (present("delegate")) {
    exclude(at, node, "delegate", "redirect");
    exclude(at, node, "delegate", "route");
    return;
  }
  for (const char* answer : {"redirect", "directResponse"}) {
    for (const char* other : {"route", "fault", "rewrite"}) exclude(at, node, answer, other);
  }
  exclude(at, node, "redirect", "directResponse");
  exclude(at, node, "mirror", "mirrors");
  const YamlNode* route = node.find("route");
  const bool has_route = present("route") && !route->items.empty();
  if (!has_route && !present("redirect") && !present("directResponse")) {
    at.error(code::one_needed, node, "a route needs route, redirect, directResponse or delegate");
  }
}

/// The authority may be written at one place only: rewrite, set or add.
void check_authority(const YamlNode& node, const Reading& at, const HttpRoute& route) {
  int times = route.rewrite && !route.rewrite->authority.empty() ? 1 : 0;
  for (const auto* headers : {&route.headers.request_set, &route.headers.request_add}) {
    for (const auto& [name, value] : *headers) {
      if (is_authority_header(name)) ++times;
    }
  }
  if (times > 1) {
    at.error(code::invalid_headers, child_or_self(node, "headers"),
             "the authority is written several times",
             "keep one of rewrite.authority, headers.request.set, headers.request.add");
  }
}

void finish_mirrors(WrittenRoute& route) {
  if (!route.mirror) return;
  Mirror mirror{.destination = *route.mirror};
  if (route.mirror_percentage) {
    mirror.percentage = *route.mirror_percentage;
  } else if (route.mirror_percent) {
    mirror.percentage = *route.mirror_percent;
  }
  route.mirrors.insert(route.mirrors.begin(), mirror);
}

void check_route(const YamlNode& node, const Reading& at, WrittenRoute& route) {
  check_actions(node, at);
  check_authority(node, at, route);
  if (const YamlNode* list = node.find("route"); list != nullptr) {
    check_weights(at.field("route"), *list);
  }
  finish_mirrors(route);
}

std::vector<Field<WrittenRoute>> route_rows() {
  const Shape percent{.kind = Shape::Kind::Integer, .min = 0.0, .max = 100.0};
  return {
      simulated("name", &WrittenRoute::name, text(), "", "Shows up in logs."),
      simulated("match", &WrittenRoute::match, list(object(http_match_table)), "everything",
                "Conditions; one must hold."),
      simulated("route", &WrittenRoute::route, list(object(route_destination_table)), "",
                "Destinations with weights."),
      simulated("redirect", &WrittenRoute::redirect, object(redirect_table), "",
                "Answers with another address."),
      simulated("directResponse", &WrittenRoute::direct_response, object(direct_response_table), "",
                "Answers at once."),
      simulated("delegate", &WrittenRoute::delegate, object(delegate_table), "",
                "Another VirtualService goes on."),
      simulated("rewrite", &WrittenRoute::rewrite, object(rewrite_table), "",
                "Changes path and host."),
      simulated("timeout", &WrittenRoute::timeout, istio_duration(), "none",
                "Limit of the whole request with its retries."),
      simulated("retries", &WrittenRoute::retries, object(retries_table), "Istio's default",
                "Sends failed requests again."),
      simulated("fault", &WrittenRoute::fault, object(fault_table), "", "Injected faults."),
      simulated("mirror", &WrittenRoute::mirror, object(destination_table), "", "Sends copies."),
      simulated("mirrorPercentage", &WrittenRoute::mirror_percentage, mirror_percent(), "100",
                "Share of the requests that mirror copies."),
      simulated_whole<WrittenRoute>("mirrorPercent", percent, read_mirror_percent, "",
                                    "Deprecated: whole percent."),
      simulated_whole<WrittenRoute>("mirror_percent", percent, read_mirror_percent, "",
                                    "Deprecated: whole percent."),
      simulated("mirrors", &WrittenRoute::mirrors, list(object(mirror_table)), "",
                "Sends copies to several destinations."),
      simulated("corsPolicy", &WrittenRoute::cors, object(cors_table), "",
                "Answers preflight requests of browsers."),
      simulated("headers", &WrittenRoute::headers, object(headers_table), "",
                "Changes of headers."),
      rejected("appendHeaders", "was removed from Istio: write headers.request.add"),
      rejected("websocketUpgrade", "was removed from Istio: WebSockets need no field"),
  };
}

const Table<WrittenRoute>& route_table() {
  static const Table<WrittenRoute> table("HTTPRoute", "A rule: conditions and what follows.",
                                         route_rows(), check_route);
  return table;
}

}  // namespace

Reader<HttpRoute> http_route() {
  Reader<WrittenRoute> reader = object(route_table);
  return {reader.shape, [reader](const YamlNode& node, const Reading& at, HttpRoute& out) {
            WrittenRoute written;
            if (!reader.read(node, at, written)) return false;
            out = std::move(static_cast<HttpRoute&>(written));
            return true;
          }};
}

}  // namespace mesh::istio
