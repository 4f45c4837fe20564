// Field tables of load: where it goes, what it asks, when.
#include <algorithm>
#include <set>

#include "libmesh/spec/object_table.h"
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

constexpr std::uint32_t users_max = 10'000'000;

// ---- Users, fixed arrivals
// ------------------------------------------------------------------------

const Table<ClosedLoad>& closed_table() {
  static const Table<ClosedLoad> table(
      "ClosedLoad", "Users who wait for the answer before they ask again.",
      {
          required("users", &ClosedLoad::users, integer<std::uint32_t>(1, users_max), "How many."),
          simulated("think", &ClosedLoad::think, distribution(), "0s",
                    "Between an answer and the next request."),
          simulated("stagger", &ClosedLoad::stagger, time_span(), "0s",
                    "User k begins k times this later."),
          simulated("perUser", &ClosedLoad::per_user, integer<std::uint64_t>(1, 1'000'000'000'000),
                    "no limit", "Requests of one user."),
          simulated("qps", &ClosedLoad::qps, number(1e-6, rps_max), "no limit",
                    "Requests per second of all users together at most, as fortio's -qps."),
          simulated("catchUp", &ClosedLoad::catch_up, boolean(), "true",
                    "With qps: who is late asks again at once; false as fortio's -nocatchup."),
      },
      [](const YamlNode& node, const Reading& at, ClosedLoad& load) {
        if (load.qps > 0 && load.think != Distribution{}) {
          at.field("think").error(code::exclusive_fields, child_or_self(node, "think"),
                                  "only one of think, qps may be set");
        }
        if (load.qps == 0 && node.find("catchUp") != nullptr) {
          at.field("catchUp").error(code::missing_field, child_or_self(node, "catchUp"),
                                    "says how to keep up with qps, which is not set");
        }
        if (load.stagger.ns <= longest_time.ns / std::max<std::int64_t>(load.users, 1)) return;
        at.field("stagger").error(code::out_of_range, child_or_self(node, "stagger"),
                                  "the last user would begin after more than a year");
      });
  return table;
}

const Table<FixedArrival>& arrival_table() {
  static const Table<FixedArrival> table(
      "Arrival", "One request at a time.",
      {
          required("at", &FixedArrival::at, time_span(), "Since the start of the run."),
          simulated("request", &FixedArrival::request, text(), "the first", "Name of a request."),
      });
  return table;
}

Reader<FixedArrival> arrival() {
  const Reader<FixedArrival> reader = object(arrival_table);
  return custom<FixedArrival>(
      {.kind = Shape::Kind::OneOf, .of = {{.kind = Shape::Kind::Duration}, reader.shape}},
      [reader](const YamlNode& node, const Reading& at, FixedArrival& out) {
        if (node.kind != YamlNode::Kind::Scalar) return reader.read(node, at, out);
        return time_span().read(node, at, out.at);
      });
}

// ---- Requests -----------------------------------------------------------------------------------

const Table<WeightedRequest>& request_table() {
  static const Table<WeightedRequest> table(
      "Request", "One kind of request of a load; what it leaves out is that of `to`.",
      joined_rows<WeightedRequest>(
          {
              simulated("name", &WeightedRequest::name, text(), "", "For tables and arrivals."),
              simulated("weight", &WeightedRequest::weight, number(0, 1e12), "1",
                        "Relative to the others."),
          },
          request_rows<WeightedRequest>(
              [](WeightedRequest& r) -> RequestSpec& { return r.request; })),
      [](const YamlNode& node, const Reading& at, WeightedRequest& r) {
        check_request(node, at, r.request);
      });
  return table;
}

/// What stands under `to`.
struct Target {
  std::string gateway, service;
  std::uint32_t port = 0;
  RequestSpec request;
};

const Table<Target>& target_table() {
  static const Table<Target> table(
      "Target", "Where a load goes: a gateway, or a service through a sidecar.",
      joined_rows<Target>(
          {
              simulated("gateway", &Target::gateway, text(), "",
                        "Gateway by name or namespace/name: the load comes from outside."),
              simulated("service", &Target::service, text(), "",
                        "Service by name, name.namespace or host: a client with a sidecar."),
              simulated("port", &Target::port, port_number(), "the only HTTP port",
                        "Port of the gateway's server or of the service."),
          },
          request_rows<Target>([](Target& t) -> RequestSpec& { return t.request; })),
      [](const YamlNode& node, const Reading& at, Target& t) {
        check_request(node, at, t.request);
        const bool gateway = node.find("gateway") != nullptr;
        const bool service = node.find("service") != nullptr;
        if (gateway && service) {
          at.error(code::exclusive_fields, node, "only one of gateway, service may be set");
        } else if (!gateway && !service) {
          at.error(code::one_needed, node, "one of gateway, service is needed");
        }
      });
  return table;
}

// ---- The load -----------------------------------------------------------------------------------

/// A request inherits from `to`, so it is read when everything else is known.
struct LoadForm : LoadSpec {
  Target target;
};

void read_requests(const YamlNode& list, const Reading& at, LoadForm& load) {
  if (list.kind != YamlNode::Kind::Sequence) {
    at.wrong_type(list, "a list of requests");
    return;
  }
  if (list.items.empty()) at.error(code::missing_field, list, "must not be empty");
  double weights = 0;
  std::set<std::string> names;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    WeightedRequest request{.name = "", .weight = 1.0, .request = load.target.request};
    if (!request_table().read(list.items[i], at.item(i), request)) continue;
    if (!request.name.empty() && !names.insert(request.name).second) {
      at.item(i).error(code::duplicate_name, child_or_self(list.items[i], "name"),
                       "\"" + request.name + "\" stands twice");
    }
    weights += request.weight;
    load.requests.push_back(std::move(request));
  }
  if (!load.requests.empty() && !(weights > 0)) {
    at.error(code::out_of_range, list, "the weights add up to 0");
  }
}

void check_arrivals(const YamlNode& node, const Reading& at, LoadForm& load) {
  std::stable_sort(load.arrivals.begin(), load.arrivals.end(),
                   [](const FixedArrival& a, const FixedArrival& b) { return a.at < b.at; });
  const YamlNode* list = node.find("arrivals");
  if (list == nullptr) return;
  if (list->kind == YamlNode::Kind::Sequence && list->items.empty()) {
    at.field("arrivals").error(code::missing_field, *list, "must not be empty");
  }
  std::vector<std::string> names;
  for (const WeightedRequest& request : load.requests) names.push_back(request.name);
  for (const FixedArrival& arrival : load.arrivals) {
    if (arrival.request.empty()) continue;
    if (std::find(names.begin(), names.end(), arrival.request) != names.end()) continue;
    const std::string near = did_you_mean(arrival.request, names);
    at.field("arrivals")
        .error(code::unknown_word, *list, "no request has the name \"" + arrival.request + "\"",
               near.empty() ? "" : "did you mean " + near + "?");
  }
}

void check_load(const YamlNode& node, const Reading& at, LoadForm& load) {
  load.gateway = load.target.gateway;
  load.service = load.target.service;
  load.port = load.target.port;
  const YamlNode* requests = node.find("requests");
  if (requests != nullptr && requests->kind != YamlNode::Kind::Null) {
    read_requests(*requests, at.field("requests"), load);
  } else {
    load.requests = {{.name = "", .weight = 1.0, .request = load.target.request}};
  }
  const int kinds = (node.find("open") != nullptr ? 1 : 0) +
                    (node.find("closed") != nullptr ? 1 : 0) +
                    (node.find("arrivals") != nullptr ? 1 : 0);
  if (kinds != 1) {
    at.error(kinds == 0 ? code::one_needed : code::exclusive_fields, node,
             kinds == 0 ? "one of open, closed, arrivals is needed"
                        : "only one of open, closed, arrivals may be set",
             kinds == 0 ? "write open: {rate: 100} for 100 requests per second" : "");
  }
  if (load.stop && *load.stop <= load.start) {
    at.field("stop").error(code::invalid_time, child_or_self(node, "stop"),
                           "must be later than start");
  }
  if (!load.gateway.empty() && !load.from.empty()) {
    at.field("from").error(code::exclusive_fields, child_or_self(node, "from"),
                           "a load that enters by a gateway comes from outside");
  }
  check_arrivals(node, at, load);
}

const Table<LoadForm>& load_form_table() {
  static const Table<LoadForm> table(
      "Load", "Requests from outside, or from a client in the mesh.",
      {
          simulated("name", &LoadForm::name, text(), "load-1, load-2, ...", "For tables."),
          required("to", &LoadForm::target, object(target_table), "{service: cart, path: /}."),
          simulated("from", &LoadForm::from, text(), "a client of its own",
                    "Workload in the mesh whose sidecar sends the requests."),
          simulated_whole<LoadForm>(
              "requests", list(object(request_table)).shape,
              [](const YamlNode&, const Reading&, LoadForm&) {}, "that of to",
              "Several kinds of requests with weights."),
          simulated("open", &LoadForm::open, object(open_load_table), "", "Arrivals by a rate."),
          simulated("closed", &LoadForm::closed, object(closed_table), "", "A number of users."),
          simulated("arrivals", &LoadForm::arrivals, list(arrival()), "",
                    "Exactly these times: [0s, 10ms, {at: 20ms, request: cart}]."),
          simulated("connections", &LoadForm::connections, integer<std::uint32_t>(1, 1'000'000),
                    "one per proxy worker", "Connections to the proxy, used in turn."),
          simulated("start", &LoadForm::start, time_span(), "0s", "Begins."),
          simulated("stop", &LoadForm::stop, time_span(), "the end of the run", "Ends."),
          simulated("timeout", &LoadForm::timeout, positive_time_span(), "never",
                    "The user gives up after this."),
          simulated("retry", &LoadForm::retry, object(retry_table), "never",
                    "The user tries again, as after a reload."),
          simulated("priority", &LoadForm::priority, priority_class(), "by who serves it",
                    "Class in queues by priority, also of the calls made on its behalf."),
      },
      check_load);
  return table;
}

}  // namespace

Reader<LoadSpec> load() {
  const Reader<LoadForm> reader = object(load_form_table);
  return custom<LoadSpec>(reader.shape,
                          [reader](const YamlNode& node, const Reading& at, LoadSpec& out) {
                            LoadForm form;
                            if (!reader.read(node, at, form)) return false;
                            out = std::move(form);
                            return true;
                          });
}

}  // namespace mesh
