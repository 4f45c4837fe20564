// The timer lanes that parts of a plan use.
#pragma once

#include "libmesh/kernel/timer_lane.h"

namespace mesh {

struct RouteLanes {
  LaneId route_timeout, per_try, stream_duration;
  bool per_try_is_idle = false;  // per_try_idle_timeout, where it is the shorter one
};

struct ClusterLanes {
  LaneId connect, idle, age, stream_duration;
  LaneId probe;  // of one health check
};

/// How long requests may wait for a worker.
struct QueueLanes {
  LaneId patience;  // none when its law is not constant
  LaneId congested, relaxed;
};

}  // namespace mesh
