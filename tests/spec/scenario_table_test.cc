// The Scenario document: platform, run, thresholds, record, the frame around them.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::problems_of;
using mesh::testing::scenario_of;

TEST_CASE("scenario_table: an empty spec is all defaults") {
  const Scenario s = scenario_of("{}");
  CHECK(brief(s.diagnostics) == "");
  CHECK(s.name == "t");
  CHECK(s.platform == Platform{});
  CHECK(s.defaults == BehaviourDefaults{});
  CHECK(s.run == RunSpec{});
  CHECK(s.record == RecordSpec{});
  CHECK(s.loads.empty());
}

TEST_CASE("scenario_table: platform, run and record in full") {
  const Scenario s = scenario_of(
      "platform:\n"
      "  istioVersion: 1.20\n"
      "  network: {sameZone: {rtt: 0.4ms}, crossZone: {rtt: 1.6ms, jitter: 0.3ms}}\n"
      "  sidecar: {cost: {mean: 0.35ms, cv: 0.5}, concurrency: 4}\n"
      "run: {until: 10m, warmup: 1m, seed: 7, replications: 10, memoryLimit: 512Mi}\n"
      "record: {requests: {sample: 1%, keepErrors: true, keepSlowest: 100}, timeseries: 100ms}\n");
  CHECK(brief(s.diagnostics) == "");
  CHECK(s.platform.istio_version == "1.20");  // as written, not as a number
  CHECK(s.platform.same_zone == NetworkLink{microseconds(400), {}});
  CHECK(s.platform.cross_zone == NetworkLink{microseconds(1600), microseconds(300)});
  CHECK(to_string(s.platform.sidecar_cost) == "{lognormal: {mean: 350us, cv: 0.5}}");
  CHECK(s.platform.sidecar_concurrency == 4);
  CHECK(s.run == RunSpec{.until = minutes(10),
                         .warmup = minutes(1),
                         .seed = 7,
                         .replications = 10,
                         .memory_limit_bytes = 512ull << 20});
  CHECK(s.record == RecordSpec{.requests = true,
                               .sample = 0.01,
                               .keep_errors = true,
                               .keep_slowest = 100,
                               .timeseries = milliseconds(100)});
  CHECK(scenario_of("record: {requests: true}").record.requests);
  CHECK(scenario_of("record: {requests: true}").record.sample == 1.0);
}

TEST_CASE("scenario_table: thresholds take the unit of their metric") {
  const Scenario s = scenario_of(
      "thresholds:\n"
      "- {metric: p99, edge: 'ingress->productpage', max: 0.8s}\n"
      "- {metric: error_rate, max: 1%}\n"
      "- {metric: rps, load: shoppers, min: 99.5, max: 200}\n");
  CHECK(brief(s.diagnostics) == "");
  REQUIRE(s.thresholds.size() == 3);
  CHECK(s.thresholds[0].edge == "ingress->productpage");
  CHECK(s.thresholds[0].max == 800.0);
  CHECK(s.thresholds[0].max_text == "0.8s");
  CHECK_FALSE(s.thresholds[0].min.has_value());
  CHECK(s.thresholds[0].place == Place{"t.yaml", 5, 5});
  CHECK(s.thresholds[1].max == 0.01);
  CHECK(s.thresholds[2].load == "shoppers");
  CHECK(s.thresholds[2].min == 99.5);
  CHECK(s.thresholds[2].max == 200.0);
}

TEST_CASE("scenario_table: what is refused, at its place") {
  struct Row {
    const char* spec;
    const char* problems;
  };
  const Row rows[] = {
      {"lod: []",
       "1:1 MS0104 spec.lod: ScenarioSpec has no field of this name (did you mean "
       "load?)\n"},
      {"load: {}", "1:7 MS0103 spec.load: expected a list, found a mapping\n"},
      {"include: [{}]", "1:11 MS0103 spec.include[0]: expected text, found a mapping\n"},
      {"run: {until: 0s}", "1:14 MS0108 spec.run.until: must be above 0\n"},
      {"run: {until: 10}",
       "1:14 MS0103 spec.run.until: expected a duration such as 100ms or "
       "1h10m, found the number 10 (add a unit: 10s)\n"},
      {"run: {until: 1d}",
       "1:14 MS0107 spec.run.until: \"1d\" is not a duration (the largest unit "
       "is h: one day is 24h)\n"},
      {"run: {until: 1s, warmup: 1s}", "1:26 MS0405 spec.run.warmup: must be shorter than until\n"},
      {"run: {seed: -1}", "1:13 MS0108 spec.run.seed: must be at least 0, got -1\n"},
      {"run: {replications: 0}", "1:21 MS0108 spec.run.replications: must be at least 1, got 0\n"},
      {"run: {memoryLimit: 8gb}",
       "1:20 MS0107 spec.run.memoryLimit: \"8gb\" is not a quantity (quantities look like 500m, 2, "
       "1Gi, 100M (suffixes m k M G T Ki Mi Gi Ti))\n"},
      {"run: {memoryLimit: 1Ki}",
       "1:20 MS0108 spec.run.memoryLimit: must be at least 1Mi, got 1Ki\n"},
      {"platform: {sidecar: {concurrency: 0}}",
       "1:35 MS0108 spec.platform.sidecar.concurrency: must be at least 1, got 0\n"},
      {"platform: {network: {sameZone: {rtt: 5}}}",
       "1:38 MS0103 spec.platform.network.sameZone.rtt: expected a duration such as 100ms or "
       "1h10m, found the number 5 (add a unit: 5s)\n"},
      {"record: {timeseries: 0s}", "1:22 MS0108 spec.record.timeseries: must be above 0\n"},
      {"record: {requests: 1}",
       "1:20 MS0103 spec.record.requests: expected true or false, found the number 1\n"},
      {"thresholds: [{metric: p98, max: 1s}]",
       "1:23 MS0106 spec.thresholds[0].metric: must be one of p50, p90, p95, p99, p999, mean, max, "
       "error_rate, rps, goodput, got \"p98\" (did you mean p90?)\n"},
      {"thresholds: [{metric: p99, max: 5}]",
       "1:33 MS0103 spec.thresholds[0].max: expected a duration such as 100ms or 1h10m, found the "
       "number 5 (add a unit: 5s)\n"},
      {"thresholds: [{metric: error_rate, max: 1s}]",
       "1:40 MS0103 spec.thresholds[0].max: expected a share such as 5% or 0.05, found the text "
       "\"1s\"\n"},
      {"thresholds: [{metric: rps, min: 5%}]",
       "1:33 MS0103 spec.thresholds[0].min: expected a number, found the text \"5%\"\n"},
      {"thresholds: [{metric: p99}]",
       "1:14 MS0204 spec.thresholds[0]: one of min, max is needed\n"},
      {"thresholds: [{metric: rps, min: 5, max: 4}]",
       "1:33 MS0108 spec.thresholds[0].min: must not be above max\n"},
      {"thresholds: [{metric: p99, max: 1s, edge: 'a->b', load: c}]",
       "1:14 MS0203 spec.thresholds[0]: only one of edge, load may be set\n"},
      {"thresholds: [{metric: p99, max: 1s, edge: a-b}]",
       "1:43 MS0107 spec.thresholds[0].edge: an edge looks like \"source->destination\"\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.spec);
    CHECK(problems_of(row.spec) == row.problems);
  }
}

TEST_CASE("scenario_table: every problem at once, in the order of the file") {
  CHECK(problems_of("run: {untl: 1s, seed: x}\n"
                    "faults: [{at: 1s}]\n"
                    "load:\n"
                    "- {to: {service: a}, open: {rate: -5}, tiemout: 1s}\n"
                    "- {to: {}}\n") ==
        "1:7 MS0104 spec.run.untl: Run has no field of this name (did you mean until?)\n"
        "1:23 MS0103 spec.run.seed: expected a whole number, found the text \"x\"\n"
        "2:10 MS0204 spec.faults[0]: one of crash, hang, slow, delay, errors, cpuSteal, "
        "network, dns, resetConnections is needed\n"
        "4:35 MS0108 spec.load[0].open.rate: must be at least 0, got -5\n"
        "4:40 MS0104 spec.load[0].tiemout: Load has no field of this name (did you mean "
        "timeout?)\n"
        "5:3 MS0204 spec.load[1]: one of open, closed, arrivals is needed (write open: {rate: 100} "
        "for 100 requests per second)\n"
        "5:8 MS0204 spec.load[1].to: one of gateway, service is needed\n");
}

TEST_CASE("scenario_table: apiVersion and kind") {
  struct Row {
    const char* text;
    const char* problems;
  };
  const Row rows[] = {
      {"apiVersion: meshsim.dev/v1\nkind: Scenario\n",
       "1:13 MS0113 Scenario: Scenario does not exist in meshsim.dev/v1 (apiVersion: "
       "meshsim.dev/v1alpha1)\n"},
      {"kind: Scenario\n",
       "1:1 MS0105 Scenario: apiVersion is required (add apiVersion (meshsim.dev/v1alpha1): Always "
       "meshsim.dev/v1alpha1.)\n"},
      {"apiVersion: meshsim.dev/v1alpha1\nkind: scenario\n",
       "2:7 MS0113 Scenario: meshsim.dev/v1alpha1 has no kind \"scenario\" (kind: Scenario)\n"},
      {"apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nmetadata: {nme: x}\n",
       "3:12 MS0104 Scenario: metadata.nme: ScenarioMeta has no field of this name (did you mean "
       "name?)\n"},
      {"apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nspecs: {}\n",
       "3:1 MS0104 Scenario: specs: Scenario has no field of this name (did you mean spec?)\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(brief(parse_scenario(row.text, "t.yaml").diagnostics) == row.problems);
  }
}
