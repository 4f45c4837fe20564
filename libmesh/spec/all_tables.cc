// Every kind of document that is read, with its field table: the one visible list.
#include "libmesh/spec/all_tables.h"

#include <map>

#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/k8s/tables.h"
#include "libmesh/spec/scenario.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

/// Writes the rows of one table, then those of the tables below it, once each.
class Coverage {
 public:
  explicit Coverage(const std::string& kind) : kind_(kind) {}

  void add(const TableInfo& table, const std::string& path, FieldStatus inherited);
  const std::string& text() const { return text_; }

 private:
  void add_below(const Shape& shape, const std::string& path, FieldStatus inherited);
  void line(const std::string& path, const FieldInfo& field, FieldStatus status);

  std::string kind_;
  std::string text_;
  std::map<const TableInfo*, std::string> seen_;  // where the table's fields are listed
};

void Coverage::line(const std::string& path, const FieldInfo& field, FieldStatus status) {
  text_ += kind_ + " " + path + ": ";
  if (status != FieldStatus::Rejected) text_ += to_string(field.shape) + "; ";
  text_ += to_string(status);
  if (field.required) text_ += "; required";
  if (!field.default_text.empty()) text_ += "; default " + field.default_text;
  text_ += "\n";
}

void Coverage::add_below(const Shape& shape, const std::string& path, FieldStatus inherited) {
  switch (shape.kind) {
    case Shape::Kind::Object: {
      const TableInfo& table = shape.table();
      const auto [listed, is_new] = seen_.try_emplace(&table, path);
      if (is_new) {
        add(table, path + ".", inherited);
      } else {
        text_ += kind_ + " " + path + ".*: as " + listed->second + ".*\n";
      }
      return;
    }
    case Shape::Kind::List:
      add_below(shape.of.front(), path + "[]", inherited);
      return;
    case Shape::Kind::Map:
      add_below(shape.of.front(), path + "{}", inherited);
      return;
    case Shape::Kind::OneOf:
      for (const Shape& form : shape.of) add_below(form, path, inherited);
      return;
    default:
      return;
  }
}

void Coverage::add(const TableInfo& table, const std::string& path, FieldStatus inherited) {
  for (const FieldInfo& field : table.fields) {
    // A part of something that is reported or without effect shares its status.
    const bool own = inherited == FieldStatus::Simulated || field.status == FieldStatus::Rejected;
    const FieldStatus status = own ? field.status : inherited;
    line(path + field.name, field, status);
    add_below(field.shape, path + field.name, status);
  }
}

}  // namespace

const std::vector<DocumentTable>& all_tables() {
  static const std::vector<DocumentTable> list = {
      {"Service", k8s::service_table().info()},
      {"Deployment", k8s::deployment_table().info()},
      {"StatefulSet", k8s::stateful_set_table().info()},
      {"Pod", k8s::pod_table().info()},
      {"ServiceAccount", k8s::service_account_table().info()},
      {"Namespace", k8s::namespace_table().info()},
      {"HorizontalPodAutoscaler", k8s::horizontal_pod_autoscaler_table().info()},
      {"VirtualService", istio::virtual_service_table().info()},
      {"DestinationRule", istio::destination_rule_table().info()},
      {"Gateway", istio::gateway_table().info()},
      {"ServiceEntry", istio::service_entry_table().info()},
      {"WorkloadEntry", istio::workload_entry_table().info()},
      {"EnvoyFilter", istio::envoy_filter_table().info()},
      {"EnvoyFilter/CLUSTER", istio::cluster_patch_table().info()},
      {"EnvoyFilter/HTTP_ROUTE", istio::route_patch_table().info()},
      {"EnvoyFilter/VIRTUAL_HOST", istio::virtual_host_patch_table().info()},
      {"EnvoyFilter/LocalRateLimit", istio::local_rate_limit_table().info()},
      {"EnvoyFilter/AdmissionControl", istio::admission_control_table().info()},
      {"EnvoyFilter/AdaptiveConcurrency", istio::adaptive_concurrency_table().info()},
      {"EnvoyFilter/HTTPFault", istio::fault_filter_table().info()},
      {"EnvoyFilter/ExtAuthz", istio::ext_authz_table().info()},
      {"EnvoyFilter/RateLimit", istio::global_rate_limit_table().info()},
      {"AuthorizationPolicy", istio::authorization_policy_table().info()},
      {"ConfigMap", istio::mesh_config_table().info()},
      {"MockServiceGraph", service_graph_table().info()},
  };
  return list;
}

std::string field_coverage() {
  std::string text;
  for (const DocumentTable& document : all_tables()) {
    Coverage coverage(document.kind);
    coverage.add(document.table, "", FieldStatus::Simulated);
    text += coverage.text();
  }
  return text;
}

}  // namespace mesh
