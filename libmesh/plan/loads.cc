// Loads: who sends which requests when.
#include "libmesh/plan/loads.h"

#include <algorithm>
#include <map>

#include "libmesh/plan/names.h"
#include "libmesh/plan/requests.h"
#include "libmesh/plan/scripts.h"
#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

Instant end_of_run(const Draft& draft) {
  return Instant{} + draft.scenario.run.until.value_or(Duration{0});
}

double rate_at(const RateSegment& segment, Instant t) {
  const double share =
      static_cast<double>(elapsed(segment.at, t).ns) / static_cast<double>(segment.length.ns);
  return segment.from_rps + (segment.to_rps - segment.from_rps) * share;
}

/// The part of a segment inside [start, stop); false when there is none.
bool clip(RateSegment& segment, Instant start, Instant stop) {
  const Instant from = std::max(segment.at, start);
  const Instant to = std::min(segment.at + segment.length, stop);
  if (from >= to) return false;
  const double from_rps = rate_at(segment, from);
  const double to_rps = rate_at(segment, to);
  segment = {from, elapsed(from, to), from_rps, to_rps};
  return from_rps > 0 || to_rps > 0;
}

/// The server that a load enters: of the port asked for, else the only (or first) HTTP one.
const istio::Server* entry_server(const istio::Gateway& gateway, std::uint32_t port) {
  const istio::Server* first = nullptr;
  for (const istio::Server& server : gateway.servers) {
    if (port != 0 && server.port == port) return &server;
    const bool http = server.protocol == "HTTP" || server.protocol == "HTTP2" ||
                      server.protocol == "GRPC" || server.protocol == "HTTPS";
    if (port == 0 && http && first == nullptr) first = &server;
  }
  return first;
}

/// A Host header that the gateway knows: a concrete host of its server, else of a rule bound to it.
std::string usual_host(const Registry& registry, const istio::Gateway& gateway,
                       const istio::Server& server) {
  for (const std::string& text : server.hosts) {
    const std::string host = split_slashed(text).name;
    if (!is_wildcard(host)) return host;
  }
  const std::string name = gateway.metadata.name_space + "/" + gateway.metadata.name;
  for (const VirtualServiceView& rule : registry.virtual_services()) {
    if (std::find(rule.gateways.begin(), rule.gateways.end(), name) == rule.gateways.end()) {
      continue;
    }
    for (const std::string& host : rule.hosts) {
      if (!is_wildcard(host)) return host;
    }
  }
  return gateway.metadata.name + "." + gateway.metadata.name_space;
}

/// Where a load's requests go, as if it named a service.
NamedService target_of(Draft& draft, const Registry& start, const LoadSpec& load,
                       WorkloadId entry) {
  if (load.gateway.empty() && load.service.empty()) {
    // Its requests say whom they want, as a client of many services does.
    NamedService to;
    to.host = load.requests.empty() ? "" : load.requests.front().request.authority;
    to.port = load.port == 0 ? 80 : load.port;
    return to;
  }
  if (load.gateway.empty()) {
    const NamedService to =
        find_service(start, load.service, draft.plan.workloads[entry].name_space, load.port);
    if (to.service == nullptr) {
      const std::string near = did_you_mean(to.host, start.service_names());
      draft.error(plan_code::unknown_target, load.place, "load: " + load.name,
                  "there is no service \"" + load.service + "\"",
                  near.empty() ? "" : "did you mean \"" + near + "\"?");
    } else if (find_port(*to.service->spec, to.port) == nullptr) {
      draft.error(plan_code::unknown_port, load.place, "load: " + load.name,
                  "service " + to.host + " has no port " + std::to_string(to.port));
    }
    return to;
  }
  NamedService to;
  const istio::Gateway* gateway = find_gateway(start.resources(), load.gateway);
  const istio::Server* server = entry_server(*gateway, load.port);
  if (server == nullptr) {
    draft.error(plan_code::unknown_port, load.place, "load: " + load.name,
                "Gateway " + load.gateway + " has no HTTP server" +
                    (load.port == 0 ? "" : " on port " + std::to_string(load.port)));
    return to;
  }
  to.host = usual_host(start, *gateway, *server);
  to.port = server->port;
  return to;
}

RequestTemplate request_of_load(const LoadSpec& load, const NamedService& to,
                                const RequestSpec& spec) {
  RequestTemplate request = request_to(to, spec);
  // People type the host of a gateway without port, wherever it listens.
  if (!load.gateway.empty() && spec.authority.empty()) request.authority = to.host;
  return request;
}

/// Arrival number i takes variant i of an unrolled request.
void plan_fixed_arrivals(Draft& draft, const LoadSpec& load,
                         const std::map<std::string, std::vector<TemplateId>>& by_name,
                         LoadPlan& plan) {
  for (std::size_t i = 0; i < load.arrivals.size(); ++i) {
    const FixedArrival& arrival = load.arrivals[i];
    const auto named = by_name.find(arrival.request);
    if (named == by_name.end()) {
      draft.error(plan_code::unknown_request, load.place, "load: " + load.name,
                  "an arrival names a request \"" + arrival.request + "\" that is not listed");
      continue;
    }
    plan.fixed.push_back({Instant{} + arrival.at, named->second[i % named->second.size()]});
  }
  std::stable_sort(plan.fixed.begin(), plan.fixed.end(),
                   [](const auto& a, const auto& b) { return a.at < b.at; });
}

void plan_requests(Draft& draft, const LoadSpec& load, const NamedService& to, LoadPlan& plan) {
  static const std::vector<WeightedRequest> plain{WeightedRequest{}};
  const std::vector<WeightedRequest>& requests = load.requests.empty() ? plain : load.requests;
  double total = 0;
  for (const WeightedRequest& request : requests) total += std::max(request.weight, 0.0);
  if (!(total > 0)) {
    draft.error(plan_code::no_weight, load.place, "load: " + load.name,
                "the weights of its requests add up to nothing");
    return;
  }
  double so_far = 0;
  std::map<std::string, std::vector<TemplateId>> by_name;
  for (const WeightedRequest& request : requests) {
    const auto all = unrolled(request_of_load(load, to, request.request));
    std::vector<TemplateId>& named = by_name[request.name];
    for (const RequestTemplate& one : all) {
      so_far += std::max(request.weight, 0.0) / static_cast<double>(all.size());
      named.push_back(draft.intern(one));
      if (request.weight > 0) plan.requests.push_back({named.back(), so_far / total});
    }
    by_name.try_emplace("", named);  // the first one needs no name
  }
  plan.requests.back().cumulative_share = 1.0;
  plan_fixed_arrivals(draft, load, by_name, plan);
}

/// The points of the curve, again and again until `stop`.
std::vector<RatePoint> repeated(Draft& draft, const LoadSpec& load, Instant stop) {
  constexpr std::size_t points_max = 1'000'000;
  const OpenLoad& open = *load.open;
  std::vector<RatePoint> points = open.rate;
  if (!open.repeat) return points;
  for (Duration after = *open.repeat; Instant{} + after < stop; after = after + *open.repeat) {
    if (points.size() + open.rate.size() > points_max) {
      draft.error(plan_code::too_many_points, load.place, "load: " + load.name,
                  "its curve is repeated into more than " + std::to_string(points_max) + " points",
                  "make repeat longer, or the run shorter");
      break;
    }
    for (RatePoint point : open.rate) {
      point.at = point.at + after;
      points.push_back(point);
    }
  }
  return points;
}

LoadPlan plan_load(Draft& draft, const LoadSpec& load) {
  LoadPlan plan;
  plan.name = load.name;
  plan.start = Instant{} + load.start;
  plan.stop = load.stop ? Instant{} + *load.stop : never;
  plan.timeout = load.timeout.value_or(Duration{0});
  plan.retry = plan_retry(draft, load.retry);
  if (load.priority) plan.priority = static_cast<std::uint8_t>(*load.priority);
  plan.connections = load.connections;
  if (load.closed) {
    plan.closed = true;
    plan.users = load.closed->users;
    plan.think = draft.intern(load.closed->think);
    plan.stagger = load.closed->stagger;
    plan.per_user = load.closed->per_user;
    if (load.closed->qps > 0) {
      const double pace = 1e9 * load.closed->users / load.closed->qps;
      plan.pace = {std::max<std::int64_t>(static_cast<std::int64_t>(pace + 0.5), 1)};
    }
    plan.catch_up = load.closed->catch_up;
  } else if (load.open) {
    plan.poisson = load.open->arrivals == OpenLoad::Arrivals::Poisson;
    if (load.open->gaps) plan.gaps = draft.intern(*load.open->gaps);
    const Instant stop = std::min(plan.stop, end_of_run(draft));
    plan.rate = rate_segments(repeated(draft, load, stop), plan.start, stop);
  } else if (load.arrivals.empty()) {
    draft.error(plan_code::no_arrivals, load.place, "load: " + load.name,
                "is neither open nor closed", "add `open: {rate: …}` or `closed: {users: …}`");
  }
  return plan;
}

}  // namespace

std::vector<RateSegment> rate_segments(const std::vector<RatePoint>& points, Instant start,
                                       Instant stop) {
  std::vector<RatePoint> sorted = points;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const RatePoint& a, const RatePoint& b) { return a.at < b.at; });
  std::vector<RateSegment> segments;
  for (std::size_t p = 0; p < sorted.size(); ++p) {
    const Instant at = Instant{} + sorted[p].at;
    const bool last = p + 1 == sorted.size();
    const Instant until = last ? std::max(stop, at) : Instant{} + sorted[p + 1].at;
    const bool ramps = !last && sorted[p + 1].ramp;
    RateSegment segment{at, elapsed(at, until), sorted[p].rps,
                        ramps ? sorted[p + 1].rps : sorted[p].rps};
    if (clip(segment, start, stop)) segments.push_back(segment);
  }
  return segments;
}

void plan_loads(Draft& draft, const Registry& start, Reach& reach) {
  for (std::size_t i = 0; i < draft.scenario.loads.size(); ++i) {
    const LoadSpec& load = draft.scenario.loads[i];
    const WorkloadId entry = draft.entries[i];
    if (!entry.valid()) continue;  // an error has been reported
    LoadPlan plan = plan_load(draft, load);
    plan.entry = entry;
    plan_requests(draft, load, target_of(draft, start, load, entry), plan);
    for (const WeightedTemplate& request : plan.requests) reach.send(entry, request.request);
    for (const FixedArrivalPlan& arrival : plan.fixed) reach.send(entry, arrival.request);
    draft.plan.loads.add(std::move(plan));
  }
}

}  // namespace mesh
