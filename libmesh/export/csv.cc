// Tables of a record as CSV: one writer, one function per table.
#include "libmesh/export/csv.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <utility>

#include "libmesh/export/decimal.h"

namespace mesh {

namespace {

/// Fields are quoted when they need it.
class CsvWriter {
 public:
  explicit CsvWriter(std::initializer_list<const char*> header) {
    for (const char* name : header) field(name);
    end();
  }
  CsvWriter& field(std::string_view text) {
    if (!first_) out_ += ',';
    first_ = false;
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
      out_ += text;
      return *this;
    }
    out_ += '"';
    for (const char c : text) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
    out_ += '"';
    return *this;
  }
  CsvWriter& number(std::uint64_t value) { return field(std::to_string(value)); }
  CsvWriter& at(std::int64_t ns) { return field(seconds_text({ns})); }
  CsvWriter& ms(Duration d) { return field(milliseconds_text(d)); }
  template <class Id>
  CsvWriter& name(const IdVector<Id, std::string>& names, Id id) {
    return field(names.contains(id) ? names[id] : std::string());
  }
  void end() {
    out_ += "\r\n";
    first_ = true;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  bool first_ = true;
};

void add_edge(CsvWriter& csv, const RunRecord& r, std::uint32_t row) {
  const Edge edge = row < r.edges.size() ? r.edges[row] : Edge{};
  csv.name(r.names.workloads, edge.source)
      .name(r.names.services, edge.service)
      .name(r.names.workloads, edge.destination);
}

void add_outcome(CsvWriter& csv, const RunRecord& r, std::uint32_t outcome) {
  csv.number(r.outcomes[outcome].code).field(r.outcomes[outcome].flags.to_string());
}

void add_latency(CsvWriter& csv, const Histogram& h) {
  const auto count = static_cast<std::int64_t>(h.count());
  csv.number(h.count()).ms({count == 0 ? 0 : h.sum().ns / count}).ms(h.min());
  for (const double q : {0.5, 0.9, 0.99, 0.999}) csv.ms(h.quantile(q));
  csv.ms(h.max()).end();
}

std::string edge_outcomes(const RunRecord& r, const OutcomeTable& t) {
  CsvWriter csv({"source", "service", "destination", "code", "flags", "count", "latency_sum_ms"});
  for (std::size_t i = 0; i < t.row.size(); ++i) {
    add_edge(csv, r, t.row[i]);
    add_outcome(csv, r, t.outcome[i]);
    csv.number(t.count[i]).ms({static_cast<std::int64_t>(t.latency_sum_ns[i])}).end();
  }
  return csv.take();
}

std::string edges(const RunRecord& r) {
  return edge_outcomes(r, r.requests_by_edge);
}

std::string attempts_by_edge(const RunRecord& r) {
  return edge_outcomes(r, r.attempts_by_edge);
}

std::string loads(const RunRecord& r) {
  CsvWriter csv({"load", "code", "flags", "count", "latency_sum_ms"});
  const OutcomeTable& t = r.requests_by_load;
  for (std::size_t i = 0; i < t.row.size(); ++i) {
    csv.name(r.names.loads, LoadId{t.row[i]});
    add_outcome(csv, r, t.outcome[i]);
    csv.number(t.count[i]).ms({static_cast<std::int64_t>(t.latency_sum_ns[i])}).end();
  }
  return csv.take();
}

std::string latency_by_load(const RunRecord& r) {
  CsvWriter csv(
      {"load", "count", "mean_ms", "min_ms", "p50_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms"});
  for (std::uint32_t i = 0; i < r.latency_by_load.size(); ++i) {
    csv.name(r.names.loads, LoadId{i});
    add_latency(csv, r.latency_by_load[i]);
  }
  return csv.take();
}

std::string latency_by_edge(const RunRecord& r) {
  CsvWriter csv({"source", "service", "destination", "count", "mean_ms", "min_ms", "p50_ms",
                 "p90_ms", "p99_ms", "p999_ms", "max_ms"});
  for (std::uint32_t i = 0; i < r.latency_by_edge.size(); ++i) {
    add_edge(csv, r, i);
    add_latency(csv, r.latency_by_edge[i]);
  }
  return csv.take();
}

std::string series_by_load(const RunRecord& r) {
  CsvWriter csv({"at_s", "load", "code", "flags", "count"});
  const OutcomeSeries& t = r.series_by_load;
  for (std::size_t i = 0; i < t.row.size(); ++i) {
    csv.at(t.bucket[i] * r.bucket.ns).name(r.names.loads, LoadId{t.row[i]});
    add_outcome(csv, r, t.outcome[i]);
    csv.number(t.count[i]).end();
  }
  return csv.take();
}

std::string series_by_edge(const RunRecord& r) {
  CsvWriter csv({"at_s", "source", "service", "destination", "code", "flags", "count"});
  const OutcomeSeries& t = r.series_by_edge;
  for (std::size_t i = 0; i < t.row.size(); ++i) {
    csv.at(t.bucket[i] * r.bucket.ns);
    add_edge(csv, r, t.row[i]);
    add_outcome(csv, r, t.outcome[i]);
    csv.number(t.count[i]).end();
  }
  return csv.take();
}

std::string visits_by_endpoint(const RunRecord& r) {
  CsvWriter csv({"at_s", "pod", "code", "count"});
  const OutcomeSeries& t = r.visits_by_endpoint;
  for (std::size_t i = 0; i < t.row.size(); ++i) {
    csv.at(t.bucket[i] * r.bucket.ns).name(r.names.endpoints, EndpointId{t.row[i]});
    csv.number(r.outcomes[t.outcome[i]].code).number(t.count[i]).end();
  }
  return csv.take();
}

std::string samples(const RunRecord& r) {
  CsvWriter csv({"at_s", "workload", "in_flight", "queued", "busy", "replicas"});
  const WorkloadSamples& t = r.samples;
  for (std::size_t i = 0; i < t.at_ns.size(); ++i) {
    csv.at(t.at_ns[i]).name(r.names.workloads, WorkloadId{t.workload[i]}).number(t.in_flight[i]);
    csv.number(t.queued[i]).number(t.busy[i]).number(t.replicas[i]).end();
  }
  return csv.take();
}

std::string stores(const RunRecord& r) {
  CsvWriter csv({"at_s", "store", "event", "count"});
  const StoreSeries& t = r.stores;
  for (std::size_t i = 0; i < t.bucket.size(); ++i) {
    csv.at(t.bucket[i] * r.bucket.ns).name(r.names.stores, StoreId{t.store[i]});
    csv.field(to_string(static_cast<StoreEvent>(t.event[i]))).number(t.count[i]).end();
  }
  return csv.take();
}

std::string events(const RunRecord& r) {
  CsvWriter csv({"at_s", "event", "proxy_workload", "proxy", "cluster", "pod", "detail"});
  for (const Noted& e : r.events) {
    csv.at(e.at.ns).field(to_string(e.what)).name(r.names.workloads, e.proxy_workload);
    csv.name(r.names.endpoints, e.proxy).name(r.names.clusters, e.cluster);
    csv.name(r.names.endpoints, e.endpoint).number(e.detail).end();
  }
  return csv.take();
}

std::string stats(const RunRecord& r) {
  CsvWriter csv({"proxy", "cluster", "counter", "value"});
  for (const ClusterStats& s : r.stats) {
    for (std::size_t i = 0; i < s.counters.size(); ++i) {
      if (s.counters[i] == 0) continue;
      csv.name(r.names.endpoints, s.proxy).name(r.names.clusters, s.cluster);
      csv.field(to_string(static_cast<ClusterCounter>(i))).number(s.counters[i]).end();
    }
  }
  return csv.take();
}

std::string requests(const RunRecord& r) {
  CsvWriter csv({"id",     "parent", "root",    "started_s",   "ended_s", "load",   "request",
                 "source", "proxy",  "service", "destination", "cluster", "route",  "host",
                 "code",   "flags",  "details", "attempts",    "mirror",  "inbound"});
  const RequestTable& t = r.requests;
  for (std::size_t i = 0; i < t.id.size(); ++i) {
    const Edge edge = t.edge[i] < r.edges.size() ? r.edges[t.edge[i]] : Edge{};
    csv.number(t.id[i]);
    csv.field(t.parent[i] == ~std::uint64_t{0} ? "" : std::to_string(t.parent[i]));
    csv.number(t.root[i]).at(t.started_ns[i]).at(t.ended_ns[i]);
    csv.name(r.names.loads, LoadId{t.load[i]}).name(r.names.requests, TemplateId{t.request[i]});
    csv.name(r.names.workloads, WorkloadId{t.source[i]});
    csv.name(r.names.endpoints, EndpointId{t.proxy[i]}).name(r.names.services, edge.service);
    csv.name(r.names.workloads, edge.destination);
    csv.name(r.names.clusters, ClusterId{t.cluster[i]}).name(r.names.routes, RouteId{t.route[i]});
    csv.name(r.names.endpoints, EndpointId{t.host[i]}).number(t.code[i]);
    csv.field(ResponseFlags::from_packed(t.flags[i]).to_string());
    csv.field(to_string(static_cast<Details>(t.details[i])));
    csv.number(t.attempts[i]).number(t.mirror[i]).number(t.inbound[i]).end();
  }
  return csv.take();
}

std::string attempts(const RunRecord& r) {
  CsvWriter csv({"request", "number", "started_s", "connected_s", "ended_s", "cluster", "host",
                 "code", "details", "new_connection", "reached"});
  const AttemptTable& t = r.attempts;
  for (std::size_t i = 0; i < t.request.size(); ++i) {
    csv.number(t.request[i]).number(t.number[i]).at(t.started_ns[i]);
    csv.field(t.connected_ns[i] == never.ns ? "" : seconds_text({t.connected_ns[i]}));
    csv.at(t.ended_ns[i]).name(r.names.clusters, ClusterId{t.cluster[i]});
    csv.name(r.names.endpoints, EndpointId{t.host[i]}).number(t.code[i]);
    csv.field(to_string(static_cast<Details>(t.details[i])));
    csv.number(t.new_connection[i]).number(t.reached[i]).end();
  }
  return csv.take();
}

std::string visits(const RunRecord& r) {
  CsvWriter csv({"request", "workload", "pod", "arrived_s", "started_s", "ended_s", "code",
                 "abandoned", "overflowed", "unfinished"});
  const VisitTable& t = r.visits;
  for (std::size_t i = 0; i < t.request.size(); ++i) {
    csv.number(t.request[i]).name(r.names.workloads, WorkloadId{t.workload[i]});
    csv.name(r.names.endpoints, EndpointId{t.endpoint[i]}).at(t.arrived_ns[i]);
    csv.at(t.started_ns[i]).at(t.ended_ns[i]).number(t.code[i]);
    csv.number(t.abandoned[i]).number(t.overflowed[i]).number(t.unfinished[i]).end();
  }
  return csv.take();
}

struct Table {
  std::string_view name;
  std::string (*write)(const RunRecord&);
};

constexpr Table tables[] = {
    {"loads", loads},
    {"edges", edges},
    {"attempts_by_edge", attempts_by_edge},
    {"latency_by_load", latency_by_load},
    {"latency_by_edge", latency_by_edge},
    {"series_by_load", series_by_load},
    {"series_by_edge", series_by_edge},
    {"visits_by_endpoint", visits_by_endpoint},
    {"samples", samples},
    {"events", events},
    {"stats", stats},
    {"requests", requests},
    {"attempts", attempts},
    {"visits", visits},
    {"stores", stores},
};

constexpr std::array<std::string_view, std::size(tables)> make_names() {
  std::array<std::string_view, std::size(tables)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = tables[i].name;
  return names;
}
constexpr auto names = make_names();

}  // namespace

std::span<const std::string_view> csv_tables() {
  return names;
}

std::string to_csv(const RunRecord& record, std::string_view table) {
  for (const Table& t : tables) {
    if (t.name == table) return t.write(record);
  }
  return {};
}

}  // namespace mesh
