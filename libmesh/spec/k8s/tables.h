// Field tables of the Kubernetes kinds.
#pragma once

#include "libmesh/spec/field_table.h"
#include "libmesh/spec/k8s/kubernetes.h"

namespace mesh::k8s {

const Table<Service>& service_table();
const Table<Workload>& deployment_table();
const Table<Workload>& stateful_set_table();
const Table<Workload>& pod_table();
const Table<Namespace>& namespace_table();
const Table<ServiceAccount>& service_account_table();
const Table<HorizontalPodAutoscaler>& horizontal_pod_autoscaler_table();

/// spec of a Pod and of every pod template.
const Table<Workload>& pod_spec_table();
const Table<Container>& container_table();

/// IANA service name, as container ports are called: at most 15 characters.
bool is_port_name(std::string_view name);

}  // namespace mesh::k8s
