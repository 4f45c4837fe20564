// Counts everything in a World again: each counter must equal what it claims to count.
#pragma once

#include <string>
#include <vector>

#include "libmesh/engine/engine.h"

namespace mesh::testing {

/// Between two events every counter of a World is the number of the things that it stands for, and
/// no breaker is above its limit. `problems()` says what is not so; empty is right.
class WorldAudit {
 public:
  explicit WorldAudit(const Engine& engine) : world_(engine.world()), plan_(engine.plan()) {
    clusters_.resize(world_.proxy_clusters.size());
    cells_.resize(world_.cells.size());
    pools_.resize(world_.pools.size());
    pods_.resize(plan_.endpoints.size());
    workloads_.resize(plan_.workloads.size());
    count_requests();
    count_attempts();
    count_connections();
    count_visits();
    count_queues();
    count_frames();
    compare();
  }
  const std::vector<std::string>& problems() const { return problems_; }

  /// Nothing moves any more: no request, no work, no breaker held; connections may stay open.
  std::vector<std::string> left_at_rest() const {
    std::vector<std::string> left = problems_;
    const auto none = [&left](const char* what, std::size_t count) {
      if (count > 0) left.push_back(std::to_string(count) + " " + what + " at rest");
    };
    none("requests", world_.requests.size());
    none("attempts", world_.attempts.size());
    none("visits", world_.visits.size());
    none("frames", world_.frames.size());
    none("tried hosts", world_.tried.size());
    none("tried priorities", world_.tried_priorities.size());
    for (const EndpointState& pod : world_.endpoints) none("busy workers", pod.busy);
    std::size_t visitors = 0;
    for (const User& user : world_.users) visitors += plan_.loads[user.load].closed ? 0 : 1;
    for (const GuardedCall& call : world_.guards.calls) none("guarded calls", call.active ? 1 : 0);
    for (std::size_t b = 0; b < world_.guards.breakers.size(); ++b) {
      for (const ApplicationBreaker& breaker : world_.guards.breakers[b]) {
        none("probes of a call's breaker", breaker.probing());
      }
    }
    for (const Threads& threads : world_.guards.threads) {
      none("threads that are not idle", threads.made - threads.idle.size());
    }
    none("users of open loads", visitors - world_.free_users.size());
    for (const ProxyCluster& cluster : world_.proxy_clusters) {
      none("requests of a breaker", cluster.breaker.requests);
      none("pending of a breaker", cluster.breaker.pending);
      none("retries of a breaker", cluster.breaker.retries);
    }
    return left;
  }

 private:
  struct Counts {
    std::uint32_t connections = 0, pending = 0, requests = 0, retries = 0, pools_in_use = 0;
  };
  struct PodCounts {
    std::uint32_t busy = 0, queued = 0, in_flight = 0, tasks = 0;
  };
  struct PoolCounts {
    std::uint32_t pending = 0, connections = 0, capacity = 0;
  };

  void expect(bool holds, const std::string& what) {
    if (!holds) problems_.push_back(what);
  }
  void equal(std::uint64_t stored, std::uint64_t counted, const std::string& what) {
    expect(stored == counted, what + ": " + std::to_string(stored) + " stored, " +
                                  std::to_string(counted) + " counted");
  }

  void count_requests() {
    world_.requests.for_each([&](std::uint32_t slot, const Request& request) {
      expect(request.id < world_.requests_created, "a request has an id that was never given");
      if (request.retry.holds_resource) ++clusters_.at(request.proxy_cluster).retries;
      for (std::uint32_t a = request.first_attempt; a != nil; a = world_.attempts[a].next) {
        expect(world_.attempts.live_at(a), "a request lists an attempt that has ended");
        expect(world_.attempts[a].request == slot, "an attempt belongs to another request");
        ++listed_attempts_;
      }
      const std::uint32_t tried = request.tried.size(world_.tried);
      if (tried > 1) listed_tried_ += tried;  // a single one needs no list
      if (request.kind == Origin::Call) {
        const Frame* frame = world_.frames.find(request.origin);
        const bool waits = frame != nullptr && frame->child_request.slot == slot;
        expect(waits, "a call outlives the frame that made it");
      }
    });
    equal(world_.tried.size(), listed_tried_, "tried hosts");
  }

  void count_attempts() {
    world_.attempts.for_each([&](std::uint32_t, const Attempt& attempt) {
      expect(world_.requests.live_at(attempt.request), "an attempt outlives its request");
      const Pool& pool = world_.pools.at(attempt.pool);
      if (attempt.state == AttemptState::Pending) {
        ++clusters_.at(pool.proxy_cluster).pending;
        ++pools_.at(attempt.pool).pending;
      } else {
        expect(attempt.state == AttemptState::Active, "a finished attempt was kept");
        ++clusters_.at(pool.proxy_cluster).requests;
        ++cells_.at(world_.proxy_clusters[pool.proxy_cluster].first_cell + pool.host_index);
        expect(world_.connections.live_at(attempt.connection), "a stream without connection");
      }
    });
    equal(world_.attempts.size(), listed_attempts_, "attempts in the lists of their requests");
  }

  void count_connections() {
    world_.connections.for_each([&](std::uint32_t, const Connection& connection) {
      PoolCounts& pool = pools_.at(connection.pool);
      ++pool.connections;
      ++clusters_.at(world_.pools[connection.pool].proxy_cluster).connections;
      if (connection.state == ConnectionState::Connecting) {
        pool.capacity += std::min(connection.streams_max, connection.requests_left);
      }
      std::uint32_t streams = 0;
      for (std::uint32_t a = connection.first_stream; a != nil; a = world_.attempts[a].queue_next) {
        ++streams;
      }
      equal(connection.streams, streams, "streams of a connection");
      expect(connection.streams <= connection.streams_max, "too many streams on a connection");
      const bool full = connection.streams == connection.streams_max;
      if (connection.state == ConnectionState::Ready) expect(!full, "a full one is ready");
      if (connection.state == ConnectionState::Busy) expect(full, "a busy one has room");
    });
    for (const PoolCounts& pool : pools_) {
      const auto index = static_cast<std::size_t>(&pool - pools_.data());
      if (pool.connections > 0) ++clusters_.at(world_.pools[index].proxy_cluster).pools_in_use;
    }
  }

  void count_visits() {
    world_.visits.for_each([&](std::uint32_t, const Visit& visit) {
      const bool inside = visit.number > 0;  // has reached the application
      if (!inside) return;
      PodCounts& pod = pods_.at(visit.endpoint.value);
      ++pod.in_flight;
      ++(visit.has_worker ? pod.busy : pod.queued);
      expect(visit.has_worker == (visit.frame != nil) || visit.frame == nil,
             "a visit works without a worker");
    });
    for (std::uint32_t e = 0; e < plan_.endpoints.size(); ++e) {
      PodCounts& of = workloads_.at(plan_.endpoints[EndpointId{e}].workload.value);
      of.busy += pods_[e].busy;
      of.queued += pods_[e].queued;
      of.in_flight += pods_[e].in_flight;
    }
  }

  /// The list of those who wait holds each of them once, in the order that the discipline wants.
  void count_queues() {
    for (std::uint32_t e = 0; e < plan_.endpoints.size(); ++e) {
      std::uint32_t waiting = 0, before = nil, last_class = 0;
      const WorkloadPlan& plan = plan_.workloads[plan_.endpoints[EndpointId{e}].workload];
      for (std::uint32_t v = world_.endpoints[EndpointId{e}].queue.front; v != nil;
           v = world_.visits[v].queue_next) {
        const Visit& visit = world_.visits[v];
        expect(!visit.has_worker && visit.endpoint.value == e,
               "a queue holds one who is not in it");
        expect(visit.queue_prev == before, "a queue is linked wrongly");
        const std::vector<Carried>& carried = world_.guards.by_visit;
        const bool brings = v < carried.size() && carried[v].priority != no_priority;
        const std::uint32_t own =
            brings ? carried[v].priority : plan_.handlers[visit.handler].priority;
        if (plan.discipline.order == QueueOrder::Priority) {
          expect(before == nil || last_class <= own, "a queue is not sorted by class");
        }
        last_class = own;
        before = v;
        ++waiting;
      }
      equal(world_.endpoints[EndpointId{e}].queue.back, before, "the end of a queue");
      equal(pods_[e].queued, waiting, "those who wait in a queue");
      if (world_.queues.empty() || plan.first_come) continue;
      expect((world_.queues[EndpointId{e}].backlog_since == never) == (waiting == 0),
             "a backlog without anybody, or the other way round");
    }
  }

  void count_frames() {
    world_.frames.for_each([&](std::uint32_t, const Frame& frame) {
      expect(world_.visits.live_at(frame.visit), "a frame outlives its visit");
      if (frame.parent != nil) {
        expect(world_.frames.live_at(frame.parent), "a branch outlives its parent");
      }
      if (frame.on_processor) ++pods_.at(world_.visits[frame.visit].endpoint.value).tasks;
    });
    for (std::uint32_t e = 0; e < world_.processors.size(); ++e) {
      equal(world_.processors[EndpointId{e}].state.tasks, pods_[e].tasks, "tasks on cores");
    }
  }

  void compare() {
    for (std::size_t c = 0; c < clusters_.size(); ++c) compare_cluster(c);
    for (std::size_t p = 0; p < pools_.size(); ++p) {
      equal(world_.pools[p].pending_count, pools_[p].pending, "pending of a pool");
      equal(world_.pools[p].connection_count, pools_[p].connections, "connections of a pool");
      equal(world_.pools[p].connecting_capacity, pools_[p].capacity, "connecting capacity");
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      equal(world_.active[i], cells_[i], "active streams of a host");
    }
    for (std::uint32_t e = 0; e < pods_.size(); ++e) {
      compare_pod(world_.endpoints[EndpointId{e}], pods_[e], plan_.endpoints[EndpointId{e}].name);
      const WorkloadPlan& plan = plan_.workloads[plan_.endpoints[EndpointId{e}].workload];
      if (plan.workers > 0) expect(pods_[e].busy <= plan.workers, "more work than workers");
      expect(pods_[e].queued <= plan.queue, "a queue is longer than its limit");
    }
    for (std::uint32_t w = 0; w < workloads_.size(); ++w) {
      const WorkloadState& state = world_.workloads[WorkloadId{w}];
      equal(state.busy, workloads_[w].busy, "busy of a workload");
      equal(state.queued, workloads_[w].queued, "queued of a workload");
      equal(state.in_flight, workloads_[w].in_flight, "in flight of a workload");
    }
  }

  void compare_cluster(std::size_t c) {
    const ProxyCluster& cluster = world_.proxy_clusters[c];
    const Counts& counted = clusters_[c];
    const ClusterConfig& config = plan_.cluster_configs[cluster.config];
    const std::string name =
        plan_.clusters[cluster.cluster] + " of " + plan_.endpoints[cluster.proxy].name + ": ";
    equal(cluster.breaker.connections, counted.connections, name + "connections");
    equal(cluster.breaker.pending, counted.pending, name + "pending");
    equal(cluster.breaker.requests, counted.requests, name + "requests");
    equal(cluster.breaker.retries, counted.retries, name + "retries");
    const auto within = [&](std::uint64_t count, std::uint64_t limit, const char* what) {
      expect(count <= limit, name + what + " above the limit");
    };
    if (config.protocol != UpstreamProtocol::Tcp) {
      within(counted.requests, config.breaker.max_requests, "requests");
    }
    within(counted.pending, config.breaker.max_pending_requests, "pending");
    // A pool without any connection may open one whatever the limit says (`envoy.md` §3.3).
    within(counted.connections,
           std::uint64_t{config.breaker.max_connections} + counted.pools_in_use, "connections");
    if (!config.breaker.retry_budget) {
      within(counted.retries, config.breaker.max_retries, "retries");
    }
    std::uint32_t ejected = 0, told = 0;
    for (std::size_t h = 0; cluster.first_outlier != nil && h < config.hosts.size(); ++h) {
      const OutlierCell& cell = world_.outlier_cells[cluster.first_outlier + h];
      ejected += cell.state.ejected ? 1 : 0;
      told += cell.told_unhealthy ? 1 : 0;
    }
    equal(cluster.ejected, ejected, name + "ejected hosts");
    expect((cluster.view != nil) == (told > 0), name + "an own view without an unhealthy host");
  }
  void compare_pod(const EndpointState& state, const PodCounts& counted, const std::string& name) {
    equal(state.busy, counted.busy, name + " busy");
    equal(state.queued, counted.queued, name + " queued");
    equal(state.in_flight, counted.in_flight, name + " in flight");
  }

  const World& world_;
  const Plan& plan_;
  std::vector<Counts> clusters_;
  std::vector<std::uint32_t> cells_;
  std::vector<PoolCounts> pools_;
  std::vector<PodCounts> pods_, workloads_;
  std::uint64_t listed_attempts_ = 0, listed_tried_ = 0;
  std::vector<std::string> problems_;
};

}  // namespace mesh::testing
