// Hosts that a request was sent to, against a plain list.
#include <doctest/doctest.h>

#include <vector>

#include "libmesh/base/rng.h"
#include "libmesh/engine/tried_hosts.h"

namespace mesh {
namespace {

std::vector<std::uint32_t> listed(const TriedHosts& hosts, const SlotMap<TriedHost>& table) {
  std::vector<std::uint32_t> all;
  hosts.each(table, [&](EndpointId host) {
    all.push_back(host.value);
    return true;
  });
  return all;
}

TEST_CASE("tried_hosts: many requests share a table, each lists its own hosts, newest first") {
  Draw draw(7);
  SlotMap<TriedHost> table;
  std::vector<TriedHosts> hosts(50);
  std::vector<std::vector<std::uint32_t>> plain(50);
  for (int step = 0; step < 20'000; ++step) {
    CAPTURE(step);
    const std::size_t i = draw.modulo(hosts.size());
    if (draw.modulo(4) == 0) {
      hosts[i].clear(table);
      plain[i].clear();
    } else {
      const auto host = static_cast<std::uint32_t>(draw.modulo(1000));
      hosts[i].add(table, EndpointId{host});
      plain[i].insert(plain[i].begin(), host);
    }
    REQUIRE(listed(hosts[i], table) == plain[i]);
    REQUIRE(hosts[i].size(table) == plain[i].size());
  }
  std::size_t in_lists = 0;
  for (const auto& p : plain) in_lists += p.size() > 1 ? p.size() : 0;
  CHECK(table.size() == in_lists);
}

TEST_CASE("tried_hosts: a single host takes no room in the table, and a visit can stop early") {
  SlotMap<TriedHost> table;
  TriedHosts hosts;
  CHECK(hosts.size(table) == 0);
  hosts.add(table, EndpointId{0});
  CHECK(table.empty());
  hosts.add(table, EndpointId{5});
  hosts.add(table, EndpointId{9});
  CHECK(table.size() == 3);
  std::vector<std::uint32_t> seen;
  hosts.each(table, [&](EndpointId host) {
    seen.push_back(host.value);
    return seen.size() < 2;
  });
  CHECK(seen == std::vector<std::uint32_t>{9, 5});
}

}  // namespace
}  // namespace mesh
