// The scenario with every default visible, its digest, its schema.
#include "libmesh/spec/effective.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/spec/random_scenario.h"
#include "tests/spec/scenario_text.h"
#include "tests/support/golden.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::scenario_of;

namespace {

void drop_places(Script& script) {
  for (Step& step : script) {
    if (auto* call = std::get_if<CallStep>(&step)) call->place = {};
    if (auto* parallel = std::get_if<ParallelStep>(&step)) {
      for (Script& branch : parallel->branches) drop_places(branch);
    }
    if (auto* repeat = std::get_if<RepeatStep>(&step)) drop_places(repeat->script);
    if (auto* cache = std::get_if<CacheStep>(&step)) {
      drop_places(cache->hit);
      drop_places(cache->miss);
    }
    if (auto* with = std::get_if<WithStep>(&step)) drop_places(with->script);
    if (auto* publish = std::get_if<PublishStep>(&step)) publish->place = {};
    if (auto* choose = std::get_if<ChooseStep>(&step)) {
      for (Choice& choice : choose->choices) drop_places(choice.script);
    }
  }
}

void drop_places(std::vector<RuleSpec>& rules) {
  for (RuleSpec& rule : rules) {
    rule.place = {};
    if (rule.then.script) drop_places(*rule.then.script);
  }
}

void drop_places(Scenario& s) {
  for (WorkloadBehaviour& b : s.behaviour) {
    b.place = {};
    if (b.script) drop_places(*b.script);
    drop_places(b.rules);
    for (DownSpec& down : b.downs) down.place = {};
    for (HandlerSpec& handler : b.handlers) {
      handler.place = {};
      if (handler.script) drop_places(*handler.script);
      drop_places(handler.rules);
    }
  }
  for (CacheSpec& cache : s.stores.caches) cache.place = {};
  for (PoolSpec& pool : s.stores.pools) pool.place = {};
  for (TopicSpec& topic : s.stores.topics) topic.place = {};
  for (LoadSpec& load : s.loads) load.place = {};
  for (FaultSpec& fault : s.faults) fault.place = {};
  for (ThresholdSpec& threshold : s.thresholds) threshold.place = {};
  for (ChangeSpec& change : s.changes) {
    change.place = {};
    for (YamlNode& document : change.documents) testing::drop_places(document);
  }
}

/// What was asked for, without where it was written.
Scenario content(Scenario s) {
  drop_places(s);
  s.file = "";
  s.document = {};
  s.documents.clear();
  s.resources = {};
  return s;
}

}  // namespace

TEST_CASE("effective: every scenario is read again as it was written") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    const Scenario s = testing::RandomScenario(seed).scenario();
    const std::string text = effective_yaml(s);
    CAPTURE(text);
    const Scenario again = parse_scenario(text, "e.yaml");
    // Only what is improbable may be remarked.
    for (const Diagnostic& d : again.diagnostics) {
      CAPTURE(to_string(d));
      CHECK(to_string(d).find("MS0402") != std::string::npos);
    }
    Scenario read = content(again);
    read.diagnostics = {};
    REQUIRE(read == content(s));
    CHECK(effective_yaml(again) == text);
    CHECK(config_digest(again) == config_digest(s));
  }
}

TEST_CASE("effective: every default is visible") {
  const std::string text = effective_yaml(
      scenario_of("load: [{to: {service: cart}, open: {rate: 1}}]\nrun: {until: 1s}"));
  for (const char* line :
       {"istioVersion: \"1.27\"", "rtt: 250us", "sidecar:\n      cost: 200us", "concurrency: 2",
        "workers: 32", "queue: 1024", "mean: 5ms", "name: load-1", "path: /", "method: GET",
        "arrivals: poisson", "warmup: 0s", "seed: 1", "replications: 1", "memoryLimit: 8Gi",
        "requests: false", "timeseries: 1s"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
}

TEST_CASE("effective: objects and applied objects are part of it") {
  const Scenario s = parse_scenario(
      "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nspec:\n"
      "  changes: [{at: 1s, apply: {apiVersion: v1, kind: Namespace, metadata: {name: late}}}]\n"
      "---\n{apiVersion: v1, kind: Namespace, metadata: {name: early}}\n",
      "t.yaml");
  const Scenario again = parse_scenario(effective_yaml(s), "e.yaml");
  CHECK(brief(again.diagnostics) == "");
  REQUIRE(again.resources.namespaces.size() == 1);
  CHECK(again.resources.namespaces[0].metadata.name == "early");
  REQUIRE(again.changes.size() == 1);
  CHECK(again.changes[0].documents.size() == 1);
  CHECK(again.changes[0].label == "apply Namespace/late");
}

TEST_CASE("effective: the digest is about meaning") {
  const auto digest = [](const std::string& spec) { return config_digest(scenario_of(spec)); };
  const std::uint64_t base =
      digest("run: {until: 60s}\nload: [{to: {service: a}, open: {rate: 5}}]");
  struct Row {
    const char* name;
    const char* spec;
    bool same;
  };
  const Row rows[] = {
      {"another order of fields", "load: [{open: {rate: 5}, to: {service: a}}]\nrun: {until: 60s}",
       true},
      {"another unit", "run: {until: 1m}\nload: [{to: {service: a}, open: {rate: 5}}]", true},
      {"quotes", "run: {until: '60s'}\nload: [{to: {service: \"a\"}, open: {rate: 5}}]", true},
      {"a default written out",
       "run: {until: 60s, seed: 1}\nload: [{to: {service: a, path: /}, open: {rate: 5}}]", true},
      {"comments", "run: {until: 60s} # x\nload: [{to: {service: a}, open: {rate: 5}}]", true},
      {"another value", "run: {until: 61s}\nload: [{to: {service: a}, open: {rate: 5}}]", false},
      {"another field", "run: {warmup: 60s}\nload: [{to: {service: a}, open: {rate: 5}}]", false},
      {"a second load",
       "run: {until: 60s}\nload: [{to: {service: a}, open: {rate: 5}}, {to: {service: a}, open: "
       "{rate: 5}}]",
       false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK((digest(row.spec) == base) == row.same);
  }
  const std::string text = "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nspec: {}\n";
  CHECK(config_digest(parse_scenario(text, "a.yaml")) ==
        config_digest(parse_scenario(text, "dir/b.yaml")));
}

TEST_CASE("effective: the digest of random scenarios differs") {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    seen.insert(config_digest(testing::RandomScenario(seed).scenario()));
  }
  CHECK(seen.size() == 300);
}

TEST_CASE("effective: the schema of the scenario file") {
  testing::check_golden("scenario.schema.json", scenario_json_schema());
}
