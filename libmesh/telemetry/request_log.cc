// The per-request tables: adding rows, choosing trees, dropping the rest.
#include "libmesh/telemetry/request_log.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "libmesh/base/rng.h"

namespace mesh {

namespace {

template <class T>
void keep_marked(std::vector<T>& column, const std::vector<bool>& keep) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (keep[i]) column[kept++] = column[i];
  }
  column.resize(kept);
  column.shrink_to_fit();
}

template <class... Column>
void keep_rows(const std::vector<bool>& keep, Column&... columns) {
  (keep_marked(columns, keep), ...);
}

void keep_rows(RequestTable& t, const std::vector<bool>& keep) {
  keep_rows(keep, t.id, t.parent, t.root, t.started_ns, t.ended_ns, t.load, t.request, t.source,
            t.proxy, t.cluster, t.route, t.host, t.edge, t.code, t.attempts, t.flags, t.details,
            t.mirror, t.inbound);
}

void keep_rows(AttemptTable& t, const std::vector<bool>& keep) {
  keep_rows(keep, t.request, t.number, t.code, t.started_ns, t.connected_ns, t.ended_ns, t.cluster,
            t.host, t.details, t.new_connection, t.reached);
}

void keep_rows(VisitTable& t, const std::vector<bool>& keep) {
  keep_rows(keep, t.request, t.workload, t.endpoint, t.arrived_ns, t.started_ns, t.ended_ns, t.code,
            t.abandoned, t.overflowed, t.unfinished);
}

template <class Fact>
void keep_facts(std::vector<Fact>& facts, const std::vector<bool>& kept_request) {
  std::erase_if(facts, [&](const Fact& fact) {
    return fact.request >= kept_request.size() || !kept_request[fact.request];
  });
  facts.shrink_to_fit();
}

std::vector<bool> rows_of(const std::vector<std::uint64_t>& request,
                          const std::vector<bool>& kept_request) {
  std::vector<bool> keep(request.size());
  for (std::size_t i = 0; i < request.size(); ++i) keep[i] = kept_request[request[i]];
  return keep;
}

}  // namespace

void RequestLog::add(const RequestEnded& f) {
  RequestTable& t = requests_;
  ids_ = std::max({ids_, f.id + 1, f.root + 1});
  t.id.push_back(f.id);
  t.parent.push_back(f.parent);
  t.root.push_back(f.root);
  t.started_ns.push_back(f.started.ns);
  t.ended_ns.push_back(f.ended.ns);
  t.load.push_back(f.load.value);
  t.request.push_back(f.request.value);
  t.source.push_back(f.source.value);
  t.proxy.push_back(f.proxy.value);
  t.cluster.push_back(f.cluster.value);
  t.route.push_back(f.route.value);
  t.host.push_back(f.host.value);
  t.edge.push_back(f.edge.value);
  t.code.push_back(f.code);
  t.attempts.push_back(f.attempts);
  t.flags.push_back(f.flags.packed());
  t.details.push_back(static_cast<std::uint8_t>(f.details));
  t.mirror.push_back(f.mirror ? 1 : 0);
  t.inbound.push_back(f.inbound ? 1 : 0);
}

void RequestLog::add(const AttemptEnded& f) {
  AttemptTable& t = attempts_;
  ids_ = std::max(ids_, f.request + 1);
  t.request.push_back(f.request);
  t.number.push_back(f.number);
  t.code.push_back(f.code);
  t.started_ns.push_back(f.started.ns);
  t.connected_ns.push_back(f.connected.ns);
  t.ended_ns.push_back(f.ended.ns);
  t.cluster.push_back(f.cluster.value);
  t.host.push_back(f.host.value);
  t.details.push_back(static_cast<std::uint8_t>(f.details));
  t.new_connection.push_back(f.new_connection ? 1 : 0);
  t.reached.push_back(f.reached ? 1 : 0);
}

void RequestLog::add(const VisitEnded& f) {
  VisitTable& t = visits_;
  ids_ = std::max(ids_, f.request + 1);
  t.request.push_back(f.request);
  t.workload.push_back(f.workload.value);
  t.endpoint.push_back(f.endpoint.value);
  t.arrived_ns.push_back(f.arrived.ns);
  t.started_ns.push_back(f.started.ns);
  t.ended_ns.push_back(f.ended.ns);
  t.code.push_back(f.code);
  t.abandoned.push_back(f.abandoned ? 1 : 0);
  t.overflowed.push_back(f.overflowed ? 1 : 0);
  t.unfinished.push_back(f.unfinished ? 1 : 0);
}

bool RequestLog::sampled(std::uint64_t root) const {
  if (options_.sample >= 1.0) return true;
  Draw draw = Draws(options_.seed).at(Purpose::Sampling, root, 0);
  return draw.uniform01() < options_.sample;
}

std::vector<bool> RequestLog::kept_roots() const {
  std::vector<bool> kept(ids_);
  std::vector<std::pair<std::int64_t, std::uint64_t>> slowest;  // (-latency, id): slow ones first
  for (std::size_t i = 0; i < requests_.id.size(); ++i) {
    const std::uint64_t root = requests_.root[i];
    if (sampled(root)) kept[root] = true;
    if (requests_.id[i] != root) continue;
    const std::uint16_t code = requests_.code[i];
    if (options_.keep_errors && (code == 0 || code >= 400)) kept[root] = true;
    if (options_.keep_slowest > 0) {
      slowest.emplace_back(requests_.started_ns[i] - requests_.ended_ns[i], root);
    }
  }
  std::sort(slowest.begin(), slowest.end());
  slowest.resize(std::min<std::size_t>(slowest.size(), options_.keep_slowest));
  for (const auto& entry : slowest) kept[entry.second] = true;
  return kept;
}

void RequestLog::freeze_into(RunRecord& record) {
  if (options_.sample < 1.0) {
    const std::vector<bool> kept_root = kept_roots();
    std::vector<bool> kept_request(ids_);
    std::vector<bool> keep(requests_.id.size());
    for (std::size_t i = 0; i < keep.size(); ++i) {
      keep[i] = kept_root[requests_.root[i]];
      if (keep[i]) kept_request[requests_.id[i]] = true;
    }
    keep_rows(requests_, keep);
    keep_rows(attempts_, rows_of(attempts_.request, kept_request));
    keep_rows(visits_, rows_of(visits_.request, kept_request));
    keep_facts(picks_, kept_request);
    keep_facts(compared_, kept_request);
    keep_facts(decisions_, kept_request);
  }
  record.requests = std::exchange(requests_, {});
  record.attempts = std::exchange(attempts_, {});
  record.visits = std::exchange(visits_, {});
  record.picks = std::exchange(picks_, {});
  record.compared = std::exchange(compared_, {});
  record.decisions = std::exchange(decisions_, {});
  ids_ = 0;
}

}  // namespace mesh
