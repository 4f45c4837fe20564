// Counting the tables of a record under the names of expected.json.
#include "libmesh/verify/measures.h"

#include <algorithm>
#include <numeric>

#include "libmesh/verify/case_scenario.h"

namespace mesh::verify {
namespace {

double to_ms(std::int64_t ns) {
  return static_cast<double>(ns) * 1e-6;
}

std::string outcome_text(std::uint16_t code, ResponseFlags flags) {
  std::string text = std::to_string(code);
  if (!flags.empty()) text += " " + flags.to_string();
  return text;
}

/// Nearest rank.
double quantile(const std::vector<double>& sorted, double q) {
  const double rank = q * static_cast<double>(sorted.size());
  auto index = static_cast<std::size_t>(rank);
  if (static_cast<double>(index) < rank) ++index;
  return sorted[index == 0 ? 0 : index - 1];
}

class Counting {
 public:
  Counting(const Case& recorded, const Plan& plan, const RunRecord& record)
      : case_(recorded), plan_(plan), record_(record) {}

  Measures run() {
    index();
    client_requests();
    visits();
    gaps();
    hops();
    events();
    stats();
    gauges();
    distributions();
    return std::move(out_);
  }

 private:
  void add(const std::string& name, double by = 1) { out_.scalars[name] += by; }
  void add_in_second(const std::string& name, std::int64_t at_ns) {
    const auto second = static_cast<std::size_t>(at_ns / 1'000'000'000);
    std::vector<double>& series = out_.series[name];
    if (series.size() <= second) series.resize(second + 1, 0.0);
    series[second] += 1;
  }
  void sample(const std::string& name, double value) { samples_[name].push_back(value); }

  /// "web-2": instances of a `count` are numbered from 1.
  std::string instance(EndpointId endpoint) const {
    const WorkloadId workload = plan_.endpoints[endpoint].workload;
    const WorkloadPlan& w = plan_.workloads[workload];
    if (w.reserved <= 1) return w.name;
    return w.name + "-" + std::to_string(endpoint.value - w.first_endpoint.value + 1);
  }
  std::string instance_or_dash(std::uint32_t endpoint) const {
    const EndpointId id{endpoint};
    return id.valid() ? instance(id) : "-";
  }
  /// The name of the hop that a calling pod belongs to.
  std::string hop_of(WorkloadId workload) const {
    const std::string& name = plan_.workloads[workload].name;
    for (const Instance& i : case_.instances) {
      if (i.name == name) return i.workload.empty() ? i.name : i.workload;
    }
    return name;
  }

  /// "hop.page." and, when the workload has several instances, "hop.page-1." too.
  std::vector<std::string> hops_of(std::size_t row) const {
    const EndpointId proxy{record_.requests.proxy[row]};
    const std::string hop = hop_of(plan_.endpoints[proxy].workload);
    std::vector<std::string> names{"hop." + hop + "."};
    if (instance(proxy) != hop) names.push_back("hop." + instance(proxy) + ".");
    return names;
  }
  /// Did the application hang up by its own `timeout`?
  bool hung_up_by_timeout(std::size_t row) const {
    const RequestTable& t = record_.requests;
    for (const CallPlan& call : plan_.calls) {
      if (call.request.value == t.request[row] && call.timeout.ns > 0 &&
          t.ended_ns[row] - t.started_ns[row] >= call.timeout.ns) {
        return true;
      }
    }
    return false;
  }

  /// The request that a caller's proxy sent, also when the receiving sidecar passed it on.
  std::uint64_t caller_of(std::uint64_t request) const {
    const auto row = row_of_.find(request);
    if (row == row_of_.end() || record_.requests.inbound[row->second] == 0) return request;
    return record_.requests.parent[row->second];
  }

  void index();
  void client_requests();
  void client_request(std::size_t row, const std::string& request_name);
  void visits();
  void gaps();
  void hops();
  void events();
  void stats();
  void gauges();
  void distributions();

  const Case& case_;
  const Plan& plan_;
  const RunRecord& record_;
  Measures out_;
  std::map<std::string, std::vector<double>> samples_;
  std::vector<std::size_t> own_;                                 // client rows by id
  std::map<std::uint64_t, std::size_t> row_of_;                  // request id → row
  std::map<std::uint64_t, std::vector<std::size_t>> visits_of_;  // request id → visits by arrival
};

void Counting::index() {
  const RequestTable& t = record_.requests;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    row_of_[t.id[i]] = i;
    if (LoadId{t.load[i]}.valid()) own_.push_back(i);
  }
  std::sort(own_.begin(), own_.end(),
            [&](std::size_t a, std::size_t b) { return t.id[a] < t.id[b]; });
  const VisitTable& v = record_.visits;
  for (std::size_t i = 0; i < v.request.size(); ++i) {
    visits_of_[caller_of(v.request[i])].push_back(i);
  }
  for (auto& [id, rows] : visits_of_) {
    std::sort(rows.begin(), rows.end(),
              [&](std::size_t a, std::size_t b) { return v.arrived_ns[a] < v.arrived_ns[b]; });
  }
}

/// The name under which a request was asked for: the open load's arrivals are in order, a closed
/// load has one request.
void Counting::client_requests() {
  const RequestTable& t = record_.requests;
  std::vector<std::string> open_names;
  std::map<std::string, std::string> closed_names;
  Diagnostics ignored;
  const Scenario scenario = scenario_of(case_, {}, ignored);
  for (const LoadSpec& load : scenario.loads) {
    for (const FixedArrival& a : load.arrivals) open_names.push_back(a.request);
    if (load.closed && !load.requests.empty()) {
      closed_names[load.name] = load.requests.front().name;
    }
  }
  std::size_t open = 0;
  for (const std::size_t row : own_) {
    const std::string& load = plan_.loads[LoadId{t.load[row]}].name;
    const bool is_open = load == open_load_name;
    client_request(row, is_open ? open_names.at(open++) : closed_names[load]);
  }
  add("requests", static_cast<double>(own_.size()));
}

void Counting::client_request(std::size_t row, const std::string& request_name) {
  const RequestTable& t = record_.requests;
  const ResponseFlags flags = ResponseFlags::from_packed(t.flags[row]);
  const std::string outcome = outcome_text(t.code[row], flags);
  const double latency = to_ms(t.ended_ns[row] - t.started_ns[row]);
  add("outcome." + outcome);
  add("code." + std::to_string(t.code[row]));
  for (std::uint32_t packed = t.flags[row]; packed != 0; packed >>= 6) {
    const auto flag = static_cast<ResponseFlag>((packed & 63u) - 1);
    add("flag." + std::string(to_string(flag)));
  }
  if (flags.empty()) add("flag.-");
  add("details." + std::string(to_string(static_cast<Details>(t.details[row]))));
  add("attempts." + std::to_string(t.attempts[row]));
  if (ClusterId{t.cluster[row]}.valid()) {
    add("cluster." + plan_.clusters[ClusterId{t.cluster[row]}]);
  }
  if (RouteId{t.route[row]}.valid()) {
    const std::string& route = plan_.routes[RouteId{t.route[row]}].name;
    if (!route.empty() && route != "default") add("route." + route);
  }
  add("host." + instance_or_dash(t.host[row]));
  add("request." + request_name + "." + outcome);
  add_in_second(outcome, t.started_ns[row]);
  sample("latency_ms.all", latency);
  sample("latency_ms." + outcome, latency);

  SequenceRow sequence{.code = t.code[row], .attempts = t.attempts[row]};
  if (!flags.empty()) sequence.flags = flags.to_string();
  const std::vector<std::size_t>& reached = visits_of_[t.id[row]];
  if (!reached.empty()) sequence.instances.clear();
  for (const std::size_t v : reached) {
    if (!sequence.instances.empty()) sequence.instances += ">";
    sequence.instances += instance(EndpointId{record_.visits.endpoint[v]});
  }
  out_.sequence.push_back(sequence);
  if (t.attempts[row] == 1 && reached.size() == 1) {
    const std::size_t v = reached.front();
    sample("overhead_ms.proxy",
           latency - to_ms(record_.visits.ended_ns[v] - record_.visits.arrived_ns[v]));
  }
}

void Counting::visits() {
  const VisitTable& v = record_.visits;
  std::map<std::uint32_t, std::vector<std::pair<std::int64_t, int>>> edges;  // of queues
  for (std::size_t i = 0; i < v.request.size(); ++i) {
    const std::string name = instance(EndpointId{v.endpoint[i]});
    const auto request = row_of_.find(caller_of(v.request[i]));
    const bool mirror = request != row_of_.end() && record_.requests.mirror[request->second] != 0;
    add((mirror ? "mirrored." : "received.") + name);
    if (!mirror) add_in_second("received." + name, v.arrived_ns[i]);
    const WorkloadPlan& workload = plan_.workloads[WorkloadId{v.workload[i]}];
    const bool stopped = v.abandoned[i] != 0 && workload.cancel;
    if (v.unfinished[i] == 0)
      add("answered." + name + "." + (stopped ? "abandoned" : std::to_string(v.code[i])));
    if (request != row_of_.end()) {
      for (const std::string& hop : hops_of(request->second)) add(hop + "received." + name);
    }
    if (workload.workers > 0 && v.started_ns[i] > v.arrived_ns[i] && v.overflowed[i] == 0) {
      edges[v.endpoint[i]].push_back({v.arrived_ns[i], 1});
      edges[v.endpoint[i]].push_back({v.started_ns[i], -1});
    }
  }
  for (auto& [endpoint, changes] : edges) {
    std::sort(changes.begin(), changes.end());  // at one instant a place is freed first
    int length = 0, longest = 0;
    for (const auto& [at, by] : changes) longest = std::max(longest, length += by);
    out_.scalars["queue_max." + instance(EndpointId{endpoint})] = longest;
  }
}

/// From the end of attempt k at its instance to the arrival of attempt k + 1.
void Counting::gaps() {
  const VisitTable& v = record_.visits;
  for (const std::size_t row : own_) {
    const std::vector<std::size_t>& reached = visits_of_[record_.requests.id[row]];
    for (std::size_t k = 1; k < reached.size(); ++k) {
      sample("gap_ms." + std::to_string(k),
             to_ms(v.arrived_ns[reached[k]] - v.ended_ns[reached[k - 1]]));
    }
  }
}

/// Calls of applications, as the sidecars of their pods logged them.
void Counting::hops() {
  const RequestTable& t = record_.requests;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    if (LoadId{t.load[i]}.valid() || t.mirror[i] != 0) continue;
    const ResponseFlags flags = ResponseFlags::from_packed(t.flags[i]);
    const std::string outcome = outcome_text(t.code[i], flags);
    const double latency = to_ms(t.ended_ns[i] - t.started_ns[i]);
    // The receiving sidecar's log has a name of its own, and no edge.
    const bool inbound = t.inbound[i] != 0;
    const std::vector<std::string> hops =
        inbound ? std::vector<std::string>{"inbound." + instance(EndpointId{t.proxy[i]}) + "."}
                : hops_of(i);
    for (const std::string& hop : hops) {
      add(hop + "requests");
      add(hop + "outcome." + outcome);
      add(hop + "details." + std::string(to_string(static_cast<Details>(t.details[i]))));
      add(hop + "attempts." + std::to_string(t.attempts[i]));
      add(hop + "host." + instance_or_dash(t.host[i]));
      add_in_second(hop + outcome, t.started_ns[i]);
      sample(hop + "latency_ms.all", latency);
      sample(hop + "latency_ms." + outcome, latency);
      if (t.code[i] == 0) add(hop + (hung_up_by_timeout(i) ? "app_timeouts" : "app_cancelled"));
      if (inbound) continue;
      const Edge& edge = record_.edges[t.edge[i]];
      if (!edge.service.valid()) continue;
      const std::string to = hop + "to." + plan_.services[edge.service].name + ".";
      add(to + "outcome." + outcome);
      add(to + "attempts." + std::to_string(t.attempts[i]));
      sample(to + "latency_ms.all", latency);
    }
  }
}

void Counting::events() {
  const WorkloadId client = plan_.loads.empty() ? WorkloadId::none() : plan_.loads.begin()->entry;
  std::map<std::string, int> numbers;
  for (const Noted& note : record_.events) {
    const bool out = note.what == EventNote::Eject || note.what == EventNote::EjectNotEnforced;
    if (!out && note.what != EventNote::Uneject) continue;
    const std::string what = out ? "eject" : "uneject";
    const std::string name = instance(note.endpoint);
    const double at_s = static_cast<double>(note.at.ns) * 1e-9;
    const auto log = [&](const std::string& prefix) {
      add(prefix + what + "." + name);
      const std::string key = prefix + what + "_at_s." + name + ".";
      out_.scalars[key + std::to_string(++numbers[key])] = at_s;
    };
    if (note.proxy_workload == client) {
      log("");
    } else {
      log("hop." + instance(note.proxy) + ".");
      if (instance(note.proxy) != hop_of(note.proxy_workload)) {
        add("hop." + hop_of(note.proxy_workload) + "." + what + "." + name);
      }
    }
  }
}

void Counting::stats() {
  const WorkloadId client = plan_.loads.empty() ? WorkloadId::none() : plan_.loads.begin()->entry;
  const auto prefixes_of = [&](EndpointId proxy, ClusterId cluster) -> std::vector<std::string> {
    const WorkloadId workload = plan_.endpoints[proxy].workload;
    const std::string& name = plan_.clusters[cluster];
    if (name.rfind("inbound|", 0) == 0) return {"inbound." + instance(proxy) + ".stat."};
    if (workload == client) return {"stat." + name + "."};
    std::vector<std::string> all{"hop." + hop_of(workload) + ".stat." + name + "."};
    if (instance(proxy) != hop_of(workload)) {
      all.push_back("hop." + instance(proxy) + ".stat." + name + ".");
    }
    return all;
  };
  for (const ClusterStats& row : record_.stats) {
    for (const std::string& prefix : prefixes_of(row.proxy, row.cluster)) {
      for (std::size_t i = 0; i < cluster_counter_count; ++i) {
        if (row.counters[i] == 0) continue;
        std::string name(to_string(static_cast<ClusterCounter>(i)));
        if (name.rfind("ejections_", 0) == 0) name = "outlier_detection." + name;
        add(prefix + name, static_cast<double>(row.counters[i]));
      }
      for (const ClusterGauge& gauge : cluster_gauges) {
        add(prefix + std::string(gauge.name), row.*gauge.value);
      }
    }
  }
  // Counters per status code follow from how requests and retried attempts ended.
  const RequestTable& t = record_.requests;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    if (t.code[i] == 0 || t.attempts[i] == 0 || !ClusterId{t.cluster[i]}.valid()) continue;
    for (const std::string& prefix : prefixes_of(EndpointId{t.proxy[i]}, ClusterId{t.cluster[i]})) {
      add(prefix + "upstream_rq_" + std::to_string(t.code[i]));
    }
  }
  const AttemptTable& a = record_.attempts;
  for (std::size_t i = 0; i < a.request.size(); ++i) {
    const auto row = row_of_.find(a.request[i]);
    if (row == row_of_.end() || a.code[i] == 0) continue;
    if (a.number[i] >= t.attempts[row->second]) continue;
    const EndpointId proxy{t.proxy[row->second]};
    for (const std::string& prefix : prefixes_of(proxy, ClusterId{a.cluster[i]})) {
      add(prefix + "retry.upstream_rq_" + std::to_string(a.code[i]));
    }
  }
  out_.scalars["stat.cluster_manager.cluster_updated_via_merge"] =
      static_cast<double>(record_.info.updates_via_merge);
}

/// Gauges as the recordings sampled them, four times a second.
void Counting::gauges() {
  constexpr std::int64_t period = 250'000'000;
  const RequestTable& t = record_.requests;
  const AttemptTable& a = record_.attempts;
  std::map<std::string, std::map<std::int64_t, double>> sampled;
  for (std::size_t i = 0; i < a.request.size(); ++i) {
    const auto row = row_of_.find(a.request[i]);
    if (row == row_of_.end() || a.connected_ns[i] > a.ended_ns[i]) continue;
    const std::string& cluster = plan_.clusters[ClusterId{a.cluster[i]}];
    const bool own = LoadId{t.load[row->second]}.valid();
    const std::string scope = own ? "" : "hop." + instance(EndpointId{t.proxy[row->second]}) + ".";
    auto& gauge = sampled[scope + "gauge_max." + cluster + ".upstream_rq_active"];
    for (std::int64_t k = (a.connected_ns[i] + period - 1) / period; k * period < a.ended_ns[i];
         ++k) {
      gauge[k] += 1;
    }
  }
  std::map<ClusterId, std::int64_t> out_now;
  for (const Noted& note : record_.events) {
    if (note.what != EventNote::Eject && note.what != EventNote::Uneject) continue;
    std::int64_t& now = out_now[note.cluster];
    now += note.what == EventNote::Eject ? 1 : -1;
    double& most = out_.scalars["gauge_max." + plan_.clusters[note.cluster] +
                                ".outlier_detection.ejections_active"];
    most = std::max(most, static_cast<double>(now));
  }
  for (const auto& [name, values] : sampled) {
    for (const auto& [k, value] : values) {
      out_.scalars[name] = std::max(out_.scalars[name], value);
    }
  }
}

void Counting::distributions() {
  for (auto& [name, values] : samples_) {
    std::sort(values.begin(), values.end());
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    out_.scalars[name + ".mean"] = sum / static_cast<double>(values.size());
    out_.scalars[name + ".min"] = values.front();
    out_.scalars[name + ".p50"] = quantile(values, 0.5);
    out_.scalars[name + ".p90"] = quantile(values, 0.9);
    out_.scalars[name + ".p99"] = quantile(values, 0.99);
    out_.scalars[name + ".max"] = values.back();
  }
}

}  // namespace

Measures measure(const Case& recorded, const Plan& plan, const RunRecord& record) {
  return Counting(recorded, plan, record).run();
}

}  // namespace mesh::verify
