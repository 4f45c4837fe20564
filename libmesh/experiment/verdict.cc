// Verdicts: a metric of the record against the bounds of a threshold.
#include "libmesh/experiment/verdict.h"

#include "libmesh/analysis/metric.h"

namespace mesh {

namespace {

std::string text_of(const ThresholdSpec& t, const std::string& of) {
  std::string text = t.metric;
  if (!of.empty()) text += " of " + of;
  if (t.min && t.max) return text + " in " + t.min_text + " … " + t.max_text;
  if (t.min) return text + " ≥ " + t.min_text;
  return text + " ≤ " + t.max_text;
}

}  // namespace

std::vector<Verdict> judge(const RunRecord& record, const std::vector<ThresholdSpec>& thresholds) {
  std::vector<Verdict> verdicts;
  for (const ThresholdSpec& t : thresholds) {
    Verdict verdict;
    verdict.metric = t.metric;
    verdict.of = t.edge.empty() ? t.load : t.edge;
    verdict.text = text_of(t, verdict.of);
    if (const auto measure = evaluate(record, t.metric, t.edge, t.load)) {
      verdict.value = measure->value;
      verdict.unit = measure->unit;
      verdict.ok = !(t.min && measure->value < *t.min) && !(t.max && measure->value > *t.max);
    }
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace mesh
