// The call graph that a plan implies: who calls whom, in which order, in circles or not.
#include "libmesh/plan/topology.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>
#include <deque>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "libmesh/plan/endpoints.h"
#include "libmesh/plan/filter_calls.h"

namespace mesh {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

/// A workload that deals with a request it got, or (origin) that sends it for a load.
struct Arrival {
  WorkloadId workload;
  TemplateId request;
  bool origin = false;
  auto operator<=>(const Arrival&) const = default;
};

struct Leads {  // arrival `from` makes arrival `to`
  std::size_t from = 0, to = 0;
  CallId call;  // none: forwarded
  ServiceId service;
};

/// All arrivals that loads cause under any version, found breadth first.
class Arrivals {
 public:
  explicit Arrivals(const Plan& plan) : plan_(plan) {
    for (const LoadPlan& load : plan.loads) {
      for (const WeightedTemplate& request : load.requests) {
        number({load.entry, request.request, true});
      }
      for (const FixedArrivalPlan& arrival : load.fixed) {
        number({load.entry, arrival.request, true});
      }
    }
    for (std::size_t next = 0; next < arrivals.size(); ++next) follow(next);
  }

  std::vector<Arrival> arrivals;
  std::vector<Leads> edges;

 private:
  std::size_t number(const Arrival& arrival) {
    const auto [slot, is_new] = index_.try_emplace(arrival, arrivals.size());
    if (is_new) arrivals.push_back(arrival);
    return slot->second;
  }

  void follow(std::size_t from) {
    const Arrival arrival = arrivals[from];
    const WorkloadPlan& workload = plan_.workloads[arrival.workload];
    if (workload.is_gateway || arrival.origin) {
      leave(from, arrival.workload, arrival.request, {});
    } else if (workload.handler_of.contains(arrival.request) &&
               workload.handler_of[arrival.request].valid()) {
      ask_of_receiver(from, arrival);
      const HandlerPlan& handler = plan_.handlers[workload.handler_of[arrival.request]];
      run(from, handler.answer.script);
      for (std::uint32_t r = handler.first_rule; r < handler.first_rule + handler.rules; ++r) {
        run(from, plan_.rules[r].answer.script);
      }
    }
  }

  void run(std::size_t from, ScriptId id) {
    const ScriptPlan& script = plan_.scripts[id];
    for (std::uint32_t s = script.first; s < script.first + script.count; ++s) {
      const StepPlan& step = plan_.steps[s];
      if (step.kind == StepKind::Call) {
        leave(from, arrivals[from].workload, plan_.calls[step.call].request, step.call);
      } else {
        for (std::uint32_t b = 0; b < step.branches; ++b) {
          run(from, plan_.branches[step.first_branch + b]);
        }
      }
    }
  }

  /// The request leaves through the workload's proxy under every version.
  void leave(std::size_t from, WorkloadId workload, TemplateId request, CallId call) {
    for (const ConfigVersion& version : plan_.versions) {
      const ProxyConfig& proxy = version.proxies[workload];
      if (!proxy.route_of.contains(request)) continue;
      const ResolvedRoute& resolved = proxy.route_of[request];
      if (!resolved.route.valid()) continue;
      const RoutePlan& route = plan_.routes[resolved.route];
      for (const WeightedCluster& target : route.clusters) {
        enter(from, proxy, target.cluster, resolved.upstream, call);
      }
      for (const MirrorPolicy& mirror : route.mirrors) {
        enter(from, proxy, mirror.cluster, resolved.upstream, call);
      }
      ask(from, proxy, route, call);
    }
  }

  /// Services that filters ask.
  void ask(std::size_t from, const ProxyConfig& proxy, const RoutePlan& route, CallId call) {
    for_each_filter_call(plan_, route.filters, [&](const FilterCallPlan& asked) {
      enter(from, proxy, asked.cluster, asked.request, call);
    });
  }
  void ask_of_receiver(std::size_t from, const Arrival& arrival) {
    for (const ConfigVersion& version : plan_.versions) {
      const ProxyConfig& proxy = version.proxies[arrival.workload];
      if (!proxy.inbound_route_of.contains(arrival.request)) continue;
      const RouteId route = proxy.inbound_route_of[arrival.request];
      if (route.valid()) ask(from, proxy, plan_.routes[route], CallId::none());
    }
  }

  void enter(std::size_t from, const ProxyConfig& proxy, ClusterId cluster, TemplateId upstream,
             CallId call) {
    const ClusterConfigId id = proxy.cluster_of[cluster];
    if (!id.valid()) return;
    const ClusterConfig& config = plan_.cluster_configs[id];
    for_each_workload(plan_, config.hosts, [&](WorkloadId workload) {
      const std::size_t to = number({workload, upstream, false});
      if (known_.insert({from, to, call.value}).second) {
        edges.push_back({from, to, call, config.service});
      }
    });
  }

  const Plan& plan_;
  std::map<Arrival, std::size_t> index_;
  std::set<std::tuple<std::size_t, std::size_t, std::uint32_t>> known_;
};

Graph workload_graph(const Plan& plan, const std::vector<CallEdge>& calls) {
  Graph graph(plan.workloads.size());
  WorkloadId from, to;
  for (const CallEdge& call : calls) {
    if (call.from == from && call.to == to) continue;  // further services of one pair
    from = call.from;
    to = call.to;
    boost::add_edge(from.value, to.value, graph);
  }
  return graph;
}

/// Component numbers: a component's are larger than those of all it leads to.
std::vector<std::size_t> components(const Graph& graph, std::size_t& count) {
  std::vector<std::size_t> component(boost::num_vertices(graph));
  count = boost::strong_components(
      graph,
      boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, graph)));
  return component;
}

/// The shortest way from `start` back to itself inside its component.
std::vector<std::size_t> shortest_circle(const std::vector<Leads>& edges,
                                         const std::vector<std::vector<std::size_t>>& out,
                                         const std::vector<std::size_t>& component,
                                         std::size_t start) {
  std::map<std::size_t, std::size_t> came_by;  // arrival → edge
  std::deque<std::size_t> queue{start};
  while (!queue.empty()) {
    const std::size_t at = queue.front();
    queue.pop_front();
    for (const std::size_t edge : out[at]) {
      const std::size_t to = edges[edge].to;
      if (component[to] != component[start] || came_by.contains(to)) continue;
      came_by[to] = edge;
      if (to != start) {
        queue.push_back(to);
        continue;
      }
      std::vector<std::size_t> circle;
      std::size_t back = start;
      do {
        circle.push_back(came_by[back]);
        back = edges[circle.back()].from;
      } while (back != start);
      std::reverse(circle.begin(), circle.end());
      return circle;
    }
  }
  return {};
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::vector<CallEdge> call_graph(const Plan& plan) {
  const Arrivals found(plan);
  std::set<CallEdge> calls;
  for (const Leads& edge : found.edges) {
    calls.insert(
        {found.arrivals[edge.from].workload, found.arrivals[edge.to].workload, edge.service});
  }
  return {calls.begin(), calls.end()};
}

std::vector<WorkloadId> topological_order(const Plan& plan) {
  const Graph graph = workload_graph(plan, call_graph(plan));
  std::size_t count = 0;
  const std::vector<std::size_t> component = components(graph, count);
  std::vector<WorkloadId> order;
  for (std::uint32_t w = 0; w < plan.workloads.size(); ++w) order.push_back(WorkloadId{w});
  std::stable_sort(order.begin(), order.end(), [&component](WorkloadId a, WorkloadId b) {
    return component[a.value] > component[b.value];
  });
  return order;
}

IdVector<WorkloadId, std::uint32_t> depths(const Plan& plan) {
  const std::vector<CallEdge> calls = call_graph(plan);
  const Graph graph = workload_graph(plan, calls);
  std::size_t count = 0;
  const std::vector<std::size_t> component = components(graph, count);
  // The condensed graph has no circles; Boost sorts it callees first.
  Graph condensed(count);
  for (const CallEdge& call : calls) {
    const std::size_t from = component[call.from.value], to = component[call.to.value];
    if (from != to) boost::add_edge(from, to, condensed);
  }
  std::vector<std::size_t> callees_first;
  boost::topological_sort(condensed, std::back_inserter(callees_first));
  std::vector<std::uint32_t> depth(count, 0);
  for (auto c = callees_first.rbegin(); c != callees_first.rend(); ++c) {
    for (auto [edge, end] = boost::out_edges(*c, condensed); edge != end; ++edge) {
      std::uint32_t& below = depth[boost::target(*edge, condensed)];
      below = std::max(below, depth[*c] + 1);
    }
  }
  IdVector<WorkloadId, std::uint32_t> result;
  for (const std::size_t c : component) result.add(depth[c]);
  return result;
}

std::string topology_dot(const Plan& plan) {
  std::set<WorkloadId> called, clients;
  const std::vector<CallEdge> calls = call_graph(plan);
  for (const CallEdge& call : calls) called.insert(call.to);
  for (const LoadPlan& load : plan.loads) clients.insert(load.entry);
  const Graph graph = workload_graph(plan, calls);
  const auto write_vertex = [&](std::ostream& out, std::size_t vertex) {
    const WorkloadId id{static_cast<std::uint32_t>(vertex)};
    const WorkloadPlan& workload = plan.workloads[id];
    const bool is_entry = clients.contains(id) && !called.contains(id);
    out << "[label=" << quoted(workload.name + "\n×" + std::to_string(workload.replicas))
        << " shape=" << (workload.is_gateway || is_entry ? "ellipse" : "box") << "]";
  };
  const auto write_edge = [&](std::ostream& out, const Graph::edge_descriptor& edge) {
    for (const CallEdge& call : calls) {
      if (call.from.value != boost::source(edge, graph) ||
          call.to.value != boost::target(edge, graph) || !call.service.valid()) {
        continue;
      }
      out << "[label=" << quoted(plan.services[call.service].name) << "]";
      return;
    }
  };
  const auto write_graph = [](std::ostream& out) { out << "rankdir=LR;\nnode [fontname=sans];\n"; };
  std::ostringstream out;
  boost::write_graphviz(out, graph, write_vertex, write_edge, write_graph);
  return out.str();
}

std::vector<std::vector<CircleStep>> call_circles(const Plan& plan) {
  const Arrivals found(plan);
  Graph graph(found.arrivals.size());
  std::vector<std::vector<std::size_t>> out(found.arrivals.size());
  for (std::size_t e = 0; e < found.edges.size(); ++e) {
    boost::add_edge(found.edges[e].from, found.edges[e].to, graph);
    out[found.edges[e].from].push_back(e);
  }
  std::size_t count = 0;
  const std::vector<std::size_t> component = components(graph, count);
  std::vector<bool> done(count, false);
  std::vector<std::vector<CircleStep>> circles;
  for (std::size_t a = 0; a < found.arrivals.size(); ++a) {
    if (done[component[a]]) continue;
    done[component[a]] = true;
    std::vector<CircleStep> circle;
    for (const std::size_t e : shortest_circle(found.edges, out, component, a)) {
      const Arrival& at = found.arrivals[found.edges[e].from];
      circle.push_back({at.workload, at.request, found.edges[e].call});
    }
    if (!circle.empty()) circles.push_back(std::move(circle));
  }
  return circles;
}

}  // namespace mesh
