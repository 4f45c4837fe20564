// Random failures: which pods, links, stores and loads they hit.
#pragma once

#include "libmesh/spec/scenario.h"

namespace mesh::testing {

template <class Dice>
PodSelector random_pods(Dice& dice) {
  PodSelector p;
  p.workload = dice.word();
  if (dice.flip()) p.zone = dice.word() + "/" + dice.word();
  if (dice.flip()) {
    p.replicas = 1 + dice.below(9);
  } else if (dice.flip()) {
    p.share = 0.5;
  }
  return p;
}

template <class Dice>
LinkFaultSpec random_link(Dice& dice) {
  LinkFaultSpec l;
  if (dice.flip()) l.from = random_pods(dice);
  if (dice.flip()) l.to = random_pods(dice);
  l.both_ways = dice.flip();
  if (dice.flip()) l.delay = dice.law();
  l.loss = dice.share();
  l.partition = dice.flip();
  l.hold = true;
  if (dice.flip()) l.bits_per_second = 1000u * (1 + dice.below(9));
  return l;
}

template <class Dice>
FaultSpec random_fault(Dice& dice) {
  using Kind = FaultSpec::Kind;
  FaultSpec f;
  f.kind = static_cast<Kind>(dice.below(12));
  f.at = dice.time();
  if (!happens_at_once(f.kind) && dice.flip()) f.lasting = milliseconds(1);
  if (f.lasting || happens_at_once(f.kind)) {
    if (dice.flip()) f.every = seconds(1);
    if (f.every && dice.flip()) f.times = 1 + dice.below(9);
  }
  if (f.kind == Kind::CacheWipe || f.kind == Kind::Shed) {
    (f.kind == Kind::Shed ? f.load : f.cache) = dice.word();
    f.share = dice.share();
    return f;
  }
  if (f.kind == Kind::Link) {
    f.link = random_link(dice);
    return f;
  }
  f.pods = random_pods(dice);
  if (f.kind == Kind::Slow) f.factor = dice.number() + 0.1;
  if (f.kind == Kind::Delay || f.kind == Kind::Dns) f.delay = dice.law();
  if (f.kind == Kind::Dns && dice.flip()) f.host = dice.word();
  if (f.kind == Kind::CpuSteal) f.share = 0.5;
  if (f.kind == Kind::Errors) {
    f.share = dice.share();
    f.status = dice.status();
  }
  return f;
}

}  // namespace mesh::testing
