// The facts of a record that are kept as they were stated, member by member.
#pragma once

#include <cstdint>
#include <type_traits>

#include "libmesh/telemetry/run_record.h"

namespace mesh::python {

/// A flag or an enumerator as the byte that it is.
template <class T>
auto& byte(T& value) {
  static_assert(sizeof(T) == 1);
  using Byte = std::conditional_t<std::is_const_v<T>, const std::uint8_t, std::uint8_t>;
  return reinterpret_cast<Byte&>(value);
}

/// Calls visit("picks", "host", vector, get) for every member of every fact, where get(item) refers
/// to the number in the item. The first column of each table is "request". `Record` may be const.
template <class Record, class Visit>
void visit_facts(Record& r, Visit&& visit) {
  const auto pick = [&](const char* name, auto get) { visit("picks", name, r.picks, get); };
  pick("request", [](auto& p) -> auto& { return p.request; });
  pick("number", [](auto& p) -> auto& { return p.number; });
  pick("host", [](auto& p) -> auto& { return p.host.value; });
  pick("by", [](auto& p) -> auto& { return byte(p.by); });
  pick("panic", [](auto& p) -> auto& { return byte(p.panic); });
  pick("scheduled", [](auto& p) -> auto& { return byte(p.scheduled); });
  pick("priority", [](auto& p) -> auto& { return p.priority; });
  pick("hosts", [](auto& p) -> auto& { return p.hosts; });
  pick("members", [](auto& p) -> auto& { return p.members; });
  pick("tried", [](auto& p) -> auto& { return p.tried; });
  pick("weight", [](auto& p) -> auto& { return p.weight; });
  pick("weights", [](auto& p) -> auto& { return p.weights; });
  pick("worker", [](auto& p) -> auto& { return p.worker; });
  pick("idle", [](auto& p) -> auto& { return p.idle; });
  pick("busy", [](auto& p) -> auto& { return p.busy; });
  pick("connecting", [](auto& p) -> auto& { return p.connecting; });
  pick("connections", [](auto& p) -> auto& { return p.connections.now; });
  pick("connections_max", [](auto& p) -> auto& { return p.connections.most; });
  pick("pending", [](auto& p) -> auto& { return p.pending.now; });
  pick("pending_max", [](auto& p) -> auto& { return p.pending.most; });
  pick("requests", [](auto& p) -> auto& { return p.requests.now; });
  pick("requests_max", [](auto& p) -> auto& { return p.requests.most; });
  pick("retries", [](auto& p) -> auto& { return p.retries.now; });
  pick("retries_max", [](auto& p) -> auto& { return p.retries.most; });
  pick("timeout_ns", [](auto& p) -> auto& { return p.timeout.ns; });
  pick("timeout_left_ns", [](auto& p) -> auto& { return p.timeout_left.ns; });
  pick("per_try_ns", [](auto& p) -> auto& { return p.per_try.ns; });
  pick("expected_ms", [](auto& p) -> auto& { return p.expected_ms; });

  const auto compared = [&](const char* name, auto get) {
    visit("compared", name, r.compared, get);
  };
  compared("request", [](auto& c) -> auto& { return c.request; });
  compared("number", [](auto& c) -> auto& { return c.number; });
  compared("host", [](auto& c) -> auto& { return c.host.value; });
  compared("active", [](auto& c) -> auto& { return c.active; });

  const auto decision = [&](const char* name, auto get) {
    visit("decisions", name, r.decisions, get);
  };
  decision("request", [](auto& d) -> auto& { return d.request; });
  decision("at_ns", [](auto& d) -> auto& { return d.at.ns; });
  decision("number", [](auto& d) -> auto& { return d.number; });
  decision("decision", [](auto& d) -> auto& { return byte(d.decision); });
  decision("asked", [](auto& d) -> auto& { return byte(d.asked); });
  decision("backoff_ns", [](auto& d) -> auto& { return d.backoff.ns; });
  decision("window_ns", [](auto& d) -> auto& { return d.window.ns; });
  decision("remaining", [](auto& d) -> auto& { return d.remaining; });
  decision("retries", [](auto& d) -> auto& { return d.retries.now; });
  decision("retries_max", [](auto& d) -> auto& { return d.retries.most; });
}

}  // namespace mesh::python
