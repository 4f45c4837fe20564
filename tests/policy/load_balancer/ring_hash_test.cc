// Hash rings, entry by entry.
#include "libmesh/policy/load_balancer/ring_hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace mesh;

namespace {

struct Keys {
  std::vector<std::string> keys;
  std::vector<BalancerHost> hosts;
};

Keys keyed(const std::vector<std::uint32_t>& weights, int first_port) {
  Keys k;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    k.keys.push_back("127.0.0.1:" + std::to_string(first_port + static_cast<int>(i)));
  }
  for (std::size_t i = 0; i < weights.size(); ++i) k.hosts.push_back({k.keys[i], weights[i]});
  return k;
}

std::vector<int> entries_per_host(const HashRing& ring, std::size_t hosts) {
  std::vector<int> counts(hosts);
  for (const RingEntry& entry : ring.entries()) ++counts[entry.host];
  return counts;
}

}  // namespace

TEST_CASE("ring_hash: the twelve entries of six hosts, xxHash64") {
  // The positions are those of Envoy's ring_hash_lb_test.cc, Basic.
  const std::vector<RingEntry> expected = {
      {833437586790550860u, 4},   {928266305478181108u, 2},   {1033482794131418490u, 0},
      {3551244743356806947u, 5},  {3851675632748031481u, 3},  {5583722120771150861u, 1},
      {6311230543546372928u, 1},  {7700377290971790572u, 3},  {13144177310400110813u, 5},
      {13444792449719432967u, 2}, {15516499411664133160u, 4}, {16117243373044804889u, 0}};
  const Keys k = keyed({1, 1, 1, 1, 1, 1}, 90);
  const HashRing ring(normalize_weights(k.hosts), 12, 8'388'608, HashFunction::XxHash);
  CHECK(std::vector<RingEntry>(ring.entries().begin(), ring.entries().end()) == expected);
}

TEST_CASE("ring_hash: the twelve entries of six hosts, MurmurHash2") {
  // The positions are those of Envoy's ring_hash_lb_test.cc, BasicWithMurmur2.
  const std::vector<RingEntry> expected = {
      {1358027074129602068u, 5},  {4361834613929391114u, 3},  {7224494972555149682u, 4},
      {7701421856454313576u, 1},  {8649315368077433379u, 2},  {8739448859063030639u, 4},
      {9887544217113020895u, 1},  {10150910876324007731u, 2}, {15168472011420622455u, 3},
      {15427156902705414897u, 0}, {16375050414328759093u, 5}, {17613279263364193813u, 0}};
  const Keys k = keyed({1, 1, 1, 1, 1, 1}, 80);
  const HashRing ring(normalize_weights(k.hosts), 12, 8'388'608, HashFunction::MurmurHash2);
  CHECK(std::vector<RingEntry>(ring.entries().begin(), ring.entries().end()) == expected);
}

TEST_CASE("ring_hash: keys may be host names") {
  // Positions of BasicWithHostname.
  std::vector<BalancerHost> hosts;
  for (const char* name : {"90", "91", "92", "93", "94", "95"}) hosts.push_back({name, 1});
  const HashRing ring(normalize_weights(hosts), 12, 8'388'608, HashFunction::XxHash);
  CHECK(ring.entries()[0] == RingEntry{1975508444536362413u, 5});
  CHECK(ring.entries()[11] == RingEntry{15364271037087512980u, 4});
}

TEST_CASE("ring_hash: sizes") {
  struct Row {
    const char* name;
    std::vector<std::uint32_t> weights;
    std::uint64_t min, max;
    std::vector<int> entries;
  };
  const Row rows[] = {
      {"a multiple of the hosts", {1, 1, 1}, 12, 8'388'608, {4, 4, 4}},
      {"rounded up so that the least host is whole", {1, 1}, 3, 8'388'608, {2, 2}},
      {"by weight", {1, 2, 3}, 6, 8'388'608, {1, 2, 3}},
      {"the maximum cuts in: fractions add up over hosts", {1, 1, 1, 1}, 1024, 6, {2, 1, 2, 1}},
      {"at least one for the least", {1, 127}, 1, 8'388'608, {1, 127}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const Keys k = keyed(row.weights, 1);
    const HashRing ring(normalize_weights(k.hosts), row.min, row.max, HashFunction::XxHash);
    CHECK(entries_per_host(ring, row.weights.size()) == row.entries);
  }
}

TEST_CASE("ring_hash: a pick is the first entry at or after the hash, by linear search") {
  const Keys k = keyed({1, 5, 2, 2}, 7000);
  const HashRing ring(normalize_weights(k.hosts), 64, 8'388'608, HashFunction::XxHash);
  std::mt19937_64 random(4);
  const auto entries = ring.entries();
  for (int i = 0; i < 5'000; ++i) {
    const std::uint64_t hash = i % 3 == 0 ? entries[random() % entries.size()].hash : random();
    const auto attempt = static_cast<std::uint32_t>(random() % 4);
    std::size_t at = 0;
    while (at < entries.size() && entries[at].hash < hash) ++at;
    const std::uint32_t expected = entries[(at % entries.size() + attempt) % entries.size()].host;
    REQUIRE(ring.pick(hash, attempt) == expected);
  }
  CHECK(HashRing{}.pick(5) == no_host);
}

TEST_CASE("ring_hash: when a host leaves only its keys move") {
  const Keys six = keyed({1, 1, 1, 1, 1, 1}, 9000);
  std::vector<BalancerHost> five(six.hosts.begin(), six.hosts.end() - 1);
  const HashRing before(normalize_weights(six.hosts), 6 * 200, 8'388'608, HashFunction::XxHash);
  const HashRing after(normalize_weights(five), 5 * 200, 8'388'608, HashFunction::XxHash);
  std::mt19937_64 random(6);
  int moved = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t hash = random();
    const std::uint32_t host = before.pick(hash);
    if (host == 5) {
      ++moved;
    } else {
      REQUIRE(after.pick(hash) == host);
    }
  }
  CHECK(moved > 1'000);
  CHECK(moved < 2'500);
}

TEST_CASE("ring_hash: the balancer follows the ring, keeps no strings of its caller") {
  RingHashBalancer balancer;
  const auto idle = [](std::uint32_t) { return 0u; };
  const auto no_words = [] { return std::uint64_t{0}; };
  {
    const Keys k = keyed({1, 1, 1, 1, 1, 1}, 90);
    balancer.rebuild(k.hosts, {.minimum_ring_size = 12}, 0, idle);
  }
  CHECK(balancer.pick({.hash = 3551244743356806948u}, idle, no_words) == 3);
  CHECK(balancer.pick({.hash = 3551244743356806948u, .attempt = 1}, idle, no_words) == 1);
}
