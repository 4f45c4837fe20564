// A record's totals as JSON; the one translation unit of this layer that knows the JSON library.
#include "libmesh/export/json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace mesh {

namespace {

using Json = nlohmann::ordered_json;

std::string hex(std::uint64_t value) {
  return fmt::format("{:016x}", value);
}

template <class Id>
Json name_of(const IdVector<Id, std::string>& names, Id id) {
  return names.contains(id) ? Json(names[id]) : Json(nullptr);
}

const char* text(EndedBy ended_by) {
  switch (ended_by) {
    case EndedBy::Horizon:
      return "horizon";
    case EndedBy::Interrupt:
      return "interrupt";
    case EndedBy::Limit:
      return "limit";
  }
  return "?";
}

Json run(const RunRecord& r) {
  const RunInfo& info = r.info;
  Json out;
  out["scenario"] = info.scenario;
  out["version"] = info.version;
  out["config_digest"] = hex(info.config_digest);
  out["seed"] = info.seed;
  out["runs"] = info.runs;
  out["until_s"] = as_seconds({info.until.ns});
  out["warmup_s"] = as_seconds({info.warmup.ns});
  out["ended_s"] = as_seconds({info.ended.ns});
  out["ended_by"] = text(info.ended_by);
  out["limit"] = info.limit;
  out["events"] = info.events;
  out["requests_created"] = info.requests_created;
  out["requests_in_flight"] = info.requests_in_flight;
  out["fingerprint"] = hex(info.fingerprint);
  out["hash"] = hex(r.hash());
  return out;
}

Json latency(const Histogram& h) {
  Json out;
  out["count"] = h.count();
  if (h.count() == 0) return out;
  out["mean_ms"] = as_milliseconds(h.sum()) / static_cast<double>(h.count());
  out["min_ms"] = as_milliseconds(h.min());
  out["p50_ms"] = as_milliseconds(h.quantile(0.5));
  out["p90_ms"] = as_milliseconds(h.quantile(0.9));
  out["p99_ms"] = as_milliseconds(h.quantile(0.99));
  out["p999_ms"] = as_milliseconds(h.quantile(0.999));
  out["max_ms"] = as_milliseconds(h.max());
  return out;
}

/// One array of {code, flags, count} per row.
std::vector<Json> outcomes_by_row(const RunRecord& r, const OutcomeTable& t, std::size_t rows) {
  std::vector<Json> out(rows, Json::array());
  for (std::size_t i = 0; i < t.row.size(); ++i) {
    const Outcome& outcome = r.outcomes[t.outcome[i]];
    out[t.row[i]].push_back(
        {{"code", outcome.code}, {"flags", outcome.flags.to_string()}, {"count", t.count[i]}});
  }
  return out;
}

Json loads(const RunRecord& r) {
  const std::size_t rows = r.names.loads.size();
  const std::vector<Json> outcomes = outcomes_by_row(r, r.requests_by_load, rows);
  Json out = Json::array();
  for (std::uint32_t i = 0; i < rows; ++i) {
    Json load;
    load["load"] = r.names.loads[LoadId{i}];
    load["outcomes"] = outcomes[i];
    load["latency"] = latency(r.latency_by_load[i]);
    out.push_back(std::move(load));
  }
  return out;
}

Json edges(const RunRecord& r) {
  const std::vector<Json> outcomes = outcomes_by_row(r, r.requests_by_edge, r.edges.size());
  const std::vector<Json> attempts = outcomes_by_row(r, r.attempts_by_edge, r.edges.size());
  Json out = Json::array();
  for (std::uint32_t i = 0; i < r.edges.size(); ++i) {
    Json edge;
    edge["source"] = name_of(r.names.workloads, r.edges[i].source);
    edge["service"] = name_of(r.names.services, r.edges[i].service);
    edge["destination"] = name_of(r.names.workloads, r.edges[i].destination);
    edge["outcomes"] = outcomes[i];
    edge["attempts"] = attempts[i];
    edge["latency"] = latency(r.latency_by_edge[i]);
    out.push_back(std::move(edge));
  }
  return out;
}

Json workloads(const RunRecord& r) {
  Json out = Json::array();
  for (std::uint32_t i = 0; i < r.names.workloads.size(); ++i) {
    const WorkloadId id{i};
    Json workload;
    workload["workload"] = r.names.workloads[id];
    workload["namespace"] = name_of(r.names.workload_namespaces, id);
    workload["version"] = name_of(r.names.versions, id);
    workload["queue_time"] = latency(r.queue_time_by_workload[i]);
    workload["service_time"] = latency(r.service_time_by_workload[i]);
    workload["overflowed"] = r.overflowed_by_workload[i];
    workload["abandoned"] = r.abandoned_by_workload[i];
    out.push_back(std::move(workload));
  }
  return out;
}

Json events(const RunRecord& r) {
  Json out = Json::array();
  for (const Noted& e : r.events) {
    Json event;
    event["at_s"] = as_seconds({e.at.ns});
    event["event"] = to_string(e.what);
    event["proxy"] = name_of(r.names.endpoints, e.proxy);
    event["cluster"] = name_of(r.names.clusters, e.cluster);
    event["pod"] = name_of(r.names.endpoints, e.endpoint);
    event["detail"] = e.detail;
    out.push_back(std::move(event));
  }
  return out;
}

Json proxies(const RunRecord& r) {
  Json out = Json::array();
  for (const ClusterStats& s : r.stats) {
    Json counters = Json::object();
    for (std::size_t i = 0; i < s.counters.size(); ++i) {
      if (s.counters[i] == 0) continue;
      counters[std::string(to_string(static_cast<ClusterCounter>(i)))] = s.counters[i];
    }
    Json proxy;
    proxy["proxy"] = name_of(r.names.endpoints, s.proxy);
    proxy["cluster"] = name_of(r.names.clusters, s.cluster);
    proxy["counters"] = std::move(counters);
    Json& gauges = proxy["at_end"] = Json::object();
    for (const ClusterGauge& gauge : cluster_gauges) {
      gauges[std::string(gauge.name)] = s.*gauge.value;
    }
    out.push_back(std::move(proxy));
  }
  return out;
}

}  // namespace

std::string to_json(const RunRecord& record, int indent) {
  Json out;
  out["run"] = run(record);
  out["loads"] = loads(record);
  out["edges"] = edges(record);
  out["workloads"] = workloads(record);
  out["events"] = events(record);
  out["stats"] = proxies(record);
  return out.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace mesh
