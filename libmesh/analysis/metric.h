// One number of a run by name, as thresholds and comparisons ask for it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libmesh/analysis/interval.h"
#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// "ms" for times, "1/s" for rates, "" for shares and counts.
struct Measure {
  double value = 0;
  std::string_view unit;
};

/// p50 p90 p99 p999 mean max (ms), error_rate (0 … 1), rps goodput (1/s), retries (a count; of
/// replications that were added up: per run).
std::span<const std::string_view> metric_names();

/// A metric of one edge, of one load, or of all loads when both texts are empty; `retries` without
/// an edge is that of all edges. Nothing when the metric, the edge or the load is unknown. An edge
/// that is known but carried no request has zeros.
std::optional<Measure> evaluate(const RunRecord& record, std::string_view metric,
                                std::string_view edge = {}, std::string_view load = {});

/// The mean of the metric over replications with its 95 % interval; nothing when one lacks it.
std::optional<Interval> evaluate_runs(std::span<const std::shared_ptr<const RunRecord>> runs,
                                      std::string_view metric, std::string_view edge = {},
                                      std::string_view load = {});

/// Rows of RunRecord::edges that "source->destination" means. The source is a workload: by name,
/// name.namespace, or name without its version ("reviews" for reviews-v2); "ingress" is Istio's
/// stock ingress gateway. The destination is a service by its first label or its leading labels
/// ("reviews", "reviews.default"), or a workload by the same rule as the source. "*" or nothing is
/// anything.
std::vector<std::uint32_t> matching_edges(const RunRecord& record, std::string_view edge);

/// "productpage-v1->reviews.default.svc.cluster.local->reviews-v2", with "-" for what is not known.
std::string edge_text(const RunRecord& record, const Edge& edge);

}  // namespace mesh
