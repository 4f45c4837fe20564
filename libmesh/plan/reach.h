// Which requests reach which workloads, through every version's routes.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "libmesh/plan/draft.h"
#include "libmesh/plan/handlers.h"
#include "libmesh/plan/router.h"

namespace mesh {

/// Follows requests from the loads along routes, handlers and calls, and writes what it finds into
/// ProxyConfig::route_of and WorkloadPlan::handler_of. A proxy may hold any version at any time,
/// so whatever is sent under one version is resolved under all.
class Reach {
 public:
  Reach(Draft& draft, Handlers& handlers) : draft_(draft), handlers_(handlers) {}

  /// A workload's proxies will be asked to send the request.
  void send(WorkloadId from, TemplateId request) { send(Sent{from, request}); }
  /// Takes the next of Plan::versions into account; the router must stay alive.
  void add_version(Router& router);
  /// When all versions are known: the receiving sides' own routes, where they have filters.
  void resolve_inbound();

 private:
  struct Sent {
    WorkloadId from;
    TemplateId request;
    std::uint32_t gateways = 0;  // passed so far
    std::uint32_t asks = 0;      // calls of filters that led to it
  };
  void send(const Sent& sent);
  void resolve(std::size_t version, const Sent& sent);
  void follow();
  void resolve_inbound(const Sent& arrival);
  void reach_filter_calls(std::size_t version, const Sent& sent, RouteId route);
  void know_without_mesh(std::size_t version, WorkloadId client, ClusterId cluster);
  void heed_headers(const Sent& sent, ResolvedRoute& resolved);
  void reach_cluster(std::size_t version, const Sent& sent, ClusterId cluster, TemplateId upstream);
  void receive(const Sent& arrival);
  bool goes_on_without_end(const Sent& arrival);
  void receive_health_checks(std::size_t version);

  Draft& draft_;
  Handlers& handlers_;
  std::vector<Router*> routers_;  // by version
  std::vector<Sent> sent_;        // in order of discovery
  std::size_t followed_ = 0;      // of them are resolved under all versions but the newest
  std::unordered_set<std::uint64_t> seen_, arrived_;
  std::vector<Sent> arrivals_;  // `from` has it, in order of discovery
};

}  // namespace mesh
