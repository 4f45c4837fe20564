// Many runs as one question: designs, the order of runs, collecting.
#include "libmesh/experiment/study.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "libmesh/analysis/metric.h"
#include "libmesh/experiment/batch.h"

namespace mesh {

std::vector<DesignPoint> full_grid(const std::vector<Axis>& axes) {
  std::size_t count = 1;
  for (const Axis& axis : axes) count *= axis.values.size();
  std::vector<DesignPoint> points(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t rest = i, block = count;
    for (const Axis& axis : axes) {
      block /= axis.values.size();
      points[i].at.push_back(rest / block);
      points[i].overrides.push_back({axis.path, axis.values[rest / block]});
      rest %= block;
    }
  }
  return points;
}

std::vector<StudyTask> tasks_of(const Study& study) {
  std::size_t longest = 0;
  for (const StudyCell& cell : study.cells) longest = std::max(longest, cell.seeds.size());
  std::vector<StudyTask> tasks;
  for (std::size_t replication = 0; replication < longest; ++replication) {
    for (std::size_t cell = 0; cell < study.cells.size(); ++cell) {
      if (replication < study.cells[cell].seeds.size()) tasks.push_back({cell, replication});
    }
  }
  return tasks;
}

StudyRun answered(const Study& study, const RunRecord& record) {
  StudyRun run{.finished = true, .seed = record.info.seed, .fingerprint = record.info.fingerprint};
  for (const Question& question : study.questions) {
    const auto measure = evaluate(record, question.metric, question.edge, question.load);
    run.answers.push_back(measure ? measure->value : std::numeric_limits<double>::quiet_NaN());
  }
  return run;
}

std::vector<std::vector<StudyRun>> run_study(const Study& study, const StudyOptions& options) {
  std::vector<std::vector<StudyRun>> runs;
  for (const StudyCell& cell : study.cells) {
    for (auto& row = runs.emplace_back(); const std::uint64_t seed : cell.seeds) {
      row.push_back({.seed = seed});
    }
  }
  const std::vector<StudyTask> order = tasks_of(study);
  std::vector<Job> jobs;
  for (const StudyTask& t : order) {
    jobs.push_back({study.cells[t.cell].plan, study.cells[t.cell].seeds[t.replication]});
  }
  run_batch(jobs, options.threads, options.progress,
            [&](std::size_t i, std::shared_ptr<const RunRecord> record) {
              StudyRun& run = runs[order[i].cell][order[i].replication];
              run = answered(study, *record);
              if (options.keep_records) run.record = std::move(record);
            });
  return runs;
}

}  // namespace mesh
