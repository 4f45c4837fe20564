// Which virtual host answers for an authority.
#include "libmesh/policy/virtual_host.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

TEST_CASE("virtual_host: exact, then longest suffix, then longest prefix, then any") {
  const std::vector<Domain> domains = {{"*", 0},           {"www.*", 1},      {"www.shop.*", 2},
                                       {"*.com", 3},       {"*.shop.com", 4}, {"www.shop.com", 5},
                                       {"Reviews:9080", 6}};
  const VirtualHosts hosts(domains);
  struct Row {
    const char* name;
    std::string_view authority;
    std::uint32_t host;
  };
  const Row rows[] = {
      {"exact wins over everything", "www.shop.com", 5},
      {"case does not matter", "WWW.Shop.COM", 5},
      {"nor in the domain", "reviews:9080", 6},
      {"the longest suffix", "api.shop.com", 4},
      {"a shorter suffix", "api.com", 3},
      {"a suffix beats a prefix", "www.other.com", 3},
      {"the longest prefix", "www.shop.org", 2},
      {"a shorter prefix", "www.other.org", 1},
      {"a star stands for something", ".shop.com", 3},
      {"anything", "localhost", 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(hosts.find(row.authority) == row.host);
  }
}

TEST_CASE("virtual_host: without a star at all nothing may match") {
  const std::vector<Domain> domains = {{"a.example", 0}};
  CHECK_FALSE(VirtualHosts(domains).find("b.example"));
  CHECK_FALSE(VirtualHosts{}.find("b.example"));
}
