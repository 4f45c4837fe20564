// Loads: rate curves, shares of requests, fixed arrivals, entries.
#include "libmesh/plan/loads.h"

#include <doctest/doctest.h>

#include "tests/plan/plan_view.h"
#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

using testing::PlanView;
using testing::ScenarioBuilder;

struct Segment {
  double at_s, length_s, from, to;
};

void check_segments(const std::vector<RateSegment>& got, const std::vector<Segment>& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(as_seconds(elapsed(Instant{}, got[i].at)) == doctest::Approx(expected[i].at_s));
    CHECK(as_seconds(got[i].length) == doctest::Approx(expected[i].length_s));
    CHECK(got[i].from_rps == doctest::Approx(expected[i].from));
    CHECK(got[i].to_rps == doctest::Approx(expected[i].to));
  }
}

TEST_CASE("loads: rate curves become segments inside the load's time") {
  struct Row {
    const char* name;
    std::vector<RatePoint> points;
    std::int64_t start_s, stop_s;
    std::vector<Segment> expected;
  };
  const Row rows[] = {
      {"one rate for the whole time", {{seconds(0), 100, false}}, 0, 60, {{0, 60, 100, 100}}},
      {"a step",
       {{seconds(0), 100, false}, {seconds(20), 300, false}},
       0,
       60,
       {{0, 20, 100, 100}, {20, 40, 300, 300}}},
      {"a ramp, then level",
       {{seconds(0), 100, false}, {seconds(20), 300, true}},
       0,
       60,
       {{0, 20, 100, 300}, {20, 40, 300, 300}}},
      {"a ramp that starts late is cut in the middle",
       {{seconds(0), 0, false}, {seconds(20), 200, true}},
       10,
       15,
       {{10, 5, 100, 150}}},
      {"nothing before the first point", {{seconds(10), 50, false}}, 0, 60, {{10, 50, 50, 50}}},
      {"a pause leaves no segment",
       {{seconds(0), 10, false}, {seconds(10), 0, false}, {seconds(20), 10, false}},
       0,
       60,
       {{0, 10, 10, 10}, {20, 40, 10, 10}}},
      {"a load after its end", {{seconds(0), 100, false}}, 70, 60, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    check_segments(rate_segments(row.points, Instant{} + seconds(row.start_s),
                                 Instant{} + seconds(row.stop_s)),
                   row.expected);
  }
}

/// A load on service "web" with these requests, by name and weight.
ScenarioBuilder with_requests(const std::vector<std::pair<std::string, double>>& requests) {
  ScenarioBuilder b;
  b.service("web").deployment("web").behaviour("web");
  LoadSpec& load = b.load("web");
  load.requests.clear();
  for (const auto& [path, weight] : requests) {
    WeightedRequest request;
    request.name = path;
    request.weight = weight;
    request.request.path = path;
    load.requests.push_back(request);
  }
  return b;
}

TEST_CASE("loads: weights become cumulative shares that end at exactly 1") {
  ScenarioBuilder b = with_requests({{"/a", 1}, {"/b", 0}, {"/c", 2}});
  const PlanView view(b.scenario());
  const auto& requests = view.plan->loads[LoadId{0}].requests;
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].cumulative_share == doctest::Approx(1.0 / 3));
  CHECK(requests[1].cumulative_share == 1.0);
  CHECK(view.plan->templates[requests[1].request].path == "/c");
}

TEST_CASE("loads: an unrolled request shares its weight") {
  ScenarioBuilder b = with_requests({{"/item/{i%4}", 1}, {"/", 1}});
  const PlanView view(b.scenario());
  const auto& requests = view.plan->loads[LoadId{0}].requests;
  REQUIRE(requests.size() == 5);
  CHECK(requests[0].cumulative_share == doctest::Approx(0.125));
  CHECK(requests[3].cumulative_share == doctest::Approx(0.5));
}

TEST_CASE("loads: shares end at exactly 1 where sums are rounded") {
  ScenarioBuilder b = with_requests({{"/{i%49}", 0.7}, {"/{i%3}", 0.1}});
  CHECK(PlanView(b.scenario()).plan->loads[LoadId{0}].requests.back().cumulative_share == 1.0);
}

TEST_CASE("loads: weights of nothing are refused") {
  ScenarioBuilder b = with_requests({{"/a", 0}});
  CHECK(compile(b.scenario()).plan == nullptr);
}

TEST_CASE("loads: fixed arrivals name a request and take counters in turn") {
  ScenarioBuilder b = with_requests({{"/a", 1}, {"/{i%2}", 1}});
  LoadSpec& load = b.scenario().loads.back();
  load.open.reset();
  load.arrivals = {
      {seconds(3), "/{i%2}"}, {seconds(1), ""}, {seconds(2), "/a"}, {seconds(4), "/{i%2}"}};
  const PlanView view(b.scenario());
  const LoadPlan& plan = view.plan->loads[LoadId{0}];
  REQUIRE(plan.fixed.size() == 4);
  std::string paths;
  for (const FixedArrivalPlan& arrival : plan.fixed) {
    paths += view.plan->templates[arrival.request].path + " ";
  }
  CHECK(paths == "/a /a /0 /1 ");
  load.arrivals.push_back({seconds(5), "/unknown"});
  CHECK(compile(b.scenario()).plan == nullptr);
}

TEST_CASE("loads: a closed load keeps its users, think time and limits") {
  ScenarioBuilder b;
  b.service("web").deployment("web").behaviour("web");
  LoadSpec& load = b.load("web");
  load.open.reset();
  load.closed = ClosedLoad{7, Distribution(Constant{seconds(1)}), milliseconds(5), 20};
  load.start = seconds(2);
  load.stop = seconds(9);
  load.timeout = seconds(3);
  const PlanView view(b.scenario());
  const LoadPlan& plan = view.plan->loads[LoadId{0}];
  CHECK(plan.closed);
  CHECK(plan.users == 7);
  CHECK(view.plan->distributions[plan.think] == Distribution(Constant{seconds(1)}));
  CHECK(plan.stagger == milliseconds(5));
  CHECK(plan.per_user == 20);
  CHECK(plan.start == Instant{} + seconds(2));
  CHECK(plan.stop == Instant{} + seconds(9));
  CHECK(plan.timeout == seconds(3));
}

TEST_CASE("loads: an existing workload may be the client") {
  ScenarioBuilder b;
  b.service("web").deployment("web").deployment("shop").behaviour("web");
  b.load("web").from = "shop";
  const PlanView view(b.scenario());
  CHECK(view.plan->loads[LoadId{0}].entry == view.id("shop"));
  CHECK(view.plan->workloads.size() == 2);
}

TEST_CASE("loads: which Host a gateway's load sends when it names none") {
  struct Row {
    const char* name;
    std::vector<std::string> server_hosts, rule_hosts;
    const char* expected;
  };
  const Row rows[] = {
      {"a host of the server", {"shop.example"}, {"*"}, "shop.example"},
      {"a host without its namespace", {"default/shop.example"}, {"*"}, "shop.example"},
      {"else a host of a rule", {"*"}, {"shop.example"}, "shop.example"},
      {"else the gateway's own name", {"*"}, {"*"}, "front.default"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    ScenarioBuilder b;
    b.service("web").deployment("web").behaviour("web");
    b.gateway("front", row.server_hosts);
    istio::VirtualService& rule = b.virtual_service("shop", row.rule_hosts);
    rule.gateways = {"front"};
    rule.http.push_back(b.to("web"));
    b.gateway_load("front");
    const PlanView view(b.scenario());
    const auto& requests = view.plan->loads[LoadId{0}].requests;
    CHECK(view.plan->templates[requests[0].request].authority == row.expected);
  }
}

TEST_CASE("loads: a port that nothing serves is refused") {
  ScenarioBuilder b;
  b.service("web").deployment("web").behaviour("web");
  b.load("web").port = 81;
  CHECK(compile(b.scenario()).plan == nullptr);
  ScenarioBuilder g;
  g.gateway("front");
  g.gateway_load("front").port = 81;
  CHECK(compile(g.scenario()).plan == nullptr);
}

}  // namespace
}  // namespace mesh
