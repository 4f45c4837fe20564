// Overload managers: which proxies have one, on which sides.
#include "libmesh/plan/overload.h"

#include <doctest/doctest.h>

#include "tests/plan/patched_mesh.h"

namespace mesh {
namespace {

using testing::get_web;
using testing::PlanView;

std::string scenario_with(const std::string& overload) {
  return testing::small_mesh +
         "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {name: t}\nspec:\n"
         "  platform: {overload: [" +
         overload + "]}\n  load:\n" + testing::load_of("service: web") +
         "  run: {until: 1s}\n---\n";
}
const std::string half = "pressure: [{value: 50%}, {at: 2s, value: 1}], threshold: 90%";

/// Kinds of the filters of a route.
std::size_t overloads_of(const PlanView& view, RouteId route) {
  if (!route.valid() || !view.plan->routes[route].filters.valid()) return 0;
  const FilterSetPlan& set = view.plan->filter_sets[view.plan->routes[route].filters];
  CHECK(set.before_fault == set.filters.size());
  CHECK(set.filters.at(0).kind == FilterKind::Overload);
  return set.filters.size();
}
RouteId inbound_route(const PlanView& view, const std::string& workload) {
  const auto& routes = view.plan->versions.front().proxies[view.id(workload)].inbound_route_of;
  const TemplateId request = view.request(get_web);
  return routes.contains(request) ? routes[request] : RouteId::none();
}

TEST_CASE("overload: the proxies of one workload, where they receive") {
  const PlanView view(testing::scenario_of(scenario_with("{workload: web-v1, " + half + "}")));
  CHECK(overloads_of(view, inbound_route(view, "web-v1")) == 1);
  CHECK(overloads_of(view, inbound_route(view, "web-v2")) == 0);
  CHECK(overloads_of(view, view.resolved("client", get_web).route) == 0);
  CHECK(view.plan->versions.front().proxies[view.id("web-v1")].inbound.valid());
  REQUIRE(view.plan->overloads.size() == 1);
  const OverloadPlan& plan = view.plan->overloads[0];
  CHECK(plan.trigger == OverloadTrigger{0.9, 0.9});
  CHECK(plan.pressure == std::vector<PressurePlan>{{Instant{}, 0.5}, {Instant{} + seconds(2), 1}});
}

TEST_CASE("overload: all proxies, on both sides; the first entry that fits counts") {
  const PlanView view(testing::scenario_of(scenario_with(
      "{workload: client, pressure: [{value: 0}], scalingThreshold: 0.5, saturationThreshold: 1}, "
      "{" +
      half + "}")));
  CHECK(overloads_of(view, inbound_route(view, "web-v2")) == 1);
  const RoutePlan& route = view.route("client", get_web);
  const FilterPlan filter = view.plan->filter_sets[route.filters].filters.at(0);
  CHECK(view.plan->overloads[filter.index].trigger == OverloadTrigger{0.5, 1.0});
}

TEST_CASE("overload: a workload that does not exist is an error") {
  const CompileResult result =
      compile(testing::scenario_of(scenario_with("{workload: wep-v1, " + half + "}")));
  CHECK(result.plan == nullptr);
  CHECK(result.problems.has_errors());
}

}  // namespace
}  // namespace mesh
