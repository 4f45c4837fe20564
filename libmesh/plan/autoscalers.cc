// HorizontalPodAutoscalers resolved to workloads, with the pods that they may make.
#include "libmesh/plan/autoscalers.h"

#include <algorithm>

#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

using Source = k8s::AutoscalerMetric::Source;

PodMetric metric_of(const k8s::AutoscalerMetric& metric) {
  if (metric.source == Source::Resource && metric.name == "cpu") return PodMetric::Cpu;
  if (metric.source != Source::Pods) return PodMetric::Unknown;
  if (metric.name == "http_requests_in_flight") return PodMetric::InFlight;
  if (metric.name == "http_requests_per_second") return PodMetric::RequestRate;
  return PodMetric::Unknown;
}

/// What a pod asks for: the sum over its containers, 0 when one of them asks for nothing. A limit
/// alone is the request too, as the API server fills it in.
std::int64_t cpu_request(const k8s::Workload& workload) {
  std::int64_t sum = 0;
  for (const k8s::Container& container : workload.containers) {
    const std::int64_t own =
        container.cpu_request_milli > 0 ? container.cpu_request_milli : container.cpu_limit_milli;
    if (own == 0) return 0;
    sum += own;
  }
  return sum;
}

std::string path_of(const k8s::HorizontalPodAutoscaler& hpa) {
  return "HorizontalPodAutoscaler/" + hpa.metadata.name;
}

void warn_of_metrics(Draft& draft, const k8s::HorizontalPodAutoscaler& hpa,
                     std::int64_t request_milli) {
  for (const k8s::AutoscalerMetric& metric : hpa.metrics) {
    const PodMetric known = metric_of(metric);
    if (known == PodMetric::Unknown) {
      draft.warning(plan_code::no_metric, metric.place, path_of(hpa) + ": spec.metrics",
                    "nobody serves the metric \"" + metric.name + "\": it never has a value",
                    "there are cpu, http_requests_in_flight and http_requests_per_second");
    } else if (known == PodMetric::Cpu && request_milli == 0 &&
               metric.target.kind == MetricTarget::Kind::Utilization) {
      draft.warning(plan_code::no_metric, hpa.place, path_of(hpa) + ": spec.metrics",
                    "a container of " + hpa.target_name +
                        " requests no cpu: its utilization is unknown and nothing is scaled by it",
                    "give every container resources.requests.cpu");
    }
  }
}

void close(Plan& plan, const std::string& name, Instant at) {
  for (AutoscalerPlan& autoscaler : plan.autoscalers) {
    if (autoscaler.name == name && autoscaler.to == never) autoscaler.to = at;
  }
}

void add(Draft& draft, const VersionInput& version, const k8s::HorizontalPodAutoscaler& hpa,
         const std::string& name) {
  const k8s::Workload* target =
      find_workload(version.resources, hpa.target_name, hpa.metadata.name_space);
  if (target == nullptr) {
    draft.error(plan_code::unknown_workload, hpa.place, path_of(hpa) + ": spec.scaleTargetRef",
                "there is no workload \"" + hpa.target_name + "\" in " + hpa.metadata.name_space);
    return;
  }
  AutoscalerPlan plan;
  plan.name = name;
  plan.workload = draft.workload(hpa.target_name, hpa.metadata.name_space);
  plan.from = version.at;
  plan.config = hpa.config;
  plan.cpu_request_milli = cpu_request(*target);
  for (const k8s::AutoscalerMetric& metric : hpa.metrics) {
    plan.metrics.push_back({metric_of(metric), metric.target});
  }
  for (const AutoscalerPlan& other : draft.plan.autoscalers) {
    if (other.workload != plan.workload || other.to <= plan.from) continue;
    draft.error(plan_code::second_autoscaler, hpa.place, path_of(hpa) + ": spec.scaleTargetRef",
                hpa.target_name + " has an autoscaler already, " + other.name,
                "put all metrics into one of them");
    return;
  }
  warn_of_metrics(draft, hpa, plan.cpu_request_milli);
  WorkloadPlan& workload = draft.plan.workloads[plan.workload];
  workload.reserved = std::max(workload.reserved, hpa.config.max_replicas);
  draft.plan.autoscalers.push_back(std::move(plan));
}

}  // namespace

void plan_autoscalers(Draft& draft, const std::vector<VersionInput>& versions) {
  for (std::size_t v = 0; v < versions.size(); ++v) {
    for (const k8s::HorizontalPodAutoscaler& hpa : versions[v].resources.autoscalers) {
      const std::string name = hpa.metadata.name + "." + hpa.metadata.name_space;
      if (v > 0) {
        const auto& before = versions[v - 1].resources.autoscalers;
        if (std::find(before.begin(), before.end(), hpa) != before.end()) continue;
        close(draft.plan, name, versions[v].at);
      }
      add(draft, versions[v], hpa, name);
    }
  }
}

}  // namespace mesh
