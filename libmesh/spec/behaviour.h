// How services behave: what Istio YAML cannot say about the applications.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libmesh/base/action.h"
#include "libmesh/base/distribution.h"
#include "libmesh/policy/call_retry.h"
#include "libmesh/policy/concurrency_limit.h"
#include "libmesh/policy/pace.h"
#include "libmesh/policy/processor_sharing.h"
#include "libmesh/policy/queue_discipline.h"
#include "libmesh/spec/call_guards.h"
#include "libmesh/spec/istio/virtual_service.h"
#include "libmesh/spec/stores.h"

namespace mesh {

enum class OnError : std::uint8_t { Fail, Ignore };

/// A count that is left "unlimited".
inline constexpr std::uint32_t no_limit = 0xffffffffu;

/// A request that something sends: by a load or by a call step. `{i}` in path and header values
/// is the number of the request, `{i%K}` that modulo K.
struct RequestSpec {
  std::string method = "GET", path = "/";
  std::string authority;  // Host header; filled from the service when empty
  std::vector<std::pair<std::string, std::string>> headers;
  std::uint64_t body_bytes = 0;
  bool operator==(const RequestSpec&) const = default;
};

/// How an application, or a user, tries again what has failed.
struct RetrySpec {
  std::uint32_t attempts = 2;  // after the first try; or no_limit
  bool on_timeout = true, on_5xx = true;
  std::vector<std::uint16_t> on_statuses;  // beside these
  CallBackoff backoff;
  std::optional<Distribution> pause;  // instead of the back-off
  std::optional<CallBudget> budget;   // of each pod, or of the whole load
  bool operator==(const RetrySpec&) const = default;
};

struct CallStep {
  std::string service;  // name, name.namespace or fully qualified; ":port" allowed
  RequestSpec request;
  std::optional<Duration> timeout;      // the application hangs up on its sidecar
  OnError on_error = OnError::Fail;     // "degrade" in the grammar is Ignore
  std::uint16_t status_on_error = 500;  // 0 = same as the failed call's
  bool waits = true;                    // false: the next step follows at once
  std::optional<RetrySpec> retry;
  CallGuards guards;
  Place place;
  bool operator==(const CallStep&) const = default;
};
/// CPU or I/O time on the worker that serves the request.
struct WorkStep {
  Distribution time;
  bool operator==(const WorkStep&) const = default;
};
/// Waiting that keeps the worker, like a blocking sleep.
struct SleepStep {
  Distribution time;
  bool operator==(const SleepStep&) const = default;
};
struct ParallelStep;
struct RepeatStep;
struct ChooseStep;
struct CacheStep;
struct WithStep;
/// A message to a topic; nobody waits for it.
struct PublishStep {
  std::string topic;
  Place place;
  bool operator==(const PublishStep&) const = default;
};
using Step = std::variant<WorkStep, SleepStep, CallStep, ParallelStep, RepeatStep, ChooseStep,
                          CacheStep, WithStep, PublishStep>;
using Script = std::vector<Step>;
/// All branches start together; done when all are, or when enough have succeeded: then the others
/// are cancelled.
struct ParallelStep {
  std::vector<Script> branches;
  std::uint32_t wait_for = 0;  // branches that must succeed; 0 = all must end, and all succeed
  bool operator==(const ParallelStep&) const;
};
/// Again and again: at most `times`, and before each round only with a chance.
struct RepeatStep {
  std::uint32_t times = no_limit;
  double chance = 1.0;
  Script script;
  bool operator==(const RepeatStep&) const;
};
struct Choice {
  double weight = 1.0;
  Script script;
  bool operator==(const Choice&) const;
};
/// One of the scripts, at random by weight.
struct ChooseStep {
  std::vector<Choice> choices;
  bool operator==(const ChooseStep&) const;
};

/// Look-aside: what a hit does, what a miss does.
struct CacheStep {
  std::string cache;
  KeySpec key;
  Script hit, miss;
  CacheFill fill = CacheFill::Always;
  bool coalesce = false;  // one fetches a key, others who miss it meanwhile wait for it
  Place place;
  bool operator==(const CacheStep&) const;
};
/// Steps that need a connection of a pool.
struct WithStep {
  std::string pool;
  std::optional<Duration> wait;  // absent: the pool's
  Script script;
  Place place;
  bool operator==(const WithStep&) const;
};

/// The numbers first … last, both included, counting from 1.
struct CountRange {
  std::uint64_t first = 1, last = 0xffffffffffffffffu;
  bool operator==(const CountRange&) const = default;
};

/// When a rule holds; all conditions that are given must.
struct Condition {
  std::optional<Duration> after, before;  // arrival at the instance: after <= t < before
  std::vector<CountRange> nth;            // of the requests that the instance has received
  std::uint32_t cycle_of = 0;             // ((nth - 1) mod cycle_of) + 1 is one of cycle_at
  std::vector<std::uint32_t> cycle_at;
  /// Exact values as received; x-envoy-attempt-count is the number of the attempt.
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> path;  // exact, as received, with its query
  std::optional<double> chance;     // uniform(chance_seed, nth - 1) < chance
  std::uint64_t chance_seed = 0;
  bool operator==(const Condition&) const = default;
};

/// What an answer is made of; absent parts stay those of the handler or workload.
struct AnswerSpec {
  std::optional<Distribution> time;
  std::optional<Script> script;
  std::optional<std::uint16_t> status;
  std::optional<std::vector<std::pair<std::string, std::string>>> headers;
  std::optional<std::uint64_t> body_bytes;
  std::optional<Distribution> stream;
  std::optional<Action> action;
  bool operator==(const AnswerSpec&) const = default;
};

/// The first rule whose conditions hold replaces the parts that it names.
struct RuleSpec {
  Condition when;
  AnswerSpec then;
  Place place;
  bool operator==(const RuleSpec&) const = default;
};

/// A time in which the port of the instances is closed. Established connections are closed with
/// FIN unless they are kept.
struct DownSpec {
  Duration from{0};
  std::optional<Duration> to;  // absent = for ever
  bool drop = false;           // SYNs are ignored instead of refused
  bool keep_connections = false;
  Place place;
  bool operator==(const DownSpec&) const = default;
};

/// A limit that a rate limit service keeps over all its pods: so many requests in each span of
/// time, counted from the start of the run as the service's clock would.
struct ServiceLimitSpec {
  std::string domain;  // empty = any
  /// Entries of the descriptor, in order; one with an empty value takes any and counts each apart.
  std::vector<std::pair<std::string, std::string>> descriptor;
  std::uint64_t requests = 0;
  Duration per = seconds(1);
  Place place;
  bool operator==(const ServiceLimitSpec&) const = default;
};

/// Which side of a workload's traffic passes a proxy.
enum class SidecarSides : std::uint8_t { None, Both, OutboundOnly, InboundOnly };

struct HandlerSpec {
  std::string name;
  std::optional<istio::StringMatch> path, method;  // absent = any
  istio::NamedMatches headers;
  std::optional<Distribution> time;  // before the script's first step
  std::optional<Script> script;
  std::optional<double> error_rate;  // share 0 … 1 of answers with error_status
  std::uint16_t error_status = 500;
  std::uint16_t status = 200;
  Action action = Action::Respond;
  std::vector<std::pair<std::string, std::string>> response_headers;
  std::uint64_t response_bytes = 0;
  std::optional<Distribution> stream;     // how long the body flows after the headers
  std::optional<std::uint32_t> priority;  // absent: the workload's
  std::vector<RuleSpec> rules;            // before the workload's own
  Place place;
  bool operator==(const HandlerSpec&) const = default;
};

/// Bytes that a pod needs.
struct MemorySpec {
  std::uint64_t base = 0, per_request = 0;
  bool operator==(const MemorySpec&) const = default;
};

/// Times in which a pod's process stands still.
struct PausesSpec {
  Distribution every, lasting;
  bool operator==(const PausesSpec&) const = default;
};

struct WorkloadBehaviour {
  std::string workload;                  // name or name.namespace
  std::optional<std::uint32_t> workers;  // requests served at the same time; 0 = unlimited
  std::optional<std::uint32_t> queue;    // waiting places; 0xffffffff = unlimited
  QueueDiscipline discipline;            // of the queue
  std::optional<Distribution> patience;  // how long a request waits; absent = for ever
  std::uint32_t priority = 0;            // class of its requests; 0 goes first
  ProcessorConfig processor;             // cores that the work of a pod shares
  std::uint16_t overflow_status = 503;
  std::optional<bool> cancel;        // true: work stops when the caller gives up
  bool obeys_deadlines = false;      // and its calls carry them on
  std::optional<Distribution> time;  // handlers that name none use it
  std::optional<Script> script;
  std::optional<double> error_rate;
  std::uint16_t error_status = 500;
  std::uint16_t status = 200;
  Action action = Action::Respond;
  std::vector<std::pair<std::string, std::string>> response_headers;
  std::uint64_t response_bytes = 0;
  std::optional<Distribution> stream;
  std::vector<HandlerSpec> handlers;     // first match wins; none matches = the workload's own
  std::vector<RuleSpec> rules;           // after those of the handler
  std::vector<ServiceLimitSpec> limits;  // of a rate limit service: the first that fits counts
  LimiterConfig limiter;                 // of the requests in progress in each pod
  std::vector<DownSpec> downs;
  std::optional<bool> sidecar;           // absent: by Istio's injection rules
  std::optional<SidecarSides> sides;     // absent: both sides, or none, as `sidecar` says
  std::string locality;                  // "region/zone/subzone"; empty = the default one
  std::optional<Distribution> start_up;  // from scheduled to ready; absent: at once
  std::optional<WarmUp> warm_up;
  std::optional<MemorySpec> memory;
  std::optional<PausesSpec> pauses;
  std::optional<Slowdown> slowdown;
  std::optional<std::uint32_t> concurrency;  // proxy worker threads; absent: the platform's
  Place place;
  bool operator==(const WorkloadBehaviour&) const = default;
};

struct BehaviourDefaults {
  std::uint32_t workers = 32, queue = 1024;
  Distribution time = Distribution(Lognormal{milliseconds(5), 1.0});
  bool operator==(const BehaviourDefaults&) const = default;
};

}  // namespace mesh
