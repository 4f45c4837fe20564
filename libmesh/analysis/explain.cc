// The story of one request: gathering its rows, telling them in the order of its life.
#include "libmesh/analysis/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "libmesh/analysis/explain_decisions.h"
#include "libmesh/analysis/request_tree.h"
#include "libmesh/analysis/story_text.h"

namespace mesh {

namespace {

using Rows = RequestTree::Rows;

std::string code_text(std::uint16_t code) {
  return code == 0 ? "no answer" : std::to_string(code);
}

class Teller {
 public:
  Teller(const RunRecord& record, std::uint64_t root, Instant begin)
      : r_(record), tree_(record, root), text_(begin) {}

  void tell_request(std::size_t row, int depth);
  std::string take() { return text_.take(); }

 private:
  void tell_opening(std::size_t row, int depth);
  void tell_route(std::size_t row, int depth);
  void tell_filter_calls(Rows& children, int depth);
  bool is_filter_call(std::size_t row) const {
    const RouteId route{r_.requests.route[row]};
    return name_or(r_.names.routes, route, "").starts_with("filter ");
  }
  void tell_faults(std::size_t row, const Rows& attempts, int depth);
  void tell_attempt(std::size_t attempt, Rows& visits, Rows& children, int depth);
  void tell_pick(std::uint64_t request, std::uint16_t number, int depth, const std::string& who);
  bool tell_decision(std::size_t attempt, int depth);
  void tell_pause(std::size_t from, std::size_t to, bool told, int depth);
  void tell_visit(std::size_t visit, Rows& children, int depth);
  void tell_visit_end(std::size_t visit, int depth);
  void tell_inbound(std::size_t row, int depth);
  void tell_rest(const Rows& visits, Rows& children, int depth);
  void tell_attempt_end(std::size_t attempt, int depth);
  void tell_ending(std::size_t row, int depth);
  bool was_served(std::size_t visit) const {
    const VisitTable& t = r_.visits;
    return t.overflowed[visit] == 0 &&
           !(t.started_ns[visit] == t.ended_ns[visit] && t.code[visit] == 0);
  }
  bool is_of(std::uint32_t endpoint, std::uint32_t workload) const {
    const EndpointId id{endpoint};
    return r_.names.endpoint_workload.contains(id) &&
           r_.names.endpoint_workload[id].value == workload;
  }
  std::string pod(std::uint32_t endpoint) const {
    return name_or(r_.names.endpoints, EndpointId{endpoint}, "no host");
  }

  const RunRecord& r_;
  RequestTree tree_;
  StoryText text_;
};

void Teller::tell_request(std::size_t row, int depth) {
  const std::uint64_t id = r_.requests.id[row];
  tell_opening(row, depth);
  tell_route(row, depth + 1);
  const Rows& attempts = tree_.attempts_of(id);
  Rows visits = tree_.visits_of(id);
  Rows children = tree_.children_of(id);
  tell_filter_calls(children, depth + 1);
  tell_faults(row, attempts, depth + 1);
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    tell_attempt(attempts[i], visits, children, depth + 1);
    const bool told = tell_decision(attempts[i], depth + 1);
    if (i + 1 < attempts.size()) tell_pause(attempts[i], attempts[i + 1], told, depth + 1);
  }
  if (attempts.size() < r_.requests.attempts[row]) {  // the last one found no host
    tell_pick(id, r_.requests.attempts[row], depth + 1, "");
  }
  tell_rest(visits, children, depth + 1);
  tell_ending(row, depth);
}

/// What filters ask services about, before the request goes on.
void Teller::tell_filter_calls(Rows& children, int depth) {
  for (const std::size_t child : Rows(children)) {
    if (!is_filter_call(child)) continue;
    std::erase(children, child);
    tell_request(child, depth);
  }
}

/// What the proxy saw when it began an attempt; `who` stands before each line.
void Teller::tell_pick(std::uint64_t request, std::uint16_t number, int depth,
                       const std::string& who) {
  std::vector<HostCompared> compared;
  for (const std::size_t c : tree_.compared_of(request)) {
    if (r_.compared[c].number == number) compared.push_back(r_.compared[c]);
  }
  for (const std::size_t p : tree_.picks_of(request)) {
    if (r_.picks[p].number != number) continue;
    for (const std::string& line : pick_lines(r_, r_.picks[p], compared)) {
      text_.note(depth, who + line);
    }
  }
}

/// False when nothing is known of a decision after this attempt.
bool Teller::tell_decision(std::size_t a, int depth) {
  bool told = false;
  const auto outcome = static_cast<Details>(r_.attempts.details[a]);
  for (const std::size_t d : tree_.decisions_of(r_.attempts.request[a])) {
    if (r_.decisions[d].number != r_.attempts.number[a]) continue;
    text_.at(r_.decisions[d].at, depth, decision_text(r_.decisions[d], outcome));
    told = true;
  }
  return told;
}

/// Between two attempts. Without the decision the tables tell the pause all the same.
void Teller::tell_pause(std::size_t from, std::size_t to, bool told, int depth) {
  const Instant ended{r_.attempts.ended_ns[from]};
  const Duration pause{r_.attempts.started_ns[to] - ended.ns};
  if (pause.ns < 0) {
    text_.note(depth, "hedged: tried again while the attempt before was open");
  } else if (!told) {
    text_.at(ended, depth, "retry after a back-off of " + duration_text(pause));
  }
}

void Teller::tell_opening(std::size_t row, int depth) {
  const RequestTable& t = r_.requests;
  const std::string what = name_or(r_.names.requests, TemplateId{t.request[row]}, "a request");
  const std::string workload = name_or(r_.names.workloads, WorkloadId{t.source[row]}, "?");
  const std::string source =
      name_or(r_.names.endpoints, EndpointId{t.proxy[row]}, workload.c_str());
  const LoadId load{t.load[row]};
  std::string line = fmt::format("{} sends {}", source, what);
  if (is_filter_call(row)) {
    line = fmt::format("{} asks {} (its {})", source, what,
                       name_or(r_.names.routes, RouteId{t.route[row]}, "?"));
  }
  if (t.mirror[row] != 0) line = fmt::format("{} sends a mirrored copy of {}", source, what);
  if (load.valid()) {
    const std::string name = name_or(r_.names.loads, load, "?");
    line = fmt::format("load {} sends {} by {}", name, what, source);
  }
  text_.at({t.started_ns[row]}, depth, fmt::format("{} (request {})", line, t.id[row]));
}

void Teller::tell_route(std::size_t row, int depth) {
  const RequestTable& t = r_.requests;
  const RouteId route{t.route[row]};
  if (!route.valid()) return text_.note(depth, "no route matched");
  const std::string place = name_or(r_.names.route_places, route, "");
  std::string line = "route " + name_or(r_.names.routes, route, "?");
  if (!place.empty()) line += " (" + place + ")";
  const ClusterId cluster{t.cluster[row]};
  if (cluster.valid()) line += " to cluster " + name_or(r_.names.clusters, cluster, "?");
  text_.note(depth, line);
}

void Teller::tell_faults(std::size_t row, const Rows& attempts, int depth) {
  const auto flags = ResponseFlags::from_packed(r_.requests.flags[row]);
  if (flags.has(ResponseFlag::DI)) {
    const std::int64_t next =
        attempts.empty() ? r_.requests.ended_ns[row] : r_.attempts.started_ns[attempts.front()];
    text_.note(depth, "the fault rule delays it by " +
                          duration_text({next - r_.requests.started_ns[row]}) + " (DI)");
  }
  if (flags.has(ResponseFlag::FI)) text_.note(depth, "the fault rule aborts it (FI)");
}

void Teller::tell_attempt(std::size_t a, Rows& visits, Rows& children, int depth) {
  const AttemptTable& t = r_.attempts;
  std::string line = fmt::format("attempt {}: {}", t.number[a], pod(t.host[a]));
  const std::int64_t waited = t.connected_ns[a] - t.started_ns[a];
  if (t.connected_ns[a] == never.ns) {
    line += t.host[a] == EndpointId::none().value ? "" : ", no connection became ready";
  } else {
    line += t.new_connection[a] != 0 ? ", new connection" : ", connection reused";
    if (waited > 0) line += ", ready after " + duration_text({waited});
  }
  text_.at({t.started_ns[a]}, depth, line);
  tell_pick(t.request[a], t.number[a], depth + 1, "");
  const auto mine = std::find_if(visits.begin(), visits.end(), [&](std::size_t v) {
    return t.reached[a] != 0 && r_.visits.endpoint[v] == t.host[a] &&
           r_.visits.arrived_ns[v] >= t.started_ns[a];
  });
  if (mine == visits.end()) {
    const auto door = std::find_if(children.begin(), children.end(), [&](std::size_t c) {
      return r_.requests.inbound[c] != 0 && is_of(t.host[a], r_.requests.source[c]) &&
             r_.requests.started_ns[c] >= t.started_ns[a];
    });
    if (door != children.end()) {
      const std::size_t inbound = *door;
      children.erase(door);
      tell_inbound(inbound, depth + 1);
    }
    return tell_attempt_end(a, depth);
  }
  const std::size_t visit = *mine;
  visits.erase(mine);
  tell_visit(visit, children, depth + 1);
  const bool goes_on = r_.visits.ended_ns[visit] > t.ended_ns[a];
  if (!goes_on) tell_visit_end(visit, depth + 1);
  tell_attempt_end(a, depth);
  if (goes_on) tell_visit_end(visit, depth + 1);
}

/// From the arrival up to the last call that it made.
void Teller::tell_visit(std::size_t v, Rows& children, int depth) {
  const VisitTable& t = r_.visits;
  text_.at({t.arrived_ns[v]}, depth, "arrives at " + pod(t.endpoint[v]));
  const Duration waited{t.started_ns[v] - t.arrived_ns[v]};
  if (waited.ns > 0 && was_served(v)) {
    text_.at({t.started_ns[v]}, depth, "gets a worker after waiting " + duration_text(waited));
  }
  for (const std::size_t child : Rows(children)) {
    const RequestTable& c = r_.requests;
    const bool inside = c.source[child] == t.workload[v] && c.mirror[child] == 0 &&
                        c.started_ns[child] >= t.started_ns[v] &&
                        c.started_ns[child] <= t.ended_ns[v];
    if (!inside) continue;
    std::erase(children, child);
    tell_request(child, depth + 1);
  }
}

void Teller::tell_visit_end(std::size_t v, int depth) {
  const VisitTable& t = r_.visits;
  const std::string where = pod(t.endpoint[v]);
  const Instant end{t.ended_ns[v]};
  if (t.unfinished[v] != 0) {
    const char* what = was_served(v) ? " still works on it" : " still has it in its queue";
    return text_.at(end, depth, where + what + " when the run ends");
  }
  if (t.overflowed[v] != 0) {
    const Duration waited{t.ended_ns[v] - t.arrived_ns[v]};
    const std::string why =
        waited.ns == 0 ? " turns it away, its queue is full: "
                       : " lets it wait for " + duration_text(waited) + ", then turns it away: ";
    return text_.at(end, depth, where + why + code_text(t.code[v]));
  }
  if (!was_served(v)) {
    const Duration waited{t.ended_ns[v] - t.arrived_ns[v]};
    return text_.at(
        end, depth,
        "leaves the queue of " + where + " without a worker after " + duration_text(waited));
  }
  std::string line =
      fmt::format("{} is done after {}: {}", where,
                  duration_text({t.ended_ns[v] - t.started_ns[v]}), code_text(t.code[v]));
  if (t.abandoned[v] != 0) line += ", but nobody waits for it any more";
  text_.at(end, depth, line);
}

/// The receiving sidecar passed the request on, or answered in place of its application.
void Teller::tell_inbound(std::size_t row, int depth) {
  const RequestTable& t = r_.requests;
  Rows children = tree_.children_of(t.id[row]);
  for (const std::size_t p : tree_.picks_of(t.id[row])) {  // when there was room, it says nothing
    if (is_tight(r_.picks[p])) tell_pick(t.id[row], r_.picks[p].number, depth, "its sidecar: ");
  }
  tell_filter_calls(children, depth);
  tell_rest(tree_.visits_of(t.id[row]), children, depth);
  const auto details = static_cast<Details>(t.details[row]);
  if (details == Details::ViaUpstream) return;
  const auto flags = ResponseFlags::from_packed(t.flags[row]);
  text_.at({t.ended_ns[row]}, depth,
           fmt::format("the sidecar of {} ends it: {} {} ({})",
                       name_or(r_.names.workloads, WorkloadId{t.source[row]}, "?"),
                       code_text(t.code[row]), flags.to_string(), to_string(details)));
}

/// Visits that no attempt in the tables led to, then requests that none of them made.
void Teller::tell_rest(const Rows& visits, Rows& children, int depth) {
  for (const std::size_t visit : visits) {
    tell_visit(visit, children, depth);
    tell_visit_end(visit, depth);
  }
  for (const std::size_t child : children) {
    if (r_.requests.inbound[child] != 0) {
      tell_inbound(child, depth);
    } else {
      tell_request(child, depth);
    }
  }
}

void Teller::tell_attempt_end(std::size_t a, int depth) {
  const AttemptTable& t = r_.attempts;
  const auto details = static_cast<Details>(t.details[a]);
  std::string line = fmt::format("attempt {} ends: ", t.number[a]);
  if (details == Details::ViaUpstream) {
    line += "answer " + code_text(t.code[a]);
  } else {
    line += std::string(to_string(details));
    if (t.reached[a] == 0) line += ", the host never saw it";
  }
  text_.at({t.ended_ns[a]}, depth, line);
}

void Teller::tell_ending(std::size_t row, int depth) {
  const RequestTable& t = r_.requests;
  const auto flags = ResponseFlags::from_packed(t.flags[row]);
  const auto details = static_cast<Details>(t.details[row]);
  std::string line =
      fmt::format("request {} ends after {}: {}", t.id[row],
                  duration_text({t.ended_ns[row] - t.started_ns[row]}), code_text(t.code[row]));
  if (!flags.empty()) line += " " + flags.to_string();
  if (details != Details::ViaUpstream && details != Details::None) {
    line += " (" + std::string(to_string(details)) + ")";
  }
  if (is_overloaded(details)) line += ", x-envoy-overloaded";
  if (t.attempts[row] > 1) line += fmt::format(", {} attempts", t.attempts[row]);
  text_.at({t.ended_ns[row]}, depth, line);
}

/// Rows of requests that a load sent.
Rows root_rows(const RunRecord& record) {
  Rows rows;
  for (std::size_t i = 0; i < record.requests.id.size(); ++i) {
    if (record.requests.id[i] == record.requests.root[i]) rows.push_back(i);
  }
  return rows;
}

}  // namespace

std::optional<std::string> explain(const RunRecord& record, std::uint64_t request) {
  const RequestTable& t = record.requests;
  const auto found = std::find(t.id.begin(), t.id.end(), request);
  if (found == t.id.end()) return std::nullopt;
  const auto row = static_cast<std::size_t>(found - t.id.begin());
  const auto root = std::find(t.id.begin(), t.id.end(), t.root[row]);
  const std::size_t first =
      root == t.id.end() ? row : static_cast<std::size_t>(root - t.id.begin());
  Teller teller(record, t.root[row], {t.started_ns[first]});
  teller.tell_request(row, 0);
  return teller.take();
}

std::vector<std::uint64_t> slowest(const RunRecord& record, std::size_t count) {
  const RequestTable& t = record.requests;
  Rows rows = root_rows(record);
  const auto key = [&t](std::size_t i) {
    return std::pair(t.started_ns[i] - t.ended_ns[i], t.id[i]);
  };
  std::sort(rows.begin(), rows.end(), [&](auto a, auto b) { return key(a) < key(b); });
  rows.resize(std::min(rows.size(), count));
  std::vector<std::uint64_t> ids;
  for (const std::size_t row : rows) ids.push_back(t.id[row]);
  return ids;
}

std::vector<std::uint64_t> errors(const RunRecord& record, std::size_t count) {
  std::vector<std::uint64_t> ids;
  for (const std::size_t row : root_rows(record)) {
    if (ids.size() == count) break;
    const std::uint16_t code = record.requests.code[row];
    if (code == 0 || code >= 400) ids.push_back(record.requests.id[row]);
  }
  return ids;
}

}  // namespace mesh
