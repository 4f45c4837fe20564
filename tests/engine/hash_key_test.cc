// What requests are hashed by: cookies, addresses, numbers, nothing.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/support/small_cluster.h"

namespace mesh {
namespace {

using testing::SmallCluster;

TEST_CASE("hash_key: a generated cookie keeps a connection at one pod") {
  SmallCluster mesh(8, LoadBalancerKind::RingHash);
  mesh.hand.plan().loads[mesh.load].connections = 1;
  mesh.hash_by({.kind = HashPart::Kind::Cookie});
  std::set<std::size_t> homes;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto counts = mesh.run(seconds(1), seed);
    CHECK(std::count(counts.begin(), counts.end(), 0) == 7);
    homes.insert(
        static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin()));
  }
  CHECK(homes.size() > 3);  // the port of the connection differs from run to run
  mesh.hand.plan().loads[mesh.load].connections = 200;
  const auto spread = mesh.run(seconds(1));
  CHECK(std::count(spread.begin(), spread.end(), 0) == 0);
}

TEST_CASE("hash_key: by source address each client pod has one server") {
  SmallCluster mesh(8, LoadBalancerKind::Maglev, 1000, 4);
  mesh.hash_by({.kind = HashPart::Kind::SourceIp});
  const auto counts = mesh.run(seconds(1));
  CHECK(std::all_of(counts.begin(), counts.end(), [](auto c) { return c % 250 == 0; }));
  CHECK(counts == mesh.run(seconds(1), 2));  // no chance in it
}

TEST_CASE("hash_key: without a key hashed clusters choose at random") {
  SmallCluster mesh(4, LoadBalancerKind::RingHash);
  for (const std::uint64_t count : mesh.run(seconds(4))) {
    CHECK(static_cast<double>(count) == doctest::Approx(1000).epsilon(0.25));
  }
}

TEST_CASE("hash_key: a number in the key spreads requests, the same one goes home again") {
  SmallCluster mesh(5, LoadBalancerKind::RingHash, 600);
  mesh.hash_by({.kind = HashPart::Kind::Numbered, .text = "user-{i%6}"});
  const auto counts = mesh.run(seconds(1));
  CHECK(std::all_of(counts.begin(), counts.end(), [](auto c) { return c % 100 == 0; }));
  CHECK(std::count(counts.begin(), counts.end(), 600) == 0);
  CHECK(counts == mesh.run(seconds(1), 2));
}

TEST_CASE("hash_key: several methods are folded, and their order matters") {
  std::set<std::vector<std::uint64_t>> outcomes;
  for (const auto& [first, second] : {std::pair{7u, 9u}, {9u, 7u}}) {
    SmallCluster mesh(40, LoadBalancerKind::Maglev, 100);
    mesh.hash_by({.kind = HashPart::Kind::Fixed, .hash = first * 0x123456789abcdefull});
    mesh.hand.plan().hash_keys.front().parts.push_back(
        {.kind = HashPart::Kind::Fixed, .hash = second * 0x123456789abcdefull});
    outcomes.insert(mesh.run(seconds(1)));
  }
  CHECK(outcomes.size() == 2);
}

TEST_CASE("hash_key: users of a closed load keep a cookie each") {
  SmallCluster mesh(8, LoadBalancerKind::RingHash);
  mesh.hand.plan().loads = {};
  mesh.load = mesh.hand.closed_load("users", mesh.client, mesh.server, 3,
                                    Distribution(Constant{milliseconds(10)}));
  mesh.hash_by({.kind = HashPart::Kind::Cookie});
  Engine engine(mesh.hand.build(), 4);
  engine.run_until(Instant{} + seconds(1), {});
  const auto counts = testing::received(engine.world(), engine.plan(), mesh.server);
  CHECK(8 - std::count(counts.begin(), counts.end(), 0) <= 3);
}

}  // namespace
}  // namespace mesh
