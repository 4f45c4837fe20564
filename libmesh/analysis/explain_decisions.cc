// Lines of a story about picks and retries.
#include "libmesh/analysis/explain_decisions.h"

#include <fmt/format.h>

#include "libmesh/analysis/story_text.h"

namespace mesh {

namespace {

std::string pod(const RunRecord& record, EndpointId id) {
  return name_or(record.names.endpoints, id, "no host");
}

/// "a (2 active) against b (0 active)", "a twice (2 active)".
std::string candidates(const RunRecord& record, const std::vector<HostCompared>& compared) {
  if (compared.size() == 2 && compared[0].host == compared[1].host) {
    return fmt::format("{} twice ({} active)", pod(record, compared[0].host), compared[0].active);
  }
  std::string text;
  for (const HostCompared& candidate : compared) {
    if (!text.empty()) text += compared.size() == 2 ? " against " : ", ";
    text += fmt::format("{} ({} active)", pod(record, candidate.host), candidate.active);
  }
  return text;
}

std::string reason(const RunRecord& record, const HostPicked& pick,
                   const std::vector<HostCompared>& compared) {
  if (pick.by == PickedBy::OwnApplication) return {};
  if (!pick.host.valid()) {
    if (pick.members == 0) return "no host: the cluster has no endpoints";
    return fmt::format("no host: none of {} may be picked", pick.members);
  }
  const bool all = pick.hosts >= pick.members;
  std::string text = all ? "the only host" : fmt::format("the only one of {} hosts", pick.members);
  if (pick.hosts > 1) {
    const std::string hosts = all ? fmt::format("{} hosts", pick.hosts)
                                  : fmt::format("{} of {} hosts", pick.hosts, pick.members);
    if (!compared.empty()) {
      text =
          fmt::format("{} of {} drew {}", to_string(pick.by), hosts, candidates(record, compared));
    } else if (pick.by == PickedBy::Random) {
      text = "one of " + hosts + " at random";
    } else {
      text = fmt::format("{}{} over {}", to_string(pick.by), pick.scheduled ? " by weight" : "",
                         hosts);
    }
  }
  if (pick.panic) text += ", in panic: unhealthy ones, too";
  if (pick.priority > 0) text += fmt::format(", priority {}", pick.priority);
  if (pick.tried > 0) text += fmt::format("; {} tried before", pick.tried);
  if (pick.weights > 0) {
    text += fmt::format("; the cluster has weight {} of {}", pick.weight, pick.weights);
  }
  return text;
}

bool is_limited(const Fill& fill) {
  return fill.most != Fill{}.most;
}

void add_fill(std::string& text, const char* what, const Fill& fill) {
  if (!is_limited(fill)) return;
  text += fmt::format("{}{} {} of {}{}", text.empty() ? "limits: " : ", ", what, fill.now,
                      fill.most, fill.now >= fill.most ? " (full)" : "");
}

std::string limits(const HostPicked& pick) {
  std::string text;
  add_fill(text, "connections", pick.connections);
  add_fill(text, "pending", pick.pending);
  add_fill(text, "requests", pick.requests);
  add_fill(text, "retries", pick.retries);
  const std::uint32_t open = pick.idle + pick.busy + pick.connecting;
  if (!pick.host.valid() || (text.empty() && (pick.idle > 0 || open == 0))) return text;
  text += text.empty() ? "" : "; ";
  if (open == 0) return text + fmt::format("worker {} has no connection to it", pick.worker);
  return text + fmt::format("connections of worker {} to it: {} idle, {} busy, {} connecting",
                            pick.worker, pick.idle, pick.busy, pick.connecting);
}

std::string timers(const HostPicked& pick) {
  std::string text;
  if (pick.timeout.ns > 0) {
    text = "timers: " + duration_text(pick.timeout) + " in all";
    if (pick.timeout_left < pick.timeout) {
      text += ", " + duration_text(pick.timeout_left) + " left";
    }
  }
  if (pick.per_try.ns > 0) {
    text += (text.empty() ? "timers: " : ", ") + duration_text(pick.per_try) + " for this try";
  }
  if (pick.expected_ms > 0) {
    text += fmt::format("; x-envoy-expected-rq-timeout-ms: {}", pick.expected_ms);
  }
  return text;
}

}  // namespace

std::vector<std::string> pick_lines(const RunRecord& record, const HostPicked& pick,
                                    const std::vector<HostCompared>& compared) {
  std::vector<std::string> lines;
  for (std::string line : {reason(record, pick, compared), limits(pick), timers(pick)}) {
    if (!line.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

bool is_tight(const HostPicked& pick) {
  for (const Fill& fill : {pick.connections, pick.pending, pick.requests, pick.retries}) {
    if (fill.now >= fill.most) return true;
  }
  return pick.idle == 0 && pick.busy + pick.connecting > 0;
}

std::string decision_text(const RetryDecided& decision, Details outcome) {
  const Fill& retries = decision.retries;
  switch (decision.decision) {
    case RetryDecision::NotWanted:
      return outcome == Details::Overflow ? "no retry: an overflow is never tried again"
                                          : "no retry: no condition of the policy holds";
    case RetryDecision::LimitExceeded:
      return "no retry: none is left (URX)";
    case RetryDecision::Overflow:
      return fmt::format("no retry: {} of {} are out (UO)", retries.now, retries.most);
    case RetryDecision::Retried:
      break;
  }
  std::string text = "retry after a back-off of " + duration_text(decision.backoff);
  text += decision.asked ? ", as the answer asks for " + duration_text(decision.window)
                         : ", drawn from 0 to " + duration_text(decision.window);
  text += decision.remaining == 0 ? "; the last one"
                                  : fmt::format("; {} more left", decision.remaining);
  if (is_limited(retries)) text += fmt::format("; {} of {} are out", retries.now, retries.most);
  return text;
}

}  // namespace mesh
