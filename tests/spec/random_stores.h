// Random caches, pools, topics, limiters for the tests of what is written and read.
#pragma once

#include "libmesh/spec/scenario.h"

namespace mesh::testing {

template <class Dice>
KeySpec random_key(Dice& dice) {
  KeySpec k;
  k.kind = static_cast<KeySpec::Kind>(dice.below(5));
  if (k.kind == KeySpec::Kind::Zipf)
    k.law = {dice.flip() ? 0 : 1u + dice.below(99), 1.1 + dice.number()};
  if (k.kind == KeySpec::Kind::Uniform) k.law.keys = 1 + dice.below(99);
  if (k.kind == KeySpec::Kind::List) k.list = {1u + dice.below(9), 2};
  return k;
}

template <class Dice>
LimiterConfig random_limiter(Dice& dice) {
  switch (dice.below(5)) {
    case 0:
      return {.kind = LimiterKind::Fixed, .initial = 1 + dice.below(99)};
    case 1:
      return {.kind = LimiterKind::Aimd,
              .initial = 30,
              .min = 1 + dice.below(20),
              .max = 99,
              .backoff_ratio = 0.5 + dice.share() / 3,
              .timeout = dice.time() + nanoseconds(1)};
    case 2:
      return {.kind = LimiterKind::Vegas,
              .initial = 30,
              .max = 500,
              .smoothing = 0.1 + dice.share() / 2,
              .probe_multiplier = 1 + dice.below(99)};
    case 3:
      return {.kind = LimiterKind::Gradient2,
              .initial = 30,
              .min = 1 + dice.below(20),
              .max = 99,
              .smoothing = 0.1 + dice.share() / 2,
              .queue_size = dice.below(9),
              .tolerance = 1 + dice.number(),
              .long_window = 1 + dice.below(999)};
    default:
      return {};
  }
}

template <class Dice>
StoreSpecs random_stores(Dice& dice) {
  StoreSpecs s;
  for (std::uint32_t i = dice.below(3); i > 0; --i) {
    CacheSpec cache{.name = "c" + std::to_string(i),
                    .config = {1 + dice.below(99), static_cast<Eviction>(dice.below(3))},
                    .ttl = {},
                    .scope = static_cast<StoreScope>(dice.below(2)),
                    .full = dice.flip(),
                    .place = {}};
    if (dice.flip()) cache.ttl = dice.law();
    s.caches.push_back(std::move(cache));
    s.pools.push_back({.name = "p" + std::to_string(i),
                       .size = 1 + dice.below(9),
                       .queue = dice.flip() ? no_limit : dice.below(9),
                       .wait = dice.time() + nanoseconds(1),
                       .status = dice.status(),
                       .scope = static_cast<StoreScope>(dice.below(2)),
                       .place = {}});
    s.topics.push_back({.name = "t" + std::to_string(i),
                        .consumer = dice.word(),
                        .path = "/" + dice.word(),
                        .in_flight = 1 + dice.below(9),
                        .limit = dice.flip() ? no_limit : dice.below(9),
                        .timeout = {},
                        .after = dice.time() + nanoseconds(1),
                        .redeliveries = dice.below(9),
                        .place = {}});
  }
  return s;
}

}  // namespace mesh::testing
