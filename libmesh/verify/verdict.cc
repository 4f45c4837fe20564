// The rules of the recordings' README, kind by kind.
#include "libmesh/verify/verdict.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

namespace mesh::verify {
namespace {

/// Rounding of printed numbers must not decide.
constexpr double slack = 1e-6;

struct Tolerance {
  double absolute = 0;
  double relative = 0;  // of the recorded value
};

/// "5%", "20ms", "1pp", "4". Times are converted to the unit of the measure: milliseconds, or
/// seconds when its name has "_s".
Tolerance tolerance_of(const Row& row) {
  char* unit = nullptr;
  const double value = std::strtod(row.tolerance.c_str(), &unit);
  const std::string suffix(unit);
  const bool in_seconds =
      row.measure.find("_s.") != std::string::npos ||
      (row.measure.size() > 2 && row.measure.compare(row.measure.size() - 2, 2, "_s") == 0);
  if (suffix == "%") return {.relative = value / 100};
  if (suffix == "ms") return {.absolute = in_seconds ? value / 1000 : value};
  if (suffix == "us" || suffix == "µs") {
    return {.absolute = in_seconds ? value / 1e6 : value / 1000};
  }
  if (suffix == "s") return {.absolute = in_seconds ? value : value * 1000};
  return {.absolute = value};
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

bool within(double value, double low, double high) {
  const double room = slack * std::max(1.0, std::abs(value));
  return value >= low - room && value <= high + room;
}

bool near(double ours, const Recorded& recorded, const Tolerance& tolerance) {
  const double allowed = tolerance.absolute + tolerance.relative * std::abs(recorded.mean);
  return within(ours, recorded.mean - allowed, recorded.mean + allowed) ||
         within(ours, recorded.min, recorded.max);
}

void judge_exact(RowResult& result) {
  result.holds = true;
  for (const double v : result.ours) {
    result.holds = result.holds && within(v, result.recorded.min, result.recorded.max);
  }
}

void judge_share(const Row& row, const std::vector<Measures>& runs, const Expected& expected,
                 RowResult& result) {
  std::vector<double> shares;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const double requests = runs[i].scalar("requests");
    shares.push_back(requests > 0 ? 100 * result.ours[i] / requests : 0);
  }
  const double requests = expected.scalar("requests").mean;
  const double recorded = requests > 0 ? 100 * result.recorded.mean / requests : 0;
  result.difference = mean_of(shares) - recorded;
  result.holds = std::abs(result.difference) <= tolerance_of(row).absolute + slack;
}

double at_second(const std::vector<double>& series, std::size_t second) {
  return second < series.size() ? series[second] : 0.0;
}

void judge_timeline(const Row& row, const std::vector<Measures>& runs, const Expected& expected,
                    RowResult& result) {
  const auto found = expected.series.find(row.measure);
  const RecordedSeries recorded = found == expected.series.end() ? RecordedSeries{} : found->second;
  std::size_t seconds = recorded.mean.size();
  for (const Measures& run : runs) {
    const auto ours = run.series.find(row.measure);
    if (ours != run.series.end()) seconds = std::max(seconds, ours->second.size());
  }
  const Tolerance tolerance = tolerance_of(row);
  result.holds = true;
  double worst = -1;
  for (std::size_t s = 0; s < seconds; ++s) {
    std::vector<double> values;
    for (const Measures& run : runs) {
      const auto ours = run.series.find(row.measure);
      values.push_back(ours == run.series.end() ? 0.0 : at_second(ours->second, s));
    }
    const Recorded r{.mean = at_second(recorded.mean, s),
                     .sd = 0,
                     .min = at_second(recorded.min, s),
                     .max = at_second(recorded.max, s)};
    const double difference = mean_of(values) - r.mean;
    const bool holds = near(mean_of(values), r, tolerance);
    const double badness = std::abs(difference) + (holds ? 0 : 1e9);
    if (badness > worst) {
      worst = badness;
      result.ours = values;
      result.recorded = r;
      result.difference = difference;
      result.note = holds ? "" : "second " + std::to_string(s);
    }
    result.holds = result.holds && holds;
  }
}

std::string text_of(const SequenceRow& row) {
  return std::to_string(row.code) + " " + row.flags + " x" + std::to_string(row.attempts) + " " +
         row.instances;
}

void judge_sequence(const std::vector<Measures>& runs, const Expected& expected,
                    RowResult& result) {
  result.holds = true;
  result.ours.clear();
  for (const Measures& run : runs) {
    std::size_t agree = 0;
    for (std::size_t i = 0; i < expected.sequence.size(); ++i) {
      const SequenceRow& theirs = expected.sequence[i];
      const SequenceRow ours = i < run.sequence.size() ? run.sequence[i] : SequenceRow{};
      const bool outcome =
          !expected.same_outcomes || (ours.code == theirs.code && ours.flags == theirs.flags &&
                                      ours.attempts == theirs.attempts);
      const bool instances = !expected.same_instances || ours.instances == theirs.instances;
      if (outcome && instances) {
        ++agree;
      } else if (result.note.empty()) {
        result.note =
            "row " + std::to_string(i) + ": " + text_of(ours) + ", Envoy " + text_of(theirs);
      }
    }
    const double share =
        expected.sequence.empty()
            ? 1.0
            : static_cast<double>(agree) / static_cast<double>(expected.sequence.size());
    result.ours.push_back(share);
    result.holds = result.holds && share == 1.0;
  }
  result.recorded = {1, 0, 1, 1};
  result.difference = mean_of(result.ours) - 1.0;
}

}  // namespace

bool is_tolerance(const Row& row) {
  const bool takes_none = row.kind == Kind::Exact || row.kind == Kind::Sequence;
  if (takes_none || row.tolerance.empty()) return true;
  const bool digit = row.tolerance.front() >= '0' && row.tolerance.front() <= '9';
  char* unit = nullptr;
  const double value = std::strtod(row.tolerance.c_str(), &unit);
  if (!digit || !std::isfinite(value)) return false;
  static const std::set<std::string> units = {"", "%", "ms", "us", "µs", "s"};
  const std::string suffix(unit);
  return row.kind == Kind::Share ? suffix == "pp" || suffix.empty() : units.contains(suffix);
}

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::Exact:
      return "exact";
    case Kind::Share:
      return "share";
    case Kind::Mean:
      return "mean";
    case Kind::Quantile:
      return "quantile";
    case Kind::Timeline:
      return "timeline";
    case Kind::Sequence:
      return "sequence";
  }
  return "";
}

RowResult judge(const Row& row, const std::vector<Measures>& runs, const Expected& expected) {
  RowResult result{.measure = row.measure, .kind = row.kind};
  result.tolerance = row.tolerance;
  for (const Measures& run : runs) result.ours.push_back(run.scalar(row.measure));
  result.recorded = expected.scalar(row.measure);
  result.difference = mean_of(result.ours) - result.recorded.mean;
  switch (row.kind) {
    case Kind::Exact:
      judge_exact(result);
      break;
    case Kind::Share:
      judge_share(row, runs, expected, result);
      break;
    case Kind::Mean:
    case Kind::Quantile:
      result.holds = near(mean_of(result.ours), result.recorded, tolerance_of(row));
      break;
    case Kind::Timeline:
      judge_timeline(row, runs, expected, result);
      break;
    case Kind::Sequence:
      judge_sequence(runs, expected, result);
      break;
  }
  return result;
}

}  // namespace mesh::verify
