// Load balancer settings.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::read_text;

std::string balancer(const std::string& fields) {
  return testing::with_policy("loadBalancer:\n" + testing::indented(fields, 2));
}
istio::LoadBalancer kept(const std::string& fields) {
  const auto result = read_text(balancer(fields));
  CHECK_FALSE(result.problems.has_errors());
  return result.resources.destination_rules.at(0).traffic_policy->groups.load_balancer.value();
}

TEST_CASE("load_balancer: simple ones by name") {
  using Simple = istio::SimpleLoadBalancer;
  CHECK(kept("simple: ROUND_ROBIN").simple == Simple::RoundRobin);
  CHECK(kept("simple: LEAST_CONN").simple == Simple::LeastConn);
  CHECK(kept("simple: RANDOM").simple == Simple::Random);
  CHECK(kept("simple: PASSTHROUGH").simple == Simple::Passthrough);
  CHECK(kept("simple: LEAST_REQUEST").simple == Simple::LeastRequest);
  CHECK(kept("{}").simple == Simple::Unspecified);
}

TEST_CASE("load_balancer: hashing and warm-up are kept") {
  const auto hash = kept(
                        "consistentHash: {httpCookie: {name: user, path: /, ttl: 0s}, "
                        "ringHash: {minimumRingSize: 9}}")
                        .consistent_hash.value();
  CHECK(hash.http_cookie == istio::HttpCookie{"user", "/", Duration{0}});
  CHECK(hash.minimum_ring_size == 9u);
  CHECK_FALSE(hash.maglev_table_size);
  CHECK(kept("consistentHash: {useSourceIp: true, maglev: {tableSize: 65537}}")
            .consistent_hash->maglev_table_size == 65537u);
  CHECK(kept("consistentHash: {httpHeaderName: x-user}").consistent_hash->http_header_name ==
        "x-user");
  CHECK(kept("warmup: {duration: 30s, minimumPercent: 5, aggression: 2}").warmup ==
        istio::Warmup{seconds(30), 5.0, 2.0});
  CHECK(kept("warmupDurationSecs: 45s").warmup == istio::Warmup{seconds(45), 10.0, 1.0});
}

TEST_CASE("load_balancer: what istiod refuses or what surprises") {
  const std::string path = "spec.trafficPolicy.loadBalancer";
  check_rows(
      {
          {"the address that the caller dialled", "simple: PASSTHROUGH",
           "warning MS0301 " + path +
               ".simple: PASSTHROUGH is not simulated yet: hosts are chosen at random"},
          {"a word that is none", "simple: ROUNDROBIN",
           "error MS0106 " + path +
               ".simple: must be one of UNSPECIFIED, LEAST_CONN, RANDOM, PASSTHROUGH, "
               "ROUND_ROBIN, LEAST_REQUEST, got \"ROUNDROBIN\""},
          {"both kinds", "{simple: RANDOM, consistentHash: {useSourceIp: true}}",
           "error MS0203 " + path + ": only one of simple, consistentHash may be set"},
          {"two keys", "consistentHash: {useSourceIp: true, httpHeaderName: x}",
           "error MS0203 " + path +
               ".consistentHash: only one of httpHeaderName, httpCookie, useSourceIp, "
               "httpQueryParameterName may be set"},
          {"a table that is not prime", "consistentHash: {maglev: {tableSize: 65536}}",
           "error MS0217 " + path +
               ".consistentHash.maglev.tableSize: must be a prime number below 5000011"},
          {"a table without size", "consistentHash: {maglev: {}}",
           "error MS0217 " + path +
               ".consistentHash.maglev.tableSize: must be a prime number below 5000011"},
          {"the old ring", "consistentHash: {minimumRingSize: 10}",
           "warning MS0305 " + path +
               ".consistentHash.minimumRingSize: minimumRingSize is deprecated"},
          {"a cookie without name", "consistentHash: {httpCookie: {name: ''}}",
           "error MS0105 " + path + ".consistentHash.httpCookie.name: a cookie needs a name"},
          {"warm-up without duration", "warmup: {aggression: 1}",
           "error MS0105 " + path + ".warmup: duration is required"},
          {"warm-up with little aggression", "warmup: {duration: 1s, aggression: 0.3}",
           "error MS0108 " + path + ".warmup.aggression: must be at least 1, got 0.3"},
          {"warm-up twice", "{warmup: {duration: 1s}, warmupDurationSecs: 1s}",
           "error MS0203 " + path + ": only one of warmup, warmupDurationSecs may be set"},
          {"warm-up of a random balancer", "{simple: RANDOM, warmup: {duration: 1s}}",
           "warning MS0304 " + path + ": warm-up has no effect with this balancer"},
      },
      balancer);
}

}  // namespace
}  // namespace mesh
