// How the processes of workloads live, from their behaviour and the limits of their containers.
#include "libmesh/plan/lives.h"

#include "libmesh/plan/workloads.h"

namespace mesh {
namespace {

/// The sum over the containers; 0 when one of them has no limit.
std::uint64_t memory_limit(const k8s::Workload& workload) {
  std::int64_t sum = 0;
  for (const k8s::Container& container : workload.containers) {
    if (container.memory_limit_bytes <= 0) return 0;
    sum += container.memory_limit_bytes;
  }
  return static_cast<std::uint64_t>(sum);
}

/// As the workload was first declared.
const k8s::Workload* declaration(const std::vector<VersionInput>& versions,
                                 const WorkloadPlan& workload) {
  for (const VersionInput& version : versions) {
    const k8s::Workload* found =
        find_workload(version.resources, workload.name, workload.name_space);
    if (found != nullptr) return found;
  }
  return nullptr;
}

void check_memory(Draft& draft, const WorkloadBehaviour& behaviour, const LifePlan& life) {
  const std::string path = "behaviour: " + behaviour.workload + ": memory";
  const bool read = life.slowdown.by == SlowBy::Memory && !life.slowdown.points.empty();
  if (life.memory_limit == 0 && !read) {
    draft.warning(code::improbable, behaviour.place, path,
                  "a container has no resources.limits.memory: nobody is ever killed",
                  "give every container a limit");
  } else if (life.memory_limit > 0 && life.memory_base >= life.memory_limit) {
    draft.warning(code::improbable, behaviour.place, path,
                  "the base alone reaches the containers' limit: the first request kills the pod");
  }
}

}  // namespace

void plan_lives(Draft& draft, const std::vector<VersionInput>& versions) {
  for (std::uint32_t w = 0; w < draft.plan.workloads.size(); ++w) {
    const WorkloadBehaviour* behaviour = draft.facts[WorkloadId{w}].behaviour;
    if (behaviour == nullptr) continue;
    const WorkloadBehaviour& b = *behaviour;
    if (!b.start_up && !b.warm_up && !b.memory && !b.pauses && !b.slowdown) continue;
    WorkloadPlan& workload = draft.plan.workloads[WorkloadId{w}];
    LifePlan life;
    life.starts = b.start_up.has_value();
    if (b.start_up) life.start_up = draft.intern(*b.start_up);
    life.warm_up = b.warm_up.value_or(WarmUp{});
    life.slowdown = b.slowdown.value_or(Slowdown{});
    life.pauses = b.pauses.has_value();
    if (b.pauses) {
      life.pause_every = draft.intern(b.pauses->every);
      life.pause_for = draft.intern(b.pauses->lasting);
    }
    if (b.memory) {
      life.memory_base = b.memory->base;
      life.memory_per_request = b.memory->per_request;
      const k8s::Workload* spec = declaration(versions, workload);
      if (spec != nullptr) life.memory_limit = memory_limit(*spec);
      check_memory(draft, b, life);
    }
    workload.life = static_cast<std::uint32_t>(draft.plan.lives.size());
    draft.plan.lives.push_back(std::move(life));
  }
}

}  // namespace mesh
