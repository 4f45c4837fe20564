// Which names, hosts and headers are accepted.
#include "libmesh/spec/name_rules.h"

#include <doctest/doctest.h>

#include <string>

namespace mesh {
namespace {

TEST_CASE("name_rules: DNS labels are lower case for Kubernetes and free for istiod") {
  struct Row {
    std::string name;
    bool kubernetes, istio;
  };
  const Row rows[] = {
      {"a", true, true},
      {"reviews-v1", true, true},
      {"1st", true, true},
      {"Reviews", false, true},
      {"-a", false, false},
      {"a-", false, false},
      {"a.b", false, false},
      {"a_b", false, false},
      {"", false, false},
      {std::string(63, 'a'), true, true},
      {std::string(64, 'a'), false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(is_dns_label(row.name) == row.kubernetes);
    CHECK(is_istio_dns_label(row.name) == row.istio);
  }
  CHECK(is_dns_subdomain("a.b-c.d1"));
  for (const char* bad : {"", "a..b", ".a", "a.", "a.-b", "A.b", "a/b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_dns_subdomain(bad));
  }
}

TEST_CASE("name_rules: domains as istiod accepts them") {
  for (const char* good : {"reviews", "reviews.default.svc.cluster.local", "istio.io.", "*",
                           "*.example.com", "*-api.example.com", "*foo", "Shop.example.com"}) {
    CAPTURE(good);
    CHECK(domain_problem(good, true) == nullptr);
  }
  for (const char* bad : {"", "a..b", "a_b", "a.*.b", "10.0.0.1", "example.123", "http://a", "a:80",
                          "**", "*.*.com", "foo*"}) {
    CAPTURE(bad);
    CHECK(domain_problem(bad, true) != nullptr);
  }
  CHECK(domain_problem("*.example.com", false) != nullptr);
  CHECK(std::string(domain_problem("foo*bar.com", true)) == "a wildcard may only stand in front");
}

TEST_CASE("name_rules: a wildcard host covers longer ones") {
  CHECK(host_matches("*", "shop.io"));
  CHECK(host_matches("*", "*.io"));
  CHECK(host_matches("*.io", "shop.io"));
  CHECK(host_matches("*.io", "*.shop.io"));
  CHECK(host_matches("shop.io", "shop.io"));
  CHECK_FALSE(host_matches("*.shop.io", "*.io"));
  CHECK_FALSE(host_matches("*.shop.io", "shop.io"));
  CHECK_FALSE(host_matches("shop.io", "*.io"));
}

TEST_CASE("name_rules: addresses and subnets") {
  for (const char* good : {"10.0.0.0/8", "10.0.0.1", "2001:db8::/32", "::1", "0.0.0.0/0"}) {
    CAPTURE(good);
    CHECK(is_ip_subnet(good));
  }
  for (const char* bad : {"10.0.0.0/33", "10.0.0/8", "a/8", "10.0.0.0/", "10.0.0.0/x", "::1/129"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_ip_subnet(bad));
  }
}

TEST_CASE("name_rules: label keys and values") {
  for (const char* good : {"app", "app.kubernetes.io/name", "a_b.c-d", "Example.com/x"}) {
    CAPTURE(good);
    CHECK(is_label_key(good));
  }
  for (const char* bad : {"", "/app", "a/b/c", "app/", "-app", "a b", "ex_ample.com/x"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_label_key(bad));
  }
  CHECK(is_label_value(""));
  CHECK(is_label_value("v1.2_x-y"));
  CHECK_FALSE(is_label_value("v1/2"));
  CHECK_FALSE(is_label_value("v1-"));
  CHECK_FALSE(is_label_value(std::string(64, 'v')));
}

TEST_CASE("name_rules: header names and Envoy's formats") {
  CHECK(is_header_name("x-end-user"));
  CHECK_FALSE(is_header_name("x end"));
  CHECK_FALSE(is_header_name(""));
  CHECK(is_authority_header("HOST"));
  CHECK(is_authority_header(":Authority"));
  CHECK_FALSE(is_authority_header("x-host"));
  for (const char* good : {"", "plain", "100%%", "%START_TIME%", "%REQ(x-id)%",
                           "a %DOWNSTREAM_REMOTE_ADDRESS% b", "%START_TIME(%s.%3f)%"}) {
    CAPTURE(good);
    CHECK(is_header_format(good));
  }
  for (const char* bad : {"100%", "abc%123", "%START_TIME%%", "%REQ(x", "%REQ(x)", "a\nb"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_header_format(bad));
  }
}

}  // namespace
}  // namespace mesh
