// Autoscalers at work: what the pods have used, how many there are to be.
#include <algorithm>

#include "libmesh/engine/engine.h"

namespace mesh {

namespace {

/// Several of the autoscaler's periods may have passed for a pod that was not measured meanwhile.
std::int64_t per_second(std::uint64_t amount, Duration window) {
  constexpr std::uint64_t milli_per_ns = 1'000'000'000'000;
  if (window.ns <= 0) return 0;
  return static_cast<std::int64_t>(static_cast<unsigned __int128>(amount) * milli_per_ns /
                                   static_cast<std::uint64_t>(window.ns));
}

}  // namespace

/// Meters for the pods, where an autoscaler of the plan reads them.
void Engine::meter_pods() {
  world_.autoscalers.resize(plan_->autoscalers.size());
  plain_work_ = plan_->autoscalers.empty() && world_.meters.empty() && world_.processors.empty() &&
                world_.lives.empty();
  if (plan_->autoscalers.empty() || !world_.meters.empty()) return;
  world_.meters.resize(plan_->endpoints.size());
  for (Meter& meter : world_.meters) meter = {.at = now(), .started = long_ago, .ready = long_ago};
}

void Engine::spend(Meter& meter) const {
  meter.cpu_ns += meter.working * static_cast<std::uint64_t>(elapsed(meter.at, now()).ns);
  meter.at = now();
}

/// The frame begins to use a core of its own.
void Engine::begin_work(std::uint32_t id) {
  Frame& frame = world_.frames[id];
  Meter& meter = world_.meters[world_.visits[frame.visit].endpoint];
  spend(meter);
  ++meter.working;
  frame.metered = true;
}

void Engine::end_work(EndpointId endpoint) {
  Meter& meter = world_.meters[endpoint];
  spend(meter);
  --meter.working;
}

/// A new process: what the metrics knew of the pod is void.
void Engine::restart_meter(EndpointId endpoint, bool is_new) {
  if (world_.meters.empty()) return;
  Meter& meter = world_.meters[endpoint];
  meter.measured = false;
  meter.ready = now();
  if (is_new) meter.started = now();
}

/// The window of the metrics ends, the next one begins.
void Engine::read_meters(WorkloadId id) {
  const WorkloadPlan& workload = plan_->workloads[id];
  for (std::uint32_t i = 0; i < workload.reserved; ++i) {
    const EndpointId endpoint{workload.first_endpoint.value + i};
    Meter& meter = world_.meters[endpoint];
    const EndpointState& pod = world_.endpoints[endpoint];
    if (!world_.processors.empty() && workload.processor.cores > 0) advance_processor(endpoint);
    spend(meter);
    meter.cpu_before = meter.cpu_ns;
    meter.received_before = pod.received;
    meter.measured = pod.exists && pod.crashes == 0;
    meter.read_at = now();
  }
}

/// What the controller sees of the pods: their metrics are averages since the last look, requests
/// in flight those of this instant.
std::vector<PodStatus> Engine::statuses(const AutoscalerPlan& plan, PodMetric metric) {
  std::vector<PodStatus> pods;
  const WorkloadPlan& workload = plan_->workloads[plan.workload];
  for (std::uint32_t i = 0; i < workload.reserved; ++i) {
    const EndpointId endpoint{workload.first_endpoint.value + i};
    const EndpointState& pod = world_.endpoints[endpoint];
    if (!pod.exists) continue;
    Meter& meter = world_.meters[endpoint];
    if (!world_.processors.empty() && workload.processor.cores > 0) advance_processor(endpoint);
    spend(meter);
    const Duration window = elapsed(meter.read_at, now());
    const bool starts = !world_.lives.empty() && world_.lives[endpoint].down &&
                        world_.lives[endpoint].restarts == 0;
    PodStatus status{.pending = starts,
                     .ready = pod.crashes == 0,
                     .started = meter.started,
                     .ready_changed = meter.ready,
                     .measured = meter.measured && metric != PodMetric::Unknown,
                     .measured_at = now(),
                     .window = window,
                     .request = plan.cpu_request_milli};
    if (metric == PodMetric::InFlight) {
      status.value = std::int64_t{1000} * pod.in_flight;
    } else if (metric == PodMetric::Cpu) {
      status.value = per_second(meter.cpu_ns - meter.cpu_before, window) / 1'000'000'000;
    } else {
      status.value = per_second(pod.received - meter.received_before, window);
    }
    pods.push_back(status);
  }
  return pods;
}

void Engine::schedule_autoscalers(std::uint32_t first) {
  for (std::uint32_t a = first; a < plan_->autoscalers.size(); ++a) {
    push(std::max(plan_->autoscalers[a].from, now()), EventKind::AutoscaleTick, a);
  }
}

void Engine::on_autoscale(std::uint32_t index) {
  const AutoscalerPlan& plan = plan_->autoscalers[index];
  if (now() >= plan.to) return;
  push(now() + plan.config.sync_period, EventKind::AutoscaleTick, index);
  if (now() == plan.from) return read_meters(plan.workload);  // a window has to pass first
  const std::uint32_t current = world_.workloads[plan.workload].replicas;
  std::vector<std::optional<std::uint32_t>> asked;
  for (const AutoscalerMetricPlan& metric : plan.metrics) {
    const std::vector<PodStatus> pods = statuses(plan, metric.metric);
    asked.push_back(replicas_for(plan.config, metric.target, metric.metric == PodMetric::Cpu, pods,
                                 current, now()));
  }
  read_meters(plan.workload);
  const std::uint32_t wanted =
      reconcile(plan.config, world_.autoscalers[index], current, largest(asked, current), now());
  if (wanted == current) return;
  recorder_.note({.at = now(),
                  .what = EventNote::Autoscale,
                  .proxy_workload = plan.workload,
                  .detail = wanted});
  scale(plan.workload, wanted);
}

}  // namespace mesh
