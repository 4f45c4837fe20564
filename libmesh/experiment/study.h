// Many runs as one question: plans × seeds, collected by index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libmesh/experiment/run.h"
#include "libmesh/spec/scenario.h"

namespace mesh {

/// Something that a study varies: a path as `--set` takes it, and the YAML that it gets in turn.
struct Axis {
  std::string name;
  std::string path;
  std::vector<std::string> values;
};

/// One combination of a design.
struct DesignPoint {
  std::vector<std::size_t> at;      // which value of each axis
  std::vector<Override> overrides;  // in the order of the axes
};

/// All combinations, the last axis changes fastest; a single empty one without axes. Other designs
/// are other functions that give points.
std::vector<DesignPoint> full_grid(const std::vector<Axis>& axes);

/// A number that every run is asked for, as `evaluate` takes it.
struct Question {
  std::string metric, edge, load;
};

/// A plan and the seeds that it runs with. Cells that share seeds share arrivals and service times:
/// their runs of one index are a pair (common random numbers).
struct StudyCell {
  std::shared_ptr<const Plan> plan;
  std::vector<std::uint64_t> seeds;
};

struct Study {
  std::vector<StudyCell> cells;
  std::vector<Question> questions;
};

/// One run of a study, wherever it is made.
struct StudyTask {
  std::size_t cell = 0, replication = 0;
  friend bool operator==(const StudyTask&, const StudyTask&) = default;
};

/// Every run in the order in which they begin: the first replication of all cells, then the second
/// …, so that whoever stops early has pairs and not cells.
std::vector<StudyTask> tasks_of(const Study& study);

struct StudyRun {
  bool finished = false;
  std::uint64_t seed = 0, fingerprint = 0;
  std::vector<double> answers;              // by question; NaN: the run has no such edge or load
  std::shared_ptr<const RunRecord> record;  // if records are kept
};

/// What a study keeps of a record.
StudyRun answered(const Study& study, const RunRecord& record);

struct StudyOptions {
  unsigned threads = 0;  // 0 = all cores
  bool keep_records = false;
  Progress progress{};  // as of `replicate`
};

/// runs[cell][replication]: the same for any number of threads. Stopped by `progress`, the runs
/// that are unfinished say so. Throws MemoryLimitExceeded.
std::vector<std::vector<StudyRun>> run_study(const Study& study, const StudyOptions& options = {});

}  // namespace mesh
