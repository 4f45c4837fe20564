// How requests of a load follow each other, and what stops a run that would not end.
#include <doctest/doctest.h>

#include "tests/words/small_scenario.h"

namespace mesh {
namespace {

using testing::answers;
using testing::SmallScenario;

/// Milliseconds at which the requests of the load begin, to a server of 10 ms.
std::string starts(const std::string& load, const std::string& until,
                   const std::string& server = "{workers: unlimited, time: 10ms, sidecar: false}") {
  const auto record = SmallScenario{.server = server, .load = load, .until = until}.run();
  const RequestTable& t = record->requests;
  std::vector<std::int64_t> at;
  for (std::size_t i = 0; i < t.id.size(); ++i) at.push_back(t.started_ns[i] / 1'000'000);
  std::sort(at.begin(), at.end());
  std::string out;
  for (const std::int64_t ms : at) out += (out.empty() ? "" : " ") + std::to_string(ms);
  return out;
}

TEST_CASE("words: open, gaps and curves") {
  struct Row {
    const char *name, *open, *starts;
  };
  for (const Row& row : {
           Row{"constant", "{arrivals: constant, rate: 10}", "0 100 200 300 400 500"},
           Row{"gaps by a law are scaled to the rate: 1 and 3 of a mean of 2",
               "{arrivals: {list: [1s, 3s]}, rate: 10}", "50 200 250 400 450"},
           Row{"a curve that repeats",
               "{arrivals: constant, rate: [{at: 0s, rps: 20}, {at: 100ms, rps: 0}], repeat: "
               "250ms}",
               "0 50 250 300 500 550"},
       }) {
    CAPTURE(std::string(row.name));
    CHECK(starts("open: " + std::string(row.open), "580ms") == row.starts);
  }
}

TEST_CASE("words: diurnal, as many requests as the mean rate over whole days, most at the peak") {
  const auto record =
      SmallScenario{.server = "{workers: unlimited, time: 0s, sidecar: false}",
                    .load =
                        "open: {arrivals: constant, diurnal: {trough: 100, peak: 300, period: "
                        "10s, peakAt: 4s}}",
                    .until = "20s"}
          .run();
  const RequestTable& t = record->requests;
  CHECK(t.id.size() == 4000);
  std::vector<int> second(20);
  for (const std::int64_t at : t.started_ns) ++second[static_cast<std::size_t>(at / 1'000'000'000)];
  CHECK(std::abs(second[3] - second[4]) <= 1);  // about the peak
  CHECK(second[3] > 290);
  CHECK(std::abs(second[8] - second[9]) <= 1);
  CHECK(second[8] < 110);
  CHECK(std::abs(second[13] - second[3]) <= 1);
}

TEST_CASE("words: closed with qps, a user is paced as fortio paces a thread") {
  const std::string slow_once =
      "{workers: unlimited, sidecar: false, time: 10ms, rules: [{when: {nth: 2}, then: {time: "
      "250ms}}]}";
  CHECK(starts("closed: {users: 1, qps: 10}", "580ms") == "0 100 200 300 400 500");
  CHECK(starts("closed: {users: 2, qps: 20, stagger: 50ms}", "280ms") == "0 50 100 150 200 250");
  // Late by 250 ms at 350: it asks at once until it is in time again.
  CHECK(starts("closed: {users: 1, qps: 10}", "580ms", slow_once) == "0 100 350 360 400 500");
  CHECK(starts("closed: {users: 1, qps: 10, catchUp: false}", "580ms", slow_once) ==
        "0 100 350 450 550");
}

TEST_CASE("words: maxInFlight, a run that grows without end stops and says what grew") {
  const auto record =
      SmallScenario{.server = "{workers: 1, queue: unlimited, time: 10s, sidecar: false}",
                    .load = "open: {rate: 10000}",
                    .until = "10s, maxInFlight: 20000"}
          .run();
  CHECK(record->info.ended_by == EndedBy::Limit);
  CHECK(record->info.ended.ns < seconds(3).ns);
  CHECK(record->info.limit.find("more than run.maxInFlight = 20000 requests under way at ") == 0);
  CHECK(record->info.limit.find("most in server (") != std::string::npos);
  CHECK(record->info.requests_created > 9000);
}

TEST_CASE("words: a run in which no time passes stops and says so") {
  const auto record = SmallScenario{.server = "{workers: unlimited, time: 0s, sidecar: false}",
                                    .load = "closed: {users: 3}"}
                          .run();
  CHECK(record->info.ended_by == EndedBy::Limit);
  CHECK(record->info.limit.find("no time passes at 0.0 s") == 0);
}

}  // namespace
}  // namespace mesh
