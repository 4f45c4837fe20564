// The Kubernetes objects that shape a mesh: services, workloads, namespaces, identities.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmesh/policy/horizontal_autoscaler.h"
#include "libmesh/spec/resource.h"

namespace mesh::k8s {

struct ServicePort {
  std::string name;
  std::uint32_t port = 0;
  std::string target_port;  // number or name of a container port; empty = port
  std::string protocol = "TCP";
  std::string app_protocol;
  Place place;
  bool operator==(const ServicePort&) const = default;
};

struct Service {
  Metadata metadata;
  Labels selector;
  std::vector<ServicePort> ports;
  std::string type = "ClusterIP";
  std::string cluster_ip;  // "None" = headless
  std::string external_name;
  std::string traffic_distribution;
  Place place;
  bool operator==(const Service&) const = default;
};

struct ContainerPort {
  std::string name;
  std::uint32_t container_port = 0;
  bool operator==(const ContainerPort&) const = default;
};

struct Container {
  std::string name;
  std::vector<ContainerPort> ports;
  std::int64_t cpu_limit_milli = 0, cpu_request_milli = 0;  // 0 = none
  std::int64_t memory_limit_bytes = 0, memory_request_bytes = 0;
  bool operator==(const Container&) const = default;
};

enum class WorkloadKind : std::uint8_t { Deployment, StatefulSet, Pod };

/// A Deployment, StatefulSet or bare Pod: a set of equal pods.
struct Workload {
  WorkloadKind kind = WorkloadKind::Deployment;
  Metadata metadata;
  std::uint32_t replicas = 1;
  Labels match_labels;  // spec.selector.matchLabels
  Labels pod_labels;
  Labels pod_annotations;
  std::string service_account = "default";
  std::vector<Container> containers;
  bool host_network = false;
  std::string first_address;  // of pod 0, the others follow; empty = made up
  Place place;
  bool operator==(const Workload&) const = default;
};

struct Namespace {
  Metadata metadata;
  Place place;
  bool operator==(const Namespace&) const = default;
};

struct ServiceAccount {
  Metadata metadata;
  Place place;
  bool operator==(const ServiceAccount&) const = default;
};

/// One metric of an autoscaler.
struct AutoscalerMetric {
  enum class Source : std::uint8_t { Resource, Pods, Other };
  Source source = Source::Resource;
  std::string name = "cpu";  // of the resource or the metric
  MetricTarget target;       // thousandths, or bytes for memory
  Place place;
  bool operator==(const AutoscalerMetric&) const = default;
};

struct HorizontalPodAutoscaler {
  Metadata metadata;
  std::string target_kind, target_name;
  AutoscalerConfig config;
  std::vector<AutoscalerMetric> metrics;  // empty in the file = 80 % of the requested CPU
  Place place;
  bool operator==(const HorizontalPodAutoscaler&) const = default;
};

}  // namespace mesh::k8s
