// Reads load balancer settings: simple ones, hashing, warm-up, localities.
#include <initializer_list>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

using Simple = SimpleLoadBalancer;

Reader<Simple> simple() {
  return one_of<Simple>({{"UNSPECIFIED", Simple::Unspecified},
                         {"LEAST_CONN", Simple::LeastConn},
                         {"RANDOM", Simple::Random},
                         {"PASSTHROUGH", Simple::Passthrough},
                         {"ROUND_ROBIN", Simple::RoundRobin},
                         {"LEAST_REQUEST", Simple::LeastRequest}});
}

bool is_prime(std::uint64_t number) {
  if (number < 2) return false;
  for (std::uint64_t divisor = 2; divisor * divisor <= number; ++divisor) {
    if (number % divisor == 0) return false;
  }
  return true;
}

const Table<Anything>& cookie_attribute_table() {
  static const Table<Anything> table("CookieAttribute", "A further attribute of the cookie.",
                                     {
                                         part("name", text(), "Name.").as_required(),
                                         part("value", text(), "Value."),
                                     });
  return table;
}

const Table<HttpCookie>& cookie_table() {
  static const Table<HttpCookie> table(
      "HTTPCookie", "A cookie that chooses the host.",
      {
          required("name", &HttpCookie::name, text(), "Name of the cookie."),
          simulated("path", &HttpCookie::path, text(), "", "Path of the cookie."),
          simulated("ttl", &HttpCookie::ttl, duration(), "none",
                    "Lifetime of a cookie that the sidecar makes; 0s = session."),
          no_effect("attributes", list(object(cookie_attribute_table)), "Attributes (1.31)."),
      },
      [](const YamlNode& node, const Reading& at, HttpCookie& cookie) {
        const YamlNode* name = node.find("name");
        if (name == nullptr || name->kind == YamlNode::Kind::Null || !cookie.name.empty()) return;
        at.field("name").error(code::missing_field, *name, "a cookie needs a name");
      });
  return table;
}

const Table<ConsistentHash>& ring_hash_table() {
  static const Table<ConsistentHash> table(
      "RingHash", "Hosts on a ring.",
      {simulated("minimumRingSize", &ConsistentHash::minimum_ring_size, integer<std::uint64_t>(0),
                 "1024", "Smallest size of the ring.")});
  return table;
}

const Table<ConsistentHash>& maglev_table() {
  static const Table<ConsistentHash> table(
      "MagLev", "Hosts in a table.",
      {simulated("tableSize", &ConsistentHash::maglev_table_size, integer<std::uint64_t>(0), "",
                 "Size of the table: a prime below 5000011.")},
      [](const YamlNode& node, const Reading& at, ConsistentHash& hash) {
        const std::uint64_t size = hash.maglev_table_size.value_or(0);
        constexpr std::uint64_t limit = 5'000'011;  // validateLoadBalancer
        if (size > 0 && size < limit && is_prime(size)) return;
        at.field("tableSize")
            .error(code::invalid_load_balancer, child_or_self(node, "tableSize"),
                   "must be a prime number below 5000011", "65537 is Envoy's own");
      });
  return table;
}

int count_present(const YamlNode& node, std::initializer_list<const char*> names) {
  int count = 0;
  for (const char* name : names) count += node.find(name) != nullptr ? 1 : 0;
  return count;
}

void check_consistent_hash(const YamlNode& node, const Reading& at, ConsistentHash&) {
  if (count_present(
          node, {"httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName"}) > 1) {
    at.error(code::exclusive_fields, node,
             "only one of httpHeaderName, httpCookie, useSourceIp, httpQueryParameterName may "
             "be set");
  }
  if (count_present(node, {"ringHash", "maglev"}) > 1) {
    at.error(code::exclusive_fields, node, "only one of ringHash, maglev may be set");
  }
  const YamlNode* old = node.find("minimumRingSize");
  if (old == nullptr) return;
  at.field("minimumRingSize")
      .warning(code::deprecated, *old, "minimumRingSize is deprecated",
               "write ringHash: {minimumRingSize: …}");
  if (count_present(node, {"ringHash", "maglev"}) > 0) {
    at.error(code::exclusive_fields, *old, "minimumRingSize excludes ringHash and maglev");
  }
}

const Table<ConsistentHash>& consistent_hash_table() {
  static const Table<ConsistentHash> table(
      "ConsistentHashLB", "Requests with the same key go to the same host.",
      {
          simulated("httpHeaderName", &ConsistentHash::http_header_name, text(), "",
                    "The key is this header."),
          simulated("httpQueryParameterName", &ConsistentHash::http_query_parameter_name, text(),
                    "", "The key is this parameter of the query."),
          simulated("httpCookie", &ConsistentHash::http_cookie, object(cookie_table), "",
                    "The key is this cookie."),
          simulated("useSourceIp", &ConsistentHash::use_source_ip, boolean(), "false",
                    "The key is the caller's address."),
          simulated("ringHash", itself, object(ring_hash_table), "", "Hosts on a ring."),
          simulated("maglev", itself, object(maglev_table), "", "Hosts in a table."),
          simulated("minimumRingSize", &ConsistentHash::minimum_ring_size,
                    integer<std::uint64_t>(0), "1024", "Deprecated: see ringHash."),
      },
      check_consistent_hash);
  return table;
}

const Table<Warmup>& warmup_table() {
  static const Table<Warmup> table(
      "WarmupConfiguration", "New hosts get more requests step by step.",
      {
          required("duration", &Warmup::duration, istio_duration(), "How long."),
          simulated("minimumPercent", &Warmup::minimum_percent, number(0, 100), "10",
                    "Share at the start."),
          simulated("aggression", &Warmup::aggression, number(1), "1", "Shape of the curve."),
      });
  return table;
}

void check_load_balancer(const YamlNode& node, const Reading& at, LoadBalancer& balancer) {
  if (count_present(node, {"simple", "consistentHash"}) > 1) {
    at.error(code::exclusive_fields, node, "only one of simple, consistentHash may be set");
  }
  if (count_present(node, {"warmup", "warmupDurationSecs"}) > 1) {
    at.error(code::exclusive_fields, node, "only one of warmup, warmupDurationSecs may be set");
  }
  if (balancer.simple == Simple::Passthrough) {
    at.field("simple").warning(code::not_simulated, child_or_self(node, "simple"),
                               "PASSTHROUGH is not simulated yet: hosts are chosen at random");
  }
  const bool ignores_warmup = balancer.consistent_hash || balancer.simple == Simple::Random ||
                              balancer.simple == Simple::Passthrough;
  if (balancer.warmup && ignores_warmup) {
    at.warning(code::surprising, node, "warm-up has no effect with this balancer",
               "ROUND_ROBIN and LEAST_REQUEST warm up");
  }
}

}  // namespace

const Table<LoadBalancer>& load_balancer_table() {
  static const Table<LoadBalancer> table(
      "LoadBalancerSettings", "How a host is chosen.",
      {
          simulated("simple", &LoadBalancer::simple, simple(), "LEAST_REQUEST",
                    "A balancer without a key."),
          simulated("consistentHash", &LoadBalancer::consistent_hash, object(consistent_hash_table),
                    "none", "A balancer with a key."),
          simulated("warmup", &LoadBalancer::warmup, object(warmup_table), "none",
                    "New hosts get more requests step by step."),
          simulated(
              "warmupDurationSecs",
              [](LoadBalancer& b) -> auto& {
                if (!b.warmup) b.warmup.emplace();
                return b.warmup->duration;
              },
              istio_duration(), "none", "Old form of warmup."),
          simulated("localityLbSetting", &LoadBalancer::locality, object(locality_table),
                    "the mesh's", "Prefers near hosts."),
          simulated("zoneAwareLbSetting", &LoadBalancer::zone_aware, object(zone_aware_table),
                    "none", "Prefers the own zone (1.31)."),
      },
      check_load_balancer);
  return table;
}

}  // namespace mesh::istio
