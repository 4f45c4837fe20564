// What applications keep or share: caches, pools of connections, topics of messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libmesh/base/distribution.h"
#include "libmesh/base/zipf.h"
#include "libmesh/policy/cache.h"
#include "libmesh/spec/yaml_document.h"

namespace mesh {

/// One for all pods that use it, or one in each of them.
enum class StoreScope : std::uint8_t { Shared, Pod };

struct CacheSpec {
  std::string name;
  CacheConfig config;
  std::optional<Distribution> ttl;  // drawn for each entry; absent = for ever
  StoreScope scope = StoreScope::Shared;
  bool full = false;  // begins with its keys 1, 2, … as far as it holds them
  Place place;
  bool operator==(const CacheSpec&) const = default;
};

/// Which key of a cache a step asks for.
struct KeySpec {
  using Kind = KeyKind;
  Kind kind = Kind::One;
  Zipf law;                         // Zipf; Uniform: its keys
  std::vector<std::uint64_t> list;  // in turn by the number of the request at its pod
  bool operator==(const KeySpec&) const = default;
};

/// Connections to a database, say, of which a step holds one while it works.
struct PoolSpec {
  std::string name;
  std::uint32_t size = 10;  // HikariCP's maximumPoolSize
  std::uint32_t queue = 0xffffffffu;
  Duration wait = seconds(30);  // HikariCP's connectionTimeout
  std::uint16_t status = 500;   // of who gets none
  StoreScope scope = StoreScope::Pod;
  Place place;
  bool operator==(const PoolSpec&) const = default;
};

/// Messages on their way to a service, at least once.
struct TopicSpec {
  std::string name;
  std::string consumer;               // a service
  std::string path = "/";             // of the request that delivers a message
  std::uint32_t in_flight = 10;       // delivered and not acknowledged
  std::uint32_t limit = 0xffffffffu;  // messages that it keeps; beyond it they are lost
  std::optional<Duration> timeout;    // of a delivery
  Duration after = seconds(10);       // until it is delivered again
  std::uint32_t redeliveries = 5;     // then it is a dead letter
  Place place;
  bool operator==(const TopicSpec&) const = default;
};

struct StoreSpecs {
  std::vector<CacheSpec> caches;
  std::vector<PoolSpec> pools;
  std::vector<TopicSpec> topics;
  bool operator==(const StoreSpecs&) const = default;
};

}  // namespace mesh
