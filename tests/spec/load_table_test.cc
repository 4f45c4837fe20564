// Loads: targets, requests, rates, users, fixed arrivals.
#include <doctest/doctest.h>

#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::problems_of;
using mesh::testing::scenario_of;

namespace {

LoadSpec load_of(const std::string& flow) {
  const Scenario s = scenario_of("load: [" + flow + "]");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.loads.size() == 1);
  return s.loads[0];
}

}  // namespace

TEST_CASE("load_table: the smallest load") {
  const LoadSpec load = load_of("{to: {service: cart}, open: {rate: 200}}");
  CHECK(load.name == "load-1");
  CHECK(load.service == "cart");
  CHECK(load.gateway.empty());
  CHECK(load.port == 0);
  REQUIRE(load.requests.size() == 1);
  CHECK(load.requests[0].request == RequestSpec{});
  REQUIRE(load.open.has_value());
  CHECK(load.open->arrivals == OpenLoad::Arrivals::Poisson);
  CHECK(load.open->rate == std::vector<RatePoint>{{.at = {}, .rps = 200, .ramp = false}});
  CHECK_FALSE(load.closed.has_value());
  CHECK(load.start.ns == 0);
  CHECK_FALSE(load.stop.has_value());
  CHECK(load.place == Place{"t.yaml", 4, 10});
}

TEST_CASE("load_table: the request stands in `to`") {
  const LoadSpec load = load_of(
      "{name: shoppers, to: {gateway: ns/gw, port: 8080, host: shop.io, path: '/a?b={i%9}',"
      " method: PUT, headers: {X-A: 1}, body: 2Ki}, open: {rate: 0.5}, timeout: 1s}");
  CHECK(load.gateway == "ns/gw");
  CHECK(load.port == 8080);
  const RequestSpec& request = load.requests.at(0).request;
  CHECK(request.authority == "shop.io");
  CHECK(request.path == "/a?b={i%9}");
  CHECK(request.method == "PUT");
  CHECK(request.headers == std::vector<std::pair<std::string, std::string>>{{"x-a", "1"}});
  CHECK(request.body_bytes == 2048);
  CHECK(load.timeout == seconds(1));
}

TEST_CASE("load_table: several requests inherit from `to` what they leave out") {
  const LoadSpec load = load_of(
      "{to: {service: cart, host: h, headers: {a: b}}, open: {rate: 1}, requests: ["
      "{name: get, weight: 9, path: /get}, {path: /put, method: PUT, headers: {c: d}}]}");
  REQUIRE(load.requests.size() == 2);
  CHECK(load.requests[0].name == "get");
  CHECK(load.requests[0].weight == 9);
  CHECK(load.requests[0].request.path == "/get");
  CHECK(load.requests[0].request.authority == "h");
  CHECK(load.requests[0].request.headers.at(0).first == "a");
  CHECK(load.requests[1].weight == 1);
  CHECK(load.requests[1].request.method == "PUT");
  CHECK(load.requests[1].request.headers ==
        std::vector<std::pair<std::string, std::string>>{{"c", "d"}});
}

TEST_CASE("load_table: rates may step and ramp") {
  const LoadSpec load = load_of(
      "{to: {service: a}, start: 1s, stop: 9m, open: {arrivals: constant, rate: ["
      "{at: 0s, rps: 0}, {at: 1m, rps: 100, ramp: true}, {at: 2m, rps: 800}]}}");
  CHECK(load.open->arrivals == OpenLoad::Arrivals::Constant);
  CHECK(load.open->rate == std::vector<RatePoint>{{.at = {}, .rps = 0, .ramp = false},
                                                  {.at = minutes(1), .rps = 100, .ramp = true},
                                                  {.at = minutes(2), .rps = 800, .ramp = false}});
  CHECK(load.start == seconds(1));
  CHECK(load.stop == minutes(9));
}

TEST_CASE("load_table: users wait and think") {
  const LoadSpec load = load_of(
      "{to: {service: a}, from: client-v1, closed: {users: 50, think: {exponential: {mean: 1s}},"
      " stagger: 10ms, perUser: 7}, connections: 5}");
  CHECK(load.from == "client-v1");
  CHECK(load.closed->users == 50);
  CHECK(to_string(load.closed->think) == "{exponential: {mean: 1s}}");
  CHECK(load.closed->stagger == milliseconds(10));
  CHECK(load.closed->per_user == 7);
  CHECK(load.connections == 5);
  CHECK(load_of("{to: {service: a}, closed: {users: 1}}").closed->think == Distribution());
}

TEST_CASE("load_table: fixed arrivals are sorted by time") {
  const LoadSpec load = load_of(
      "{to: {service: a}, requests: [{name: x}, {name: z}],"
      " arrivals: [20ms, 0s, {at: 10ms, request: z}, 10ms]}");
  CHECK(load.arrivals ==
        std::vector<FixedArrival>{
            {{}, ""}, {milliseconds(10), "z"}, {milliseconds(10), ""}, {milliseconds(20), ""}});
}

TEST_CASE("load_table: loads without a name are numbered") {
  const Scenario s = scenario_of(
      "load:\n"
      "- {to: {service: a}, open: {rate: 1}}\n"
      "- {name: b, to: {service: a}, open: {rate: 1}}\n"
      "- {to: {service: a}, open: {rate: 1}}\n");
  REQUIRE(s.loads.size() == 3);
  CHECK(s.loads[0].name == "load-1");
  CHECK(s.loads[1].name == "b");
  CHECK(s.loads[2].name == "load-3");
}

TEST_CASE("load_table: what is refused, at its place") {
  struct Row {
    const char* load;
    const char* problems;
  };
  const Row rows[] = {
      {"{to: {service: a}}",
       "1:8 MS0204 spec.load[0]: one of open, closed, arrivals is needed (write open: {rate: 100} "
       "for 100 requests per second)\n"},
      {"{to: {service: a}, open: {rate: 1}, closed: {users: 1}}",
       "1:8 MS0203 spec.load[0]: only one of open, closed, arrivals may be set\n"},
      {"{open: {rate: 1}}",
       "1:8 MS0105 spec.load[0]: to is required (add to (Target): {service: cart, path: /}.)\n"},
      {"{to: {}, open: {rate: 1}}",
       "1:13 MS0204 spec.load[0].to: one of gateway, service is needed\n"},
      {"{to: {service: a, gateway: b}, open: {rate: 1}}",
       "1:13 MS0203 spec.load[0].to: only one of gateway, service may be set\n"},
      {"{to: {gateway: b}, from: c, open: {rate: 1}}",
       "1:33 MS0203 spec.load[0].from: a load that enters by a gateway comes from outside\n"},
      {"{to: {service: a, port: 0}, open: {rate: 1}}",
       "1:32 MS0209 spec.load[0].to.port: port must lie between 1 and 65535, got 0\n"},
      {"{to: {service: a, path: x}, open: {rate: 1}}",
       "1:32 MS0107 spec.load[0].to.path: must begin with /, got \"x\"\n"},
      {"{to: {service: a, url: /x}, open: {rate: 1}}",
       "1:26 MS0104 spec.load[0].to.url: Target has no field of this name (Target has gateway, "
       "service, port, path, method, host, headers, body)\n"},
      {"{to: {service: a}, open: {rate: 0}}",
       "1:40 MS0108 spec.load[0].open.rate: no request would ever be sent\n"},
      {"{to: {service: a}, open: {rate: -1}}",
       "1:40 MS0108 spec.load[0].open.rate: must be at least 0, got -1\n"},
      {"{to: {service: a}, open: {rate: 1000000000}}",
       "1:40 MS0108 spec.load[0].open.rate: must be at most 1e+07, got 1000000000\n"},
      {"{to: {service: a}, open: {rate: .inf}}",
       "1:40 MS0108 spec.load[0].open.rate: .inf is not a finite number\n"},
      {"{to: {service: a}, open: {rate: []}}",
       "1:40 MS0105 spec.load[0].open.rate: must not be empty\n"},
      {"{to: {service: a}, open: {rate: [{at: 0s, rps: 0}]}}",
       "1:40 MS0108 spec.load[0].open.rate: no request would ever be sent\n"},
      {"{to: {service: a}, open: {rate: [{at: 1s, rps: 1}, {at: 1s, rps: 2}]}}",
       "1:59 MS0405 spec.load[0].open.rate[1]: must be later than the point before\n"},
      {"{to: {service: a}, open: {rate: [{at: 1s, rps: 1, ramp: true}]}}",
       "1:41 MS0404 spec.load[0].open.rate[0]: there is no point before to ramp from (begin with "
       "{at: 0s, rps: 0})\n"},
      {"{to: {service: a}, open: {rate: 1, arrivals: poison}}",
       "1:53 MS0106 spec.load[0].open.arrivals: must be one of poisson, constant, got \"poison\" "
       "(did you mean poisson?)\n"},
      {"{to: {service: a}, closed: {users: 0}}",
       "1:43 MS0108 spec.load[0].closed.users: must be at least 1, got 0\n"},
      {"{to: {service: a}, closed: {users: 1000000000}}",
       "1:43 MS0108 spec.load[0].closed.users: must be at most 10000000, got 1000000000\n"},
      {"{to: {service: a}, closed: {users: 10000, stagger: 1h}}",
       "1:59 MS0108 spec.load[0].closed.stagger: the last user would begin after more than a "
       "year\n"},
      {"{to: {service: a}, open: {rate: 1}, start: 2s, stop: 1s}",
       "1:61 MS0405 spec.load[0].stop: must be later than start\n"},
      {"{to: {service: a}, open: {rate: 1}, requests: []}",
       "1:54 MS0105 spec.load[0].requests: must not be empty\n"},
      {"{to: {service: a}, open: {rate: 1}, requests: [{weight: 0}]}",
       "1:54 MS0108 spec.load[0].requests: the weights add up to 0\n"},
      {"{to: {service: a}, open: {rate: 1}, requests: [{name: x}, {name: x}]}",
       "1:73 MS0205 spec.load[0].requests[1]: \"x\" stands twice\n"},
      {"{to: {service: a}, arrivals: [0s, {at: 1s, request: car}], requests: [{name: cart}]}",
       "1:37 MS0106 spec.load[0].arrivals: no request has the name \"car\" (did you mean cart?)\n"},
      {"{to: {service: a}, arrivals: []}",
       "1:37 MS0105 spec.load[0].arrivals: must not be empty\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.load);
    CHECK(problems_of("load: [" + std::string(row.load) + "]") == row.problems);
  }
  CHECK(problems_of("load:\n- {name: a, to: {service: a}, open: {rate: 1}}\n"
                    "- {name: a, to: {service: a}, open: {rate: 1}}\n") ==
        "3:3 MS0205 spec.load: two loads have the name \"a\" (give them different names)\n");
}
