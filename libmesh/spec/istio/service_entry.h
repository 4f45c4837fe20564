// Istio ServiceEntry and WorkloadEntry as the user wrote them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "libmesh/spec/resource.h"

namespace mesh::istio {

struct EntryPort {
  std::uint32_t number = 0;
  std::string name, protocol;     // protocol as written
  std::uint32_t target_port = 0;  // 0 = number
  Place place;
  bool operator==(const EntryPort&) const = default;
};

/// A WorkloadEntry's spec, alone or as an endpoint of a ServiceEntry.
struct EntryEndpoint {
  std::string address;
  std::vector<std::pair<std::string, std::uint32_t>> ports;  // by name of the service's port
  Labels labels;
  std::string locality;      // "region/zone/subzone"
  std::uint32_t weight = 0;  // 0 = unset, which counts as 1
  Place place;
  bool operator==(const EntryEndpoint&) const = default;
};

enum class Resolution : std::uint8_t { None, Static, Dns, DnsRoundRobin, DynamicDns };

struct ServiceEntry {
  Metadata metadata;
  std::vector<std::string> hosts;
  std::vector<EntryPort> ports;
  Resolution resolution = Resolution::None;
  bool internal = false;  // location: MESH_INTERNAL
  std::vector<EntryEndpoint> endpoints;
  Labels workload_selector;
  std::vector<std::string> export_to;
  Place place;
  bool operator==(const ServiceEntry&) const = default;
};

struct WorkloadEntry {
  Metadata metadata;
  EntryEndpoint endpoint;
  Place place;
  bool operator==(const WorkloadEntry&) const = default;
};

}  // namespace mesh::istio
