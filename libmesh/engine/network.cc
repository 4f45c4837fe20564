// What lies between two pods: links by zone, and what failures do to messages on them.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {
namespace {

/// Beside a round trip, before a segment is sent again on an open connection: the least that Linux
/// waits (TCP_RTO_MIN, include/net/tcp.h); doubled each time (RFC 6298 §5.5) up to TCP_RTO_MAX.
constexpr Duration retransmission_min = milliseconds(200);
constexpr Duration retransmission_max = seconds(120);
/// The same for the segments that open a connection (RFC 6298 §2.1).
constexpr Duration opening_retransmission = seconds(1);
/// Of a request or an answer beside its body: our assumption, a few lines of HTTP with trace and
/// identity headers.
constexpr std::uint64_t header_bytes = 500;

/// It never arrives; sums with what else takes time stay in range.
constexpr Duration lost{never.ns / 4};

}  // namespace

const LinkPlan& Engine::link_between(EndpointId a, EndpointId b) const {
  const NetworkPlan& network = plan_->network;
  if (network.zone_of.empty()) return network.same_zone;
  const std::uint32_t zone_a = network.zone_of[workload_of(a)];
  const std::uint32_t zone_b = network.zone_of[workload_of(b)];
  const bool near = zone_a == zone_b || zone_a == 0 || zone_b == 0;
  return near ? network.same_zone : network.cross_zone;
}

Duration Engine::one_way(const LinkPlan& link, Draw draw) {
  if (link.jitter.ns == 0) return link.one_way;
  const double jitter = static_cast<double>(link.jitter.ns) * standard_exponential(draw);
  return link.one_way + Duration{static_cast<std::int64_t>(jitter + 0.5)};
}

bool Engine::contains(const PodSet& set, EndpointId endpoint) const {
  if (set.first_pods.empty()) return true;
  const WorkloadId workload = workload_of(endpoint);
  const std::uint32_t first = plan_->workloads[workload].first_endpoint.value;
  return endpoint.value - first < set.first_pods[workload];
}

Duration Engine::hindered(EndpointId from, EndpointId to, const Packet& packet) {
  if (from == to) return {};
  Duration all{};
  for (const FaultId id : world_.broken_links) {
    const FaultPlan& fault = plan_->faults[id];
    const LinkFaultPlan& link = plan_->link_faults[fault.link];
    const bool forth = contains(link.from, from) && contains(link.to, to);
    const bool back = link.both_ways && contains(link.from, to) && contains(link.to, from);
    if (!forth && !back) continue;
    const Duration more = hindered_by(id, from, to, packet);
    if (more >= lost) return lost;
    all = all + more;
  }
  return all;
}

/// A lost segment is sent again by TCP after a time that doubles; a message is one segment, and the
/// others on its connection do not wait for it. Who tears down does so once.
Duration Engine::hindered_by(FaultId id, EndpointId from, EndpointId to, const Packet& packet) {
  const FaultPlan& fault = plan_->faults[id];
  const LinkFaultPlan& link = plan_->link_faults[fault.link];
  Draw draw = draws_.at(Purpose::LinkFault, scramble(packet.key + id.value), packet.leg);
  const Instant start = now() + packet.after;
  Duration time{};
  if (link.hold) {
    if (fault.to == never) return lost;
    time = std::max(elapsed(start, fault.to), Duration{0});
  }
  Duration pause = packet.opens ? opening_retransmission
                                : retransmission_min + link_between(from, to).one_way * 2;
  while (start + time < fault.to && (link.loss >= 1.0 || draw.uniform01() < link.loss)) {
    if (packet.resets || (link.loss >= 1.0 && fault.to == never)) return lost;
    time = time + pause;
    pause = std::min(pause * 2, retransmission_max);
  }
  if (link.delay != 0) {
    time = time + plan_->distributions[link.delay].sample_next(draw, packet.leg);
  }
  if (link.bits_per_second > 0 && !packet.opens && !packet.resets) {
    const double bits = 8.0 * static_cast<double>(header_bytes + packet.bytes);
    Instant& free_at = world_.egress_free_at[from];
    free_at = std::max(free_at, now()) +
              Duration{static_cast<std::int64_t>(bits / link.bits_per_second * 1e9 + 0.5)};
    time = time + elapsed(now(), free_at);
  }
  return time;
}

/// Of a handshake: its first two segments; those of TLS travel on the open connection.
Duration Engine::opening_hindrance(EndpointId from, EndpointId to, std::uint64_t key) {
  if (world_.broken_links.empty()) return {};
  const Duration there = hindered(from, to, {.key = key, .leg = 0, .opens = true});
  if (there >= lost) return lost;
  return there + hindered(to, from, {.key = key, .leg = 1, .opens = true, .after = there});
}

void Engine::limit_bandwidth() {
  for (const LinkFaultPlan& link : plan_->link_faults) {
    if (link.bits_per_second > 0) world_.egress_free_at.resize(plan_->endpoints.size());
  }
}

/// Does the name of a service lead the caller's application anywhere? If not, it learns so after
/// a while.
bool Engine::resolves(EndpointId caller, ServiceId service, Duration& after) const {
  for (const FaultId id : world_.active_faults) {
    const FaultPlan& fault = plan_->faults[id];
    if (fault.kind != FaultKind::Dns || !hit_by(fault, caller)) continue;
    if (fault.service.valid() && fault.service != service) continue;
    after = plan_->distributions[fault.delay].sample(
        draws_.at(Purpose::LinkFault, pair_key(caller, ClusterId{service.value}), id.value));
    return false;
  }
  return true;
}

}  // namespace mesh
