// Python's view of a compiled plan: its horizon, its names, its versions.
#include "bindings/bind.h"
#include "libmesh/engine/simulation.h"
#include "libmesh/experiment/hash_ownership.h"
#include "libmesh/plan/plan.h"
#include "libmesh/plan/topology.h"

namespace mesh::python {

namespace {

template <class List, class Name>
py::list names_of(const List& items, Name&& name) {
  py::list out;
  for (const auto& item : items) out.append(text(name(item)));
  return out;
}

py::dict names(const Plan& plan) {
  const auto itself = [](const std::string& name) { return name; };
  const auto named = [](const auto& item) { return item.name; };
  py::dict out;
  out["services"] = names_of(plan.services, [](const ServicePlan& s) { return s.host; });
  out["workloads"] = names_of(plan.workloads, named);
  out["endpoints"] = names_of(plan.endpoints, named);
  out["clusters"] = names_of(plan.clusters, itself);
  out["routes"] = names_of(plan.routes, named);
  out["requests"] = names_of(plan.templates, [](const RequestTemplate& t) { return t.text; });
  out["loads"] = names_of(plan.loads, named);
  return out;
}

py::list versions(const Plan& plan) {
  py::list out;
  for (const ConfigVersion& version : plan.versions) {
    std::string why = "start";
    if (version.change.valid()) why = plan.changes[version.change].text;
    out.append(py::make_tuple(version.at.ns, text(why)));
  }
  return out;
}

/// One dict per ring or table: what it belongs to, its size, columns over its hosts.
py::list ownership(const Plan& plan) {
  py::list out;
  for (const HashOwnership& owned : hash_ownership(plan)) {
    py::dict table;
    table["cluster"] = text(plan.clusters[owned.cluster]);
    table["service"] = text(plan.services[owned.service].host);
    table["priority"] = owned.priority;
    table["kind"] = owned.kind == LoadBalancerKind::Maglev ? "Maglev table" : "ring";
    table["size"] = owned.size;
    py::list callers, hosts, entries, weights, shares;
    for (const WorkloadId caller : owned.callers) callers.append(caller.value);
    for (const HostOwnership& host : owned.hosts) {
      hosts.append(host.endpoint.value);
      entries.append(host.entries);
      weights.append(host.weight);
      shares.append(host.share);
    }
    table["callers"] = callers;
    table["hosts"] = hosts;
    table["entries"] = entries;
    table["weights"] = weights;
    table["shares"] = shares;
    out.append(table);
  }
  return out;
}

}  // namespace

void bind_plan(py::module_& m) {
  py::class_<Plan, std::shared_ptr<Plan>>(m, "Plan", "A scenario compiled; shared by threads.")
      .def_property_readonly("scenario", [](const Plan& p) { return text(p.scenario); })
      .def_property_readonly("digest", [](const Plan& p) { return hex(p.config_digest); })
      .def_property_readonly("seed", [](const Plan& p) { return p.seed; })
      .def_property_readonly("until_ns", [](const Plan& p) { return p.until.ns; })
      .def_property_readonly("warmup_ns", [](const Plan& p) { return p.warmup.ns; })
      .def_property_readonly("names", &names, "Names behind the ids: list name -> names.")
      .def_property_readonly("versions", &versions, "(nanoseconds, reason) of each configuration.")
      .def(
          "dot", [](const Plan& p) { return text(topology_dot(p)); },
          "The call graph for Graphviz.")
      .def("hash_ownership", &ownership, "Rings and tables at the start, all hosts healthy.")
      .def("estimated_bytes", [](const Plan& p) { return estimated_bytes(p); });
}

}  // namespace mesh::python
