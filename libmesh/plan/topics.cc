// Topics: who delivers their messages, and to whom.
#include "libmesh/plan/topics.h"

#include "libmesh/plan/requests.h"
#include "libmesh/plan/workloads.h"

namespace mesh {

void plan_topics(Draft& draft) {
  for (const TopicSpec& spec : draft.scenario.stores.topics) {
    TopicPlan topic;
    topic.store = draft.plan.stores.add("topic " + spec.name);
    topic.name = spec.name;
    topic.in_flight = spec.in_flight;
    topic.limit = spec.limit;
    topic.after = spec.after;
    topic.redeliveries = spec.redeliveries;
    WorkloadPlan broker = made_workload(draft, spec.name, "default");
    broker.has_sidecar = false;
    broker.receives_through_sidecar = false;
    Labels labels{{"app", broker.name}};
    topic.broker =
        draft.add_workload(std::move(broker), {std::move(labels), spec.place, true, nullptr});
    draft.plan.topics.push_back(std::move(topic));
  }
}

void plan_deliveries(Draft& draft, const Registry& start, Reach& reach) {
  for (std::size_t t = 0; t < draft.plan.topics.size(); ++t) {
    const TopicSpec& spec = draft.scenario.stores.topics[t];
    TopicPlan& topic = draft.plan.topics[t];
    const NamedService to = find_service(start, spec.consumer, "default");
    if (to.service == nullptr) {
      const std::string near = did_you_mean(to.host, start.service_names());
      draft.error(plan_code::unknown_store, spec.place, "topic: " + spec.name,
                  "there is no service \"" + to.host + "\" that could consume its messages",
                  near.empty() ? "" : "did you mean \"" + near + "\"?");
      continue;
    }
    RequestSpec request;
    request.method = "POST";
    request.path = spec.path;
    CallPlan call;
    call.request = draft.intern(request_to(to, request));
    call.service = to.service->id;
    call.timeout = spec.timeout.value_or(Duration{0});
    topic.call = draft.plan.calls.add(call);
    reach.send(topic.broker, call.request);
  }
}

}  // namespace mesh
