// References between resources that lead nowhere: unknown hosts, subsets, ports, gateways.
#include "libmesh/plan/references.h"

#include <algorithm>

#include "libmesh/plan/names.h"

namespace mesh {
namespace {

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = did_you_mean(word, candidates);
  return near.empty() ? std::string() : "did you mean \"" + near + "\"?";
}

/// "reviews.default" is a full name for Istio: the rule's own suffix is missing.
std::string host_hint(const Registry& registry, const std::string& host,
                      const std::string& name_space) {
  const ServiceView* meant = registry.service_seen_from(host, name_space);
  if (meant != nullptr) return "write \"" + meant->host + "\": a name with a dot is not completed";
  std::vector<std::string> names;
  for (const ServiceView& service : registry.services()) {
    names.push_back(service.spec->metadata.name);
    names.push_back(service.host);
  }
  return suggestion(host, names);
}

class References {
 public:
  References(Draft& draft, const Registry& registry, const DestinationRules& rules)
      : draft_(draft), registry_(registry), rules_(rules) {}

  void check(const VirtualServiceView& rule) {
    const std::string path = "VirtualService/" + rule.spec->metadata.name;
    check_gateways(rule, path);
    for (const istio::HttpRoute& http : rule.spec->http) {
      check_headers(http, path);
      for (const istio::RouteDestination& entry : http.route) {
        check(entry.destination, *rule.spec, path + ": spec.http.route.destination");
      }
      for (const istio::Mirror& mirror : http.mirrors) {
        check(mirror.destination, *rule.spec, path + ": spec.http.mirror");
      }
    }
  }

 private:
  void check_gateways(const VirtualServiceView& rule, const std::string& path) {
    for (const std::string& name : rule.gateways) {
      if (name == "mesh" || registry_.gateway(name) != nullptr) continue;
      std::vector<std::string> names;
      for (const istio::Gateway& gateway : registry_.resources().gateways) {
        names.push_back(gateway.metadata.name_space + "/" + gateway.metadata.name);
      }
      draft_.warning(plan_code::unknown_gateway, rule.spec->place, path + ": spec.gateways",
                     "there is no Gateway \"" + name + "\"", suggestion(name, names));
    }
  }

  /// One template stands for the request at all destinations, so they cannot differ in headers.
  void check_headers(const istio::HttpRoute& http, const std::string& path) {
    if (http.route.size() < 2) return;
    for (const istio::RouteDestination& entry : http.route) {
      if (entry.headers.request_set.empty() && entry.headers.request_add.empty() &&
          entry.headers.request_remove.empty()) {
        continue;
      }
      draft_.warning(plan_code::headers_by_destination, entry.destination.place,
                     path + ": spec.http.route.headers.request",
                     "is not simulated for one of several destinations",
                     "put the header operations on the route");
    }
  }

  void check(const istio::Destination& destination, const istio::VirtualService& owner,
             const std::string& path) {
    const std::string& space = owner.metadata.name_space;
    const std::string host = resolve_short_name(destination.host, space);
    const ServiceView* service = registry_.service(host);
    if (service == nullptr) {
      draft_.warning(plan_code::unknown_destination, destination.place, path + ".host",
                     "there is no service \"" + host + "\"; its requests get 503 NC",
                     host_hint(registry_, destination.host, space));
      return;
    }
    if (destination.port != 0 && find_port(*service->spec, destination.port) == nullptr) {
      draft_.warning(plan_code::unknown_destination_port, destination.place, path + ".port",
                     "service " + host + " has no port " + std::to_string(destination.port) +
                         "; its requests get 503 NC");
    }
    check_subset(destination, *service, path);
  }

  /// Every client that could see a rule with the subset counts: some namespace knows it.
  void check_subset(const istio::Destination& destination, const ServiceView& service,
                    const std::string& path) {
    if (destination.subset.empty()) return;
    std::vector<std::string> names;
    for (const MergedRule& rule : rules_.all()) {
      if (!is_subset_of(service.host, rule.host)) continue;
      for (const istio::Subset* subset : rule.subsets) names.push_back(subset->name);
    }
    if (std::find(names.begin(), names.end(), destination.subset) != names.end()) return;
    draft_.warning(plan_code::unknown_subset, destination.place, path + ".subset",
                   "no DestinationRule gives " + service.host + " a subset \"" +
                       destination.subset + "\"; its requests get 503 NC",
                   suggestion(destination.subset, names));
  }

  Draft& draft_;
  const Registry& registry_;
  const DestinationRules& rules_;
};

}  // namespace

void check_references(Draft& draft, const Registry& registry, const DestinationRules& rules) {
  References references(draft, registry, rules);
  for (const VirtualServiceView& rule : registry.virtual_services()) references.check(rule);
}

}  // namespace mesh
