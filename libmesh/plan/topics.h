// Topics: who delivers their messages, and to whom.
#pragma once

#include "libmesh/plan/draft.h"
#include "libmesh/plan/reach.h"
#include "libmesh/plan/registry.h"

namespace mesh {

/// A topic has a broker of one pod without sidecar; before pods are numbered.
void plan_topics(Draft& draft);
/// The requests that deliver, when services are known.
void plan_deliveries(Draft& draft, const Registry& start, Reach& reach);

}  // namespace mesh
