// Scripts written with their defaults: brackets, rounds, ways, retries.
#include <doctest/doctest.h>

#include "libmesh/spec/effective.h"
#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;

TEST_CASE("effective_script: branches of one step need no brackets, lone parallel ones do") {
  struct Row {
    const char* given;
    const char* written;
  };
  const Row rows[] = {
      {"script: [[{call: a}, [{work: 1ms}, {work: 2ms}]]]",
       "- - call:\n      service: a\n      path: /\n      method: GET\n      body: 0\n      "
       "wait: true\n      onError: fail\n      statusOnError: 500\n  - - work: 1ms\n    - work: "
       "2ms\n"},
      {"script: [[[[{work: 1ms}, {work: 2ms}]], {work: 3ms}]]",
       "- - - - work: 1ms\n      - work: 2ms\n  - work: 3ms\n"},
      {"script: [[{work: 1ms}]]", "- - work: 1ms\n"},
      {"script: [[{parallel: {wait: any, branches: [{work: 1ms}, [{work: 2ms}]]}}]]",
       "- - parallel:\n      wait: 1\n      branches:\n        - work: 1ms\n        - work: 2ms\n"},
      {"script: [{repeat: {chance: 50%, script: [{work: 1ms}]}}]",
       "- repeat:\n    times: unlimited\n    chance: 50%\n    script:\n      - work: 1ms\n"},
      {"script: [{choose: [{script: []}]}]", "- choose:\n    - weight: 1\n      script: []\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.given);
    Diagnostics problems;
    WorkloadBehaviour b = testing::read_text(object(workload_behaviour_table), row.given, problems);
    CHECK(brief(problems) == "");
    CHECK(to_yaml(*to_node(b).find("script")) == row.written);
  }
}

TEST_CASE("effective_script: a retry shows its defaults") {
  RetrySpec retry;
  CHECK(to_yaml(to_node(retry)) ==
        "attempts: 2\nretryOn:\n  - 5xx\n  - timeout\nbackoff:\n  law: full\n  base: 100ms\n  max: "
        "20s\n");
  retry.attempts = 0xffffffffu;
  retry.pause = Distribution(Constant{seconds(1)});
  retry.budget = CallBudget{};
  CHECK(to_yaml(to_node(retry)) ==
        "attempts: unlimited\nretryOn:\n  - 5xx\n  - timeout\nbackoff:\n  time: 1s\nbudget:\n"
        "  law: tries\n  ratio: 0.1\n  burst: 5\n  perSecond: 0\n  share: 10%\n");
}
