// What matters in an Envoy bootstrap, whoever wrote it, in one comparable form.
#pragma once

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/plan/envoy_facts.h"

namespace mesh::testing {

inline json matcher_facts(const json& matchers) {
  json facts = json::array();
  for (const json& matcher : matchers) {
    facts.push_back({matcher["name"], matcher.value("string_match", json("present")),
                     matcher.value("invert_match", false),
                     matcher.value("treat_missing_header_as_empty", false)});
  }
  std::sort(facts.begin(), facts.end());
  return facts;
}

inline json match_facts(const json& match) {
  json path = match;
  for (const char* other : {"case_sensitive", "headers", "query_parameters"}) path.erase(other);
  return {path, match.value("case_sensitive", true),
          matcher_facts(match.value("headers", json::array())),
          matcher_facts(match.value("query_parameters", json::array()))};
}

/// Fields that are compared as they stand; an empty text is an absent one.
inline json plain_facts(const json& object, std::initializer_list<const char*> keys) {
  json facts = json::object();
  for (const char* key : keys) {
    if (object.contains(key) && object[key] != json("")) facts[key] = object[key];
  }
  return facts;
}

inline json whole_route_facts(const json& route) {
  json facts = route_facts(route);
  facts["match"] = match_facts(route["match"]);
  facts["headers"] = plain_facts(route, {"request_headers_to_add", "request_headers_to_remove",
                                         "response_headers_to_add", "response_headers_to_remove"});
  if (route.contains("route")) {
    facts["rewrite"] =
        plain_facts(route["route"], {"prefix_rewrite", "regex_rewrite", "host_rewrite_literal"});
    facts["grpc_timeout"] = duration_in(route["route"], "max_grpc_timeout", 0);
  }
  if (route.contains("redirect")) {
    facts["redirect"] = plain_facts(
        route["redirect"], {"path_redirect", "host_redirect", "scheme_redirect", "port_redirect"});
  }
  if (route.contains("direct_response")) {
    facts["body"] = plain_facts(route["direct_response"], {"body"});
  }
  return facts;
}

/// Localities by priority with their endpoints in order; empty ones count only when weighted.
inline json endpoint_facts(const json& cluster) {
  const bool weighted =
      cluster.value("common_lb_config", json::object()).contains("locality_weighted_lb_config");
  json facts = json::array();
  for (const json& group :
       cluster.value("load_assignment", json::object()).value("endpoints", json::array())) {
    json endpoints = json::array();
    for (const json& entry : group.value("lb_endpoints", json::array())) {
      const json& address = entry["endpoint"]["address"]["socket_address"];
      endpoints.push_back(
          {address["address"], address["port_value"], entry.value("load_balancing_weight", 1)});
    }
    if (endpoints.empty())
      continue;  // a locality without pods gets no traffic, whatever its weight
    facts.push_back({group.value("priority", 0), group.value("locality", json::object()),
                     weighted ? group.value("load_balancing_weight", 1) : 0, endpoints});
  }
  std::stable_sort(facts.begin(), facts.end(),
                   [](const json& a, const json& b) { return a[0] < b[0]; });
  return facts;
}

inline json whole_cluster_facts(const json& cluster) {
  json facts = cluster_facts(cluster);
  facts["endpoints"] = endpoint_facts(cluster);
  facts["weighted"] =
      cluster.value("common_lb_config", json::object()).contains("locality_weighted_lb_config");
  const json ring = cluster.value("ring_hash_lb_config", json::object());
  const json maglev = cluster.value("maglev_lb_config", json::object());
  facts["hash"] = {ring.value("minimum_ring_size", "1024"), maglev.value("table_size", "65537")};
  return facts;
}

/// By name; clusters that every proxy has are left out.
inline std::map<std::string, json> clusters_in(const json& bootstrap) {
  std::map<std::string, json> found;
  for (const json& cluster : bootstrap["static_resources"]["clusters"]) {
    const std::string name = cluster["name"];
    if (name.starts_with("outbound|")) found[name] = whole_cluster_facts(cluster);
    if (!name.starts_with("inbound|")) continue;
    json facts = cluster_facts(cluster);
    facts.erase("balancer");  // there is one endpoint
    found[name] = facts;
  }
  return found;
}

/// Routes and domains by listener kind and virtual host.
inline std::map<std::string, json> virtual_hosts_in(const json& bootstrap) {
  std::map<std::string, json> found;
  for (const json& listener : bootstrap["static_resources"]["listeners"]) {
    const json& manager = listener["filter_chains"][0]["filters"][0]["typed_config"];
    if (!manager.contains("route_config")) continue;
    for (const json& host : manager["route_config"]["virtual_hosts"]) {
      json facts{{"domains", json::array()}, {"routes", json::array()}};
      for (const json& domain : host["domains"]) {
        // Addresses that the recorder gave to services without one.
        if (!domain.get<std::string>().starts_with("10.96.")) facts["domains"].push_back(domain);
      }
      for (const json& route : host.value("routes", json::array())) {
        facts["routes"].push_back(whole_route_facts(route));
      }
      found[host["name"]] = facts;
    }
  }
  return found;
}

/// Takes the outbound side away.
inline void keep_inbound(json& bootstrap) {
  for (const char* key : {"listeners", "clusters"}) {
    json kept = json::array();
    for (const json& resource : bootstrap["static_resources"][key]) {
      if (resource["name"].get<std::string>().starts_with("inbound")) kept.push_back(resource);
    }
    bootstrap["static_resources"][key] = kept;
  }
}

}  // namespace mesh::testing
