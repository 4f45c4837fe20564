// Tests of studies: designs, the order of runs, pairs, what does not depend on threads.
#include "libmesh/experiment/study.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "libmesh/analysis/comparison.h"
#include "tests/support/hand_plan.h"

namespace mesh {
namespace {

std::shared_ptr<const Plan> shop(std::uint32_t workers) {
  testing::HandPlan hand;
  const WorkloadId front = hand.service("shop", {.pods = 1, .workers = workers});
  hand.open_load("buyers", hand.client("client"), front, 150);
  hand.plan().until = Instant{} + seconds(20);
  return hand.build();
}

std::string text_of(const std::vector<DesignPoint>& points) {
  std::string out;
  for (const DesignPoint& point : points) {
    for (const Override& o : point.overrides) out += o.path + "=" + o.value + " ";
    out += "; ";
  }
  return out;
}

TEST_CASE("study: a full grid has every combination, the last axis changes fastest") {
  const std::vector<Axis> axes = {{"w", "a", {"1", "2"}}, {"q", "b", {"x", "y", "z"}}};
  const std::vector<DesignPoint> points = full_grid(axes);
  CHECK(text_of(points) == "a=1 b=x ; a=1 b=y ; a=1 b=z ; a=2 b=x ; a=2 b=y ; a=2 b=z ; ");
  CHECK(points[4].at == std::vector<std::size_t>{1, 1});
  CHECK(full_grid({}).size() == 1);
  CHECK(full_grid({{"w", "a", {}}, axes[1]}).empty());
}

TEST_CASE("study: the first replication of all cells begins before the second") {
  const Study study{.cells = {{nullptr, {1, 2}}, {nullptr, {1}}, {nullptr, {1, 2, 3}}}};
  const std::vector<StudyTask> order = {{0, 0}, {1, 0}, {2, 0}, {0, 1}, {2, 1}, {2, 2}};
  CHECK(tasks_of(study) == order);
}

TEST_CASE("study: answers do not depend on threads and are those of the records") {
  const std::vector<std::uint64_t> seeds = replication_seeds(5, 3);
  const Study study{.cells = {{shop(2), seeds}, {shop(4), seeds}},
                    .questions = {{"p99"}, {"rps", "", "nobody"}, {"goodput", "client->shop"}}};
  const auto one = run_study(study, {.threads = 1, .keep_records = true});
  REQUIRE(one.size() == 2);
  for (const unsigned threads : {2u, 8u}) {
    const auto many = run_study(study, {.threads = threads});
    for (std::size_t c = 0; c < 2; ++c) {
      for (std::size_t r = 0; r < seeds.size(); ++r) {
        CHECK(many[c][r].finished);
        CHECK(many[c][r].seed == seeds[r]);
        CHECK(many[c][r].fingerprint == one[c][r].fingerprint);
        CHECK(many[c][r].answers[0] == one[c][r].answers[0]);
        CHECK(many[c][r].record == nullptr);
        CHECK(one[c][r].record->info.fingerprint == one[c][r].fingerprint);
        CHECK(std::isnan(one[c][r].answers[1]));
        CHECK(one[c][r].answers[2] > 100);
      }
    }
  }
}

TEST_CASE("study: pairs that share seeds tell two settings apart sooner than independent runs") {
  const std::vector<std::uint64_t> seeds = replication_seeds(1, 8),
                                   others = replication_seeds(9, 8);
  const auto means = [](const std::vector<StudyRun>& runs) {
    std::vector<double> out;
    for (const StudyRun& run : runs) out.push_back(run.answers[0]);
    return out;
  };
  const Study study{.cells = {{shop(3), seeds}, {shop(4), seeds}, {shop(4), others}},
                    .questions = {{"mean"}}};
  const auto runs = run_study(study);
  const auto a = means(runs[0]), b = means(runs[1]), c = means(runs[2]);
  const Difference paired = paired_difference("mean", a, b);
  const Difference independent = independent_difference("mean", a, c);
  CHECK(paired.effect == Effect::Better);
  CHECK(paired.difference.half_width < 0.8 * independent.difference.half_width);
  CHECK(paired_difference("mean", a, a).effect == Effect::Same);
}

TEST_CASE("study: stopped early it says which runs are finished") {
  const Study study{.cells = {{shop(2), replication_seeds(1, 300)}}, .questions = {{"mean"}}};
  const auto runs =
      run_study(study, {.threads = 1, .progress = [](double, std::uint64_t) { return false; }});
  REQUIRE(runs[0].size() == 300);
  CHECK(!runs[0].back().finished);
  CHECK(runs[0].back().seed != 0);
  for (const StudyRun& run : runs[0]) CHECK(run.answers.size() == (run.finished ? 1 : 0));
}

}  // namespace
}  // namespace mesh
