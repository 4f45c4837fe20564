// From YAML documents to typed Kubernetes and Istio objects.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/k8s/tables.h"
#include "libmesh/spec/scenario.h"

namespace mesh {
namespace {

/// Where the objects of one kind are read and kept.
struct KindReader {
  std::string_view group;
  std::vector<std::string_view> versions;
  std::string_view kind;
  void (*read)(const YamlNode& document, const Reading& at, Resources& into);
};

/// Replaces the object of the same kind, namespace and name, as a second `kubectl apply` would.
template <class T>
void keep(std::vector<T>& objects, T object, const YamlNode& document, const Reading& at) {
  if (object.metadata.name.empty()) return;  // said already; nothing can refer to it
  object.place = document.place;
  for (T& other : objects) {
    if constexpr (requires { other.kind; }) {
      if (other.kind != object.kind) continue;
    }
    if (other.metadata.name != object.metadata.name ||
        other.metadata.name_space != object.metadata.name_space) {
      continue;
    }
    at.warning(code::object_replaced, document,
               "replaces the object of the same name at " + to_string(other.place),
               "give one of them another name, or remove it");
    other = std::move(object);
    return;
  }
  objects.push_back(std::move(object));
}

template <auto table, auto member>
void read_into(const YamlNode& document, const Reading& at, Resources& into) {
  using List = std::remove_cvref_t<decltype(into.*member)>;
  typename List::value_type object;
  if (table().read(document, at, object)) keep(into.*member, std::move(object), document, at);
}

void read_config_map(const YamlNode& document, const Reading& at, Resources& into) {
  if (!istio::is_mesh_config(document)) {
    at.info(code::kind_not_used, child_or_self(document, "kind"),
            "this ConfigMap (v1) is not used: it holds no mesh configuration");
    return;
  }
  read_into<istio::mesh_config_table, &Resources::mesh_configs>(document, at, into);
}

const std::vector<KindReader>& kinds() {
  using R = Resources;
  static const std::vector<std::string_view> core = {"v1"};
  static const std::vector<std::string_view> istio = {"v1", "v1beta1", "v1alpha3"};
  static const std::vector<std::string_view> security = {"v1", "v1beta1"};
  static const std::vector<KindReader> list = {
      {"", core, "Service", read_into<k8s::service_table, &R::services>},
      {"", core, "Pod", read_into<k8s::pod_table, &R::workloads>},
      {"", core, "Namespace", read_into<k8s::namespace_table, &R::namespaces>},
      {"", core, "ConfigMap", read_config_map},
      {"", core, "ServiceAccount", read_into<k8s::service_account_table, &R::service_accounts>},
      {"apps", core, "Deployment", read_into<k8s::deployment_table, &R::workloads>},
      {"apps", core, "StatefulSet", read_into<k8s::stateful_set_table, &R::workloads>},
      {"autoscaling",
       {"v2"},
       "HorizontalPodAutoscaler",
       read_into<k8s::horizontal_pod_autoscaler_table, &R::autoscalers>},
      {"networking.istio.io", istio, "VirtualService",
       read_into<istio::virtual_service_table, &R::virtual_services>},
      {"networking.istio.io", istio, "DestinationRule",
       read_into<istio::destination_rule_table, &R::destination_rules>},
      {"networking.istio.io", istio, "Gateway", read_into<istio::gateway_table, &R::gateways>},
      {"networking.istio.io", istio, "ServiceEntry",
       read_into<istio::service_entry_table, &R::service_entries>},
      {"networking.istio.io", istio, "WorkloadEntry",
       read_into<istio::workload_entry_table, &R::workload_entries>},
      {"networking.istio.io", istio, "EnvoyFilter",
       read_into<istio::envoy_filter_table, &R::envoy_filters>},
      {"security.istio.io", security, "AuthorizationPolicy",
       read_into<istio::authorization_policy_table, &R::authorization_policies>},
  };
  return list;
}

struct ApiVersion {
  std::string_view group, version;
};

ApiVersion split(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  if (slash == std::string_view::npos) return {"", api_version};
  return {api_version.substr(0, slash), api_version.substr(slash + 1)};
}

std::string text_at(const YamlNode& node, std::string_view field) {
  const YamlNode* value = node.find(field);
  return value != nullptr && value->kind == YamlNode::Kind::Scalar ? value->scalar : "";
}

/// "DestinationRule/cart", with ".namespace" unless that is the default one.
std::string subject_of(const YamlNode& document, const std::string& kind) {
  const YamlNode* metadata = document.find("metadata");
  if (metadata == nullptr) return kind;
  const std::string name = text_at(*metadata, "name");
  const std::string space = text_at(*metadata, "namespace");
  if (name.empty()) return kind;
  return kind + "/" + name + (space.empty() || space == "default" ? "" : "." + space);
}

/// Reads documents one by one; lists are opened.
class ResourceReader {
 public:
  explicit ResourceReader(Diagnostics& problems) : problems_(problems) {}

  void read(const YamlNode& document);
  Resources take() { return std::move(resources_); }

 private:
  void read_object(const YamlNode& document, const std::string& api_version,
                   const std::string& kind);

  Diagnostics& problems_;
  Resources resources_;
};

void ResourceReader::read(const YamlNode& document) {
  if (document.kind == YamlNode::Kind::Null) return;
  const Reading at("", problems_);
  if (document.kind != YamlNode::Kind::Mapping) {
    at.error(code::not_an_object, document,
             "a document is a Kubernetes object, found " + describe(document));
    return;
  }
  if (document.entries.empty()) return;
  const std::string api_version = text_at(document, "apiVersion");
  const std::string kind = text_at(document, "kind");
  if (api_version.empty() || kind.empty()) {
    std::string missing = api_version.empty() ? "apiVersion" : "";
    if (kind.empty()) missing += missing.empty() ? "kind" : " and kind";
    Reading(subject_of(document, kind), problems_)
        .error(code::not_an_object, document,
               missing + (missing == "apiVersion and kind" ? " are missing" : " is missing"),
               "every object says apiVersion and kind");
    return;
  }
  const YamlNode* items = document.find("items");
  if (kind.ends_with("List") && items != nullptr) {
    for (const YamlNode& item : items->items) read(item);
    return;
  }
  read_object(document, api_version, kind);
}

void ResourceReader::read_object(const YamlNode& document, const std::string& api_version,
                                 const std::string& kind) {
  const auto [group, version] = split(api_version);
  const Reading at(subject_of(document, kind), problems_);
  std::vector<std::string> near_kinds;
  for (const KindReader& reader : kinds()) {
    if (reader.group == group) near_kinds.emplace_back(reader.kind);
    if (reader.kind != kind || reader.group != group) continue;
    if (std::find(reader.versions.begin(), reader.versions.end(), version) !=
        reader.versions.end()) {
      reader.read(document, at, resources_);
      return;
    }
    std::string known;
    for (const std::string_view v : reader.versions) {
      if (!known.empty()) known += ", ";
      if (!group.empty()) known.append(group).append("/");
      known.append(v);
    }
    at.error(code::wrong_api_version, child_or_self(document, "apiVersion"),
             kind + " does not exist in " + api_version, "apiVersion: " + known);
    return;
  }
  if (group == "meshsim.dev") return;  // the scenario itself is read elsewhere
  const std::string near = did_you_mean(kind, near_kinds);
  at.add(near.empty() ? Severity::Info : Severity::Warning, code::kind_not_used,
         child_or_self(document, "kind"), kind + " (" + api_version + ") is not used",
         near.empty() ? "" : "did you mean " + near + "?");
}

}  // namespace

Resources read_resources(const std::vector<YamlNode>& documents, Diagnostics& problems) {
  ResourceReader reader(problems);
  for (const YamlNode& document : documents) reader.read(document);
  return reader.take();
}

}  // namespace mesh
