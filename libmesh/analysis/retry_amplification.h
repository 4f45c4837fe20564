// How retries multiply work on the way down: by edge and by layer of the call graph.
#pragma once

#include <cstdint>
#include <vector>

#include "libmesh/telemetry/run_record.h"

namespace mesh {

struct EdgeAmplification {
  Edge edge;
  std::uint32_t layer = 0;  // 0: leaves a workload that nothing called
  std::uint64_t requests = 0, attempts = 0;
  double factor = 1;  // attempts / requests, at least 1
};

/// All edges of one distance from the load.
struct LayerAmplification {
  std::uint32_t layer = 0;
  std::uint64_t requests = 0, attempts = 0;
  double factor = 1;      // of this layer
  double cumulative = 1;  // product of this and all above: what a retry storm costs at the bottom
};

struct RetryAmplification {
  std::vector<EdgeAmplification> edges;  // in order of RunRecord::edges
  std::vector<LayerAmplification> layers;
};

/// An edge's layer is the shortest distance of its source from the workloads that nothing calls
/// (or, in a mesh of cycles only, from the first one). Edges to one service from one source count
/// together, as a retry may go to another workload of it.
RetryAmplification retry_amplification(const RunRecord& record);

}  // namespace mesh
