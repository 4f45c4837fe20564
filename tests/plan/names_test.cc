// Host and cluster names: completion, wildcards, authorities.
#include "libmesh/plan/names.h"

#include <doctest/doctest.h>

namespace mesh {
namespace {

TEST_CASE("names: only a host without dot is completed") {
  struct Row {
    const char* host;
    const char* expected;
  };
  const Row rows[] = {{"web", "web.shop.svc.cluster.local"},
                      {"web.other", "web.other"},
                      {"*", "*"},
                      {"*.example.com", "*.example.com"},
                      {"web.shop.svc.cluster.local", "web.shop.svc.cluster.local"},
                      {"", ""}};
  for (const Row& row : rows) CHECK(resolve_short_name(row.host, "shop") == row.expected);
}

TEST_CASE("names: clusters are written as in Envoy's configuration") {
  CHECK(outbound_cluster(80, "v1", "web.shop.svc.cluster.local") ==
        "outbound|80|v1|web.shop.svc.cluster.local");
  CHECK(outbound_cluster(80, "", "a") == "outbound|80||a");
  CHECK(inbound_cluster(8080) == "inbound|8080||");
}

TEST_CASE("names: which hosts a pattern contains") {
  struct Row {
    const char* narrow;
    const char* wide;
    bool expected;
  };
  const Row rows[] = {{"a.example.com", "*.example.com", true},
                      {"a.b.example.com", "*.example.com", true},
                      {"*.b.example.com", "*.example.com", true},
                      {"*.example.com", "*.b.example.com", false},
                      {"example.com", "*.example.com", false},
                      {"a.example.com", "*", true},
                      {"*", "*", true},
                      {"*", "*.com", false},
                      {"a", "a", true},
                      {"*.a", "a", false}};
  for (const Row& row : rows) {
    CAPTURE(row.narrow);
    CAPTURE(row.wide);
    CHECK(is_subset_of(row.narrow, row.wide) == row.expected);
  }
}

TEST_CASE("names: authorities lose their port and their capitals") {
  CHECK(host_of_authority("Web.Example.COM:8080") == "web.example.com");
  CHECK(host_of_authority("web") == "web");
  CHECK(host_of_authority("web:http") == "web:http");
  CHECK(port_of_authority("web:8080") == 8080u);
  CHECK(!port_of_authority("web"));
  CHECK(!port_of_authority("web:"));
  CHECK(!port_of_authority("web:99999"));
}

TEST_CASE("names: objects as people write them") {
  CHECK(split_dotted("cart").name_space.empty());
  CHECK(split_dotted("cart.shop.svc.cluster.local").name_space == "shop");
  CHECK(split_slashed("shop/cart").name == "cart");
  CHECK(split_slashed("shop/cart").name_space == "shop");
}

}  // namespace
}  // namespace mesh
