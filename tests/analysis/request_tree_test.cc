// Tests of finding the rows below a root.
#include "libmesh/analysis/request_tree.h"

#include <doctest/doctest.h>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

TEST_CASE("request_tree: rows of the root and all below it, of no other") {
  const auto record = testing::small_record();
  const RequestTree tree(*record, 14);
  REQUIRE(tree.children_of(14).size() == 1);
  CHECK(record->requests.id[tree.children_of(14)[0]] == 15);
  REQUIRE(tree.attempts_of(15).size() == 2);
  CHECK(record->attempts.number[tree.attempts_of(15)[0]] == 1);
  CHECK(record->attempts.number[tree.attempts_of(15)[1]] == 2);
  REQUIRE(tree.visits_of(15).size() == 2);
  CHECK(record->visits.arrived_ns[tree.visits_of(15)[0]] <
        record->visits.arrived_ns[tree.visits_of(15)[1]]);
  CHECK(tree.attempts_of(0).empty());
  CHECK(tree.children_of(15).empty());
}

TEST_CASE("request_tree: a row is never below itself or a later one") {
  RunRecord record = *testing::small_record();
  for (std::size_t i = 0; i < record.requests.id.size(); ++i) {
    record.requests.root[i] = 0;
    record.requests.parent[i] = record.requests.id[i] + i % 2;
  }
  const RequestTree tree(record, 0);
  for (const std::uint64_t id : record.requests.id) CHECK(tree.children_of(id).empty());
}

}  // namespace
}  // namespace mesh
