// Files to scenarios: includes, folders, applied files, and what goes wrong with them.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "tests/spec/scenario_text.h"
#include "tests/support/paths.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::ScratchDir;

namespace {

std::string service(const std::string& name) {
  return "apiVersion: v1\nkind: Service\nmetadata: {name: " + name +
         "}\nspec: {ports: [{name: http, port: 80}]}\n";
}

std::string scenario(const std::string& spec) {
  return "apiVersion: meshsim.dev/v1alpha1\nkind: Scenario\nspec: " + spec + "\n";
}

std::string names(const Resources& resources) {
  std::string text;
  for (const k8s::Service& s : resources.services) {
    text += (text.empty() ? "" : " ") + s.metadata.name;
  }
  return text;
}

/// Problems with the scratch folder's own path taken out.
std::string problems(const Scenario& s, const ScratchDir& dir) {
  std::string text;
  const std::string folder = dir.path().string() + "/";
  for (const Diagnostic& d : s.diagnostics) text += to_string(d) + '\n';
  for (std::size_t i = text.find(folder); i != std::string::npos; i = text.find(folder)) {
    text.erase(i, folder.size());
  }
  return text;
}

}  // namespace

TEST_CASE("scenario_load: included files come in order, then the objects beside the scenario") {
  const ScratchDir dir;
  dir.write("mesh/b.yaml", service("b"));
  dir.write("mesh/a.yaml", service("a1") + "---\n" + service("a2"));
  dir.write("c.yaml", service("c"));
  const auto file = dir.write(
      "run.yaml", service("own") + "---\n" + scenario("{include: [c.yaml, mesh, './c.yaml']}"));
  const Scenario s = load_scenario(file.string());
  CHECK(problems(s, dir) == "");
  CHECK(names(s.resources) == "c a1 a2 b own");
  CHECK(s.documents.size() == 5);
  CHECK(s.name == "run");
  CHECK(s.file == file.string());
  CHECK(s.documents[1].place.file == (dir.path() / "mesh/a.yaml").string());
}

TEST_CASE("scenario_load: a folder with scenario.yaml, named after the folder") {
  const ScratchDir dir;
  dir.write("story/scenario.yaml", scenario("{include: '*.yaml'}"));
  dir.write("story/mesh.yaml", service("a"));
  const Scenario s = load_scenario((dir.path() / "story").string());
  CHECK(problems(s, dir) == "");  // the pattern matches the scenario too, which is no surprise
  CHECK(names(s.resources) == "a");
  CHECK(s.name == "story");
}

TEST_CASE("scenario_load: resources alone are a scenario without load") {
  const ScratchDir dir;
  dir.write("mesh/a.yaml", service("a"));
  dir.write("mesh/b.yml", service("b"));
  dir.write("mesh/readme.md", "no: [yaml");
  const Scenario folder = load_scenario((dir.path() / "mesh").string());
  CHECK(problems(folder, dir) == "");
  CHECK(names(folder.resources) == "a b");
  CHECK(folder.loads.empty());
  CHECK(names(load_scenario((dir.path() / "mesh/b.yml").string()).resources) == "b");
}

TEST_CASE("scenario_load: resource paths and a scenario of their own") {
  const ScratchDir dir;
  dir.write("mesh/a.yaml", service("a"));
  dir.write("mesh/b.yaml", service("b"));
  dir.write("more.yaml", service("c"));
  const auto file = dir.write("s.yaml", scenario("{include: more.yaml, run: {until: 1s}}"));
  const Scenario s = load_scenario({(dir.path() / "mesh/*.yaml").string()}, file.string());
  CHECK(problems(s, dir) == "");
  CHECK(names(s.resources) == "a b c");
  CHECK(s.run.until == seconds(1));
  CHECK(names(load_scenario({(dir.path() / "mesh").string()}, "").resources) == "a b");
}

TEST_CASE("scenario_load: a Scenario among the resources is used when no other is named") {
  const ScratchDir dir;
  dir.write("mesh/a.yaml", service("a"));
  dir.write("mesh/s.yaml", scenario("{run: {until: 2s}}"));
  const std::string mesh = (dir.path() / "mesh").string();
  CHECK(load_scenario({mesh}, "").run.until == seconds(2));
  const auto other = dir.write("t.yaml", scenario("{run: {until: 3s}}"));
  const Scenario s = load_scenario({mesh}, other.string());
  CHECK(s.run.until == seconds(3));
  CHECK(problems(s, dir) ==
        "mesh/s.yaml:1:1: warning [MS0406] this Scenario document is not used\n"
        "  fix: only one scenario runs at a time\n");
}

TEST_CASE("scenario_load: applied files become objects with their own places") {
  const ScratchDir dir;
  dir.write("later.yaml", service("b") + "---\n" + service("c"));
  const auto file = dir.write(
      "s.yaml", scenario("{changes: [{at: 1s, apply: [later.yaml, later.yaml]}, {at: 2s, label: "
                         "mine, apply: later.yaml}]}"));
  const Scenario s = load_scenario(file.string());
  CHECK(problems(s, dir).find("error") == std::string::npos);
  REQUIRE(s.changes.size() == 2);
  CHECK(s.changes[0].label == "apply later.yaml, later.yaml");
  CHECK(s.changes[0].documents.size() == 4);
  CHECK(s.changes[1].label == "mine");
  CHECK(s.changes[1].documents[1].place == Place{(dir.path() / "later.yaml").string(), 6, 1});
}

TEST_CASE("scenario_load: lists are opened, absolute paths are taken as they are") {
  const ScratchDir dir;
  const auto list =
      dir.write("list.yaml",
                "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace, "
                "metadata: {name: a}}\n- {apiVersion: v1, kind: Namespace, metadata: {name: "
                "b}}\n");
  const auto file = dir.write("sub/s.yaml", scenario("{include: " + list.string() + "}"));
  const Scenario s = load_scenario(file.string());
  CHECK(problems(s, dir) == "");
  CHECK(s.documents.size() == 2);
  CHECK(s.resources.namespaces.size() == 2);
}

TEST_CASE("scenario_load: what cannot be read is reported where it was asked for") {
  struct Row {
    const char* name;
    std::string text;
    const char* problems;
  };
  const Row rows[] = {
      {"a missing file", scenario("{include: [none.yaml]}"),
       "s.yaml:3:18: error [MS0109] none.yaml does not exist\n"
       "  fix: paths in a scenario are relative to its file\n"},
      {"a pattern without a match", scenario("{include: '*.yml'}"),
       "s.yaml:3:17: error [MS0409] *.yml matches no file\n"},
      {"an empty folder", scenario("{include: empty}"),
       "s.yaml:3:17: error [MS0409] empty has no *.yaml or *.yml files\n"},
      {"an empty file", scenario("{include: empty.yaml}"),
       "s.yaml:3:17: error [MS0409] empty.yaml has no documents\n  fix: is the file empty?\n"},
      {"nothing at all", "",
       "s.yaml: error [MS0409] s.yaml has no documents\n"
       "  fix: is the file empty?\n"},
      {"two scenarios", scenario("{}") + "---\n" + scenario("{}"),
       "s.yaml:5:1: error [MS0406] a second Scenario document; the first is at s.yaml:1:1\n"
       "  fix: keep one of the two in a file of its own\n"},
      {"a missing change", scenario("{changes: [{at: 1s, apply: gone.yaml}]}"),
       "s.yaml:3:34: error [MS0109] gone.yaml does not exist\n"
       "  fix: paths in a scenario are relative to its file\n"},
      {"malformed YAML in an included file", scenario("{include: bad.yaml}"),
       "bad.yaml:2:1: error [MS0101] a '[' is not closed before this\n  fix: add the missing "
       "']'\n"},
      {"malformed YAML in the scenario, and its other documents",
       scenario("{run: [}") + "---\nkind: Service\n",
       "s.yaml:3:14: error [MS0101] this bracket closes nothing that is open\n"
       "  fix: close brackets in the order of opening\n"
       "s.yaml:5:1: error [MS0112] Service: apiVersion is missing\n"
       "  fix: every object says apiVersion and kind\n"},
      {"an object in place of a document", scenario("{}") + "---\n- a\n",
       "s.yaml:5:1: error [MS0112] a document is a Kubernetes object, found a list\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const ScratchDir dir;
    dir.write("empty/readme.md", "");
    dir.write("empty.yaml", "# nothing\n");
    dir.write("bad.yaml", "a: [\n");
    const auto file = dir.write("s.yaml", row.text);
    CHECK(problems(load_scenario(file.string()), dir) == row.problems);
  }
  CHECK(brief(load_scenario("/no/such/scenario.yaml").diagnostics) ==
        "0:0 MS0109 cannot be read (check that the file exists and that you may read it)\n");
}

TEST_CASE("scenario_load: text is a scenario too") {
  const Scenario s = parse_scenario(service("a") + "---\n" + scenario("{run: {until: 1s}}"), "x");
  CHECK(brief(s.diagnostics) == "");
  CHECK(names(s.resources) == "a");
  CHECK(brief(parse_scenario("", "x").diagnostics) ==
        "0:0 MS0409 there are no documents (is the text empty?)\n");
  CHECK(parse_scenario("\x01\x02", "x").diagnostics.has_errors());
}

TEST_CASE("scenario_load: mutated scenarios are refused or read, never a crash") {
  const std::string seed_text =
      scenario(
          "{include: [], platform: {istioVersion: '1.27', network: {sameZone: {rtt: 0.4ms}}, "
          "sidecar: {cost: {mean: 0.35ms, cv: 0.5}}},\n"
          " behaviour: {workloads: {a: {workers: 8, handlers: [{match: {path: {prefix: /x}}, "
          "script: [{sleep: 1ms}, [{call: b}, {call: {service: c, timeout: 3s}}]]}]}}},\n"
          " load: [{name: l, to: {service: a, path: '/{i%9}'}, open: {rate: [{at: 0s, rps: 9}]}},"
          "\n  {to: {gateway: g}, closed: {users: 5, think: {exponential: {mean: 1s}}}}],\n"
          " faults: [{at: 3m, for: 45s, crash: {workload: a, replicas: 1}}],\n"
          " changes: [{at: 1s, scale: {workload: a, replicas: 4}}],\n"
          " thresholds: [{metric: p99, max: 800ms}], run: {until: 10m, memoryLimit: 8Gi},\n"
          " record: {requests: {sample: 1%}, timeseries: 1s}}") +
      "---\n" + service("a");
  const std::string_view splices[] = {
      "{",  "}", "[",    "]",     ":",    ",",    "\n",   " ",  "-",  "'",    "\"",   "&a ",
      "*a", "0", "-1",   "1e400", "~",    "null", "true", "%",  "1s", "!!x ", "#",    "\t",
      "|",  ">", "<<: ", "---",   "\xff", ".nan", "{}",   "[]", "1h", "5%",   "\r\n", "? "};
  std::mt19937_64 random(20250103);
  int without_errors = 0;
  for (int i = 0; i < 3'000; ++i) {
    std::string text = seed_text;
    for (std::uint64_t n = 1 + random() % 4; n > 0; --n) {
      const std::size_t at = random() % text.size();
      const std::size_t length = std::min<std::size_t>(random() % 8, text.size() - at);
      switch (random() % 3) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, splices[random() % std::size(splices)]);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 30));
          break;
      }
      if (text.empty()) text = "x";
    }
    const Scenario s = parse_scenario(text, "m.yaml");
    if (s.diagnostics.has_errors()) continue;
    ++without_errors;
    // What is accepted can be printed, and is read again as the same.
    const Scenario again = parse_scenario(effective_yaml(s), "m.yaml");
    CAPTURE(text);
    CHECK_FALSE(again.diagnostics.has_errors());
    CHECK(config_digest(again) == config_digest(s));
  }
  CHECK(without_errors > 100);
}
