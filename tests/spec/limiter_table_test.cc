// The limiter of a workload: its kinds, their defaults, what cannot be.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

namespace mesh {
namespace {

using testing::brief;
using testing::read_text;

LimiterConfig limiter_of(const std::string& text) {
  Diagnostics problems;
  const WorkloadBehaviour b =
      read_text(object(workload_behaviour_table), "{limiter: " + text + "}", problems);
  CHECK(brief(problems) == "");
  return b.limiter;
}

TEST_CASE("limiter_table: each kind with the defaults of its library") {
  CHECK(limiter_of("{fixed: {limit: 7}}") ==
        LimiterConfig{.kind = LimiterKind::Fixed, .initial = 7});
  CHECK(limiter_of("{aimd: {}}") == LimiterConfig{.kind = LimiterKind::Aimd});
  CHECK(limiter_of("{vegas: {}}") ==
        LimiterConfig{.kind = LimiterKind::Vegas, .max = 1000, .smoothing = 1.0});
  CHECK(limiter_of("{gradient2: {min: 5, max: 50, initial: 10, smoothing: 0.5, queueSize: 2, "
                   "tolerance: 2, longWindow: 100}}") ==
        LimiterConfig{.kind = LimiterKind::Gradient2,
                      .initial = 10,
                      .min = 5,
                      .max = 50,
                      .smoothing = 0.5,
                      .queue_size = 2,
                      .tolerance = 2,
                      .long_window = 100});
  CHECK(limiter_of("{aimd: {backoffRatio: 0.5, timeout: 1s}}").timeout == seconds(1));
}

TEST_CASE("limiter_table: what cannot be is named with its place") {
  testing::check_mistakes(object(workload_behaviour_table),
                          {
                              {"{limiter: {}}", "2:11 MS0204"},
                              {"{limiter: {fixed: {}}}", "2:19 MS0105"},
                              {"{limiter: {aimd: {min: 50, max: 20}}}", "2:18 MS0108"},
                              {"{limiter: {aimd: {initial: 5}}}", "2:18 MS0108"},
                              {"{limiter: {vegas: {min: 1}}}", "2:20 MS0104"},
                              {"{limiter: {aimd: {}, vegas: {}}}", "2:11 MS0203"},
                          });
}

}  // namespace
}  // namespace mesh
