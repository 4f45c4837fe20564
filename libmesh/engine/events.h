// The closed set of things that may happen later.
#pragma once

#include <cstdint>

namespace mesh {

/// Kinds of queued events. The slot says whom it concerns; the generation makes stale ones void.
enum class EventKind : std::uint8_t {
  ArrivalDue,         // slot: load
  UserDue,            // slot: user of a load; generation 0 = its next request, 1 = again
  FaultDelayDone,     // slot: request
  ReachesServer,      // slot: visit
  StepDone,           // slot: frame of a script
  ReachesCaller,      // slot: attempt, an answer or a reset
  ReplyDue,           // slot: request that its own proxy answers
  Connected,          // slot: connection (or its refusal)
  BackoffDone,        // slot: request
  CancelReaches,      // slot: visit whose caller has gone
  OutlierSweep,       // slot: proxy cluster
  MergeWindowEnds,    // slot: proxy cluster
  FaultEdge,          // slot: fault, generation 0 = start, 1 = end
  DownEdge,           // slot: index of Plan::downs, generation 0 = start, 1 = end
  ChangeDue,          // slot: change
  MembershipReaches,  // slot: endpoint, generation 0 = leaves, 1 = joins
  SampleTick,
  ConcurrencyUpdate,   // slot: proxy, generation: filter; the limit moves
  ConcurrencyMeasure,  // the same; its least round trip is measured anew
  WeightUpdate,        // slot: proxy cluster whose weights come from load reports
  IdleDue,             // slot: connection that may have been idle for too long
  ProbeDue,            // slot: probe; the next active health check of a host
  ProbeConnected,      // slot: probe, its connection (or the refusal)
  ProbeAnswered,       // slot: probe
  PatienceEnds,        // slot: visit that may still wait for a worker
  ProcessorDue,        // slot: endpoint whose cores have a task ready, with a generation of its own
  CallAgain,           // slot: frame whose call is tried again
  NameUnknown,         // slot: frame whose call finds no address
  CallRefused,         // slot: frame whose call its own guards do not let out
  CallHedgeDue,        // slot: frame whose call gets another copy, with a serial number of its own
  TiedBegins,          // slot: request, a copy of a call of which another one has begun
  DeadlinePasses,      // slot: request whose caller waits no longer
};

/// Kinds of timers on lanes: nearly always cancelled before they fire.
enum class TimerKind : std::uint8_t {
  RouteTimeout,       // slot: request
  DownstreamTimeout,  // slot: request whose application or user hangs up
  PerTryTimeout,      // slot: attempt
  ConnectTimeout,     // slot: connection
  IdleTimeout,        // slot: connection
  ConnectionAge,      // slot: connection, max_connection_duration
  StreamDuration,     // slot: attempt, max_stream_duration
  ServerAge,          // slot: connection that the application will end
  SessionIdle,        // slot: request, a TCP session without a byte
  ProbeTimeout,       // slot: probe
  Patience,           // slot: visit that waits for a worker
};

}  // namespace mesh
