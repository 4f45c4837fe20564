// The rows of one root request: one pass over each table.
#include "libmesh/analysis/request_tree.h"

#include <algorithm>
#include <set>
#include <utility>

namespace mesh {

namespace {

template <class Column>
void sort_by(std::map<std::uint64_t, RequestTree::Rows>& by_id, const Column& column) {
  for (auto& entry : by_id) {
    std::stable_sort(entry.second.begin(), entry.second.end(),
                     [&column](std::size_t a, std::size_t b) { return column[a] < column[b]; });
  }
}

}  // namespace

RequestTree::RequestTree(const RunRecord& record, std::uint64_t root) {
  std::set<std::uint64_t> ids;
  const RequestTable& r = record.requests;
  for (std::size_t i = 0; i < r.id.size(); ++i) {
    if (r.root[i] != root) continue;
    ids.insert(r.id[i]);
    if (r.parent[i] < r.id[i]) children_[r.parent[i]].push_back(i);
  }
  for (std::size_t i = 0; i < record.attempts.request.size(); ++i) {
    const std::uint64_t id = record.attempts.request[i];
    if (ids.contains(id)) attempts_[id].push_back(i);
  }
  for (std::size_t i = 0; i < record.visits.request.size(); ++i) {
    const std::uint64_t id = record.visits.request[i];
    if (ids.contains(id)) visits_[id].push_back(i);
  }
  const auto find_in = [&ids](const auto& facts, ById& rows) {
    for (std::size_t i = 0; i < facts.size(); ++i) {
      if (ids.contains(facts[i].request)) rows[facts[i].request].push_back(i);
    }
  };
  find_in(record.picks, picks_);
  find_in(record.compared, compared_);
  find_in(record.decisions, decisions_);
  sort_by(attempts_, record.attempts.number);
  sort_by(visits_, record.visits.arrived_ns);
  sort_by(children_, r.started_ns);
}

const RequestTree::Rows& RequestTree::of(const ById& rows, std::uint64_t request) {
  static const Rows none;
  const auto found = rows.find(request);
  return found == rows.end() ? none : found->second;
}

}  // namespace mesh
