// What is hashed to choose a host.
#include "libmesh/policy/hash_policy.h"

#include <doctest/doctest.h>

#include <bit>
#include <vector>

#include "libmesh/base/hash.h"

using namespace mesh;

namespace {

const std::vector<std::pair<std::string, std::string>> headers = {
    {"x-user", "jason"}, {"X-Tag", "b"}, {"x-tag", "a"}, {"cookie", "theme=dark; session=\"42\""}};
const HashInput input{.headers = headers,
                      .path = "/items?id=7&id=8",
                      .source_ip = "10.0.0.1",
                      .remote_address = "10.0.0.1:4000",
                      .local_address = "10.0.0.9:80"};

std::optional<std::uint64_t> hash(const std::vector<HashMethod>& methods) {
  return route_hash(methods, input).hash;
}

using K = HashMethodKind;

}  // namespace

TEST_CASE("hash_policy: one method each") {
  CHECK(hash({{K::Header, "X-User"}}) == xxh64("jason"));
  CHECK(hash({{K::Header, "x-tag"}}) == xxh64("ab"));  // sorted, joined
  CHECK(hash({{K::Cookie, "session"}}) == xxh64("42"));
  CHECK(hash({{K::SourceIp}}) == xxh64("10.0.0.1"));
  CHECK(hash({{K::QueryParameter, "id"}}) == xxh64("7"));
}

TEST_CASE(
    "hash_policy: without its key a method says nothing, then the balancer takes a random word") {
  CHECK_FALSE(hash({{K::Header, "x-none"}}));
  CHECK_FALSE(hash({{K::Cookie, "none"}}));
  CHECK_FALSE(hash({{K::QueryParameter, "none"}}));
  CHECK_FALSE(route_hash(std::vector<HashMethod>{{K::SourceIp}}, {}).hash);
  CHECK_FALSE(hash({}));
}

TEST_CASE("hash_policy: several are rotated into each other, missing ones left out") {
  const std::uint64_t user = xxh64("jason"), ip = xxh64("10.0.0.1");
  CHECK(hash({{K::Header, "x-user"}, {K::SourceIp}}) == (std::rotl(user, 1) ^ ip));
  CHECK(hash({{K::Header, "x-none"}, {K::SourceIp}}) == ip);
  CHECK(hash({{K::SourceIp}, {K::SourceIp}}) != 0);
}

TEST_CASE("hash_policy: a terminal method ends the list once there is a hash") {
  const HashMethod user{.kind = K::Header, .name = "x-user", .terminal = true};
  const HashMethod none{.kind = K::Header, .name = "x-none", .terminal = true};
  CHECK(hash({user, {K::SourceIp}}) == xxh64("jason"));
  CHECK(hash({none, {K::SourceIp}}) == xxh64("10.0.0.1"));
}

TEST_CASE("hash_policy: a missing cookie with a TTL is made of the connection's addresses") {
  const HashMethod method{.kind = K::Cookie, .name = "lb", .ttl = seconds(60), .path = "/"};
  const HashResult made = route_hash(std::vector<HashMethod>{method}, input);
  REQUIRE(made.cookie);
  CHECK(made.cookie->name == "lb");
  CHECK(made.cookie->ttl == seconds(60));
  CHECK(made.cookie->value.size() == 16);
  CHECK(made.hash == xxh64(made.cookie->value));
  // All streams of a connection get the same, another connection gets another.
  CHECK(generated_cookie_value("10.0.0.1:4000", "10.0.0.9:80") == made.cookie->value);
  CHECK(generated_cookie_value("10.0.0.1:4001", "10.0.0.9:80") != made.cookie->value);

  const HashMethod present{.kind = K::Cookie, .name = "session", .ttl = seconds(60)};
  CHECK_FALSE(route_hash(std::vector<HashMethod>{present}, input).cookie);
}

TEST_CASE("hash_policy: cookies") {
  struct Row {
    std::string_view header, name, value;
  };
  for (const Row row : {Row{"a=1; b=2", "b", "2"}, Row{"a=1;b=2", "a", "1"}, Row{"aa=1", "a", ""},
                        Row{"a", "a", ""}, Row{"", "a", ""}, Row{" a=\"x y\" ; b", "a", "x y"},
                        Row{"a=1; a=2", "a", "1"}, Row{"a=b=c", "a", "b=c"}}) {
    CAPTURE(row.header);
    CHECK(cookie_value(row.header, row.name) == row.value);
  }
}
