// Reads the mesh configuration, which is YAML inside a string of a ConfigMap.
#include "libmesh/spec/istio/mesh_config.h"

#include <algorithm>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

const Table<MeshConfig>& outbound_traffic_policy_table() {
  static const Table<MeshConfig> table(
      "OutboundTrafficPolicy", "What happens to requests for hosts that nobody declared.",
      {simulated("mode", &MeshConfig::registry_only,
                 one_of<bool>({{"ALLOW_ANY", false}, {"REGISTRY_ONLY", true}}), "ALLOW_ANY",
                 "Pass them on, or answer 502.")});
  return table;
}

/// Fields as in istio.io/api/mesh/v1alpha1/config.proto.
const Table<MeshConfig>& mesh_table() {
  static const Table<MeshConfig> table(
      "MeshConfig", "What holds for the whole mesh.",
      {
          simulated("defaultHttpRetryPolicy", &MeshConfig::default_http_retry_policy,
                    object(retries_table), "Istio's default",
                    "Retries of routes that say nothing of them."),
          simulated("outboundTrafficPolicy", itself, object(outbound_traffic_policy_table), "",
                    "Requests for unknown hosts."),
          reported("inboundTrafficPolicy", any(), "Requests for ports that no Service declares."),
          reported("connectTimeout", any(), "Of connections where no DestinationRule says one."),
          reported("tcpKeepalive", any(), "Keep-alive probes of connections."),
          reported("localityLbSetting", any(), "Locality balancing of the whole mesh."),
          simulated("h2UpgradePolicy", &MeshConfig::h2_upgrade,
                    one_of<bool>({{"DO_NOT_UPGRADE", false}, {"UPGRADE", true}}), "DO_NOT_UPGRADE",
                    "UPGRADE speaks HTTP/2 to ports that are declared as HTTP."),
          reported("pathNormalization", any(), "How paths are normalised before they match."),
          reported("protocolDetectionTimeout", any(), "How long protocols are guessed."),
          reported("discoverySelectors", any(), "Namespaces that istiod watches."),
          reported("defaultServiceExportTo", any(), "Who sees Services."),
          reported("defaultVirtualServiceExportTo", any(), "Who sees VirtualServices."),
          reported("defaultDestinationRuleExportTo", any(), "Who sees DestinationRules."),
          reported("rootNamespace", any(), "Where rules for the whole mesh live."),
          reported("serviceSettings", any(), "Settings of some services."),
          reported("defaultConfig", any(), "Settings of proxies (ProxyConfig)."),
          simulated("extensionProviders", &MeshConfig::providers,
                    list(object(extension_provider_table)), "", "Authorisers and others."),
          reported("defaultProviders", any(), "Which providers are used."),
          no_effect("accessLogFile", any(), "Where proxies log."),
          no_effect("accessLogFormat", any(), "How proxies log."),
          no_effect("accessLogEncoding", any(), "How proxies log."),
          no_effect("enableTracing", any(), "Traces."),
          no_effect("enablePrometheusMerge", any(), "Where metrics are scraped."),
          no_effect("enableAutoMtls", any(), "Encryption between sidecars."),
          no_effect("meshMTLS", any(), "Versions of TLS."),
          no_effect("tlsDefaults", any(), "Versions of TLS."),
          no_effect("trustDomain", any(), "Identities."),
          no_effect("trustDomainAliases", any(), "Identities."),
          no_effect("caCertificates", any(), "Identities."),
          no_effect("certificates", any(), "Identities."),
          no_effect("ingressClass", any(), "Kubernetes Ingress."),
          no_effect("ingressService", any(), "Kubernetes Ingress."),
          no_effect("ingressControllerMode", any(), "Kubernetes Ingress."),
          no_effect("ingressSelector", any(), "Kubernetes Ingress."),
          no_effect("dnsRefreshRate", any(), "How often names are resolved."),
          no_effect("proxyListenPort", any(), "Port of the sidecar."),
          no_effect("proxyInboundListenPort", any(), "Port of the sidecar."),
          no_effect("proxyHttpPort", any(), "Port of the sidecar."),
          no_effect("configSources", any(), "Where istiod reads from."),
          no_effect("verifyCertificateAtClient", any(), "Certificates."),
          no_effect("inboundClusterStatName", any(), "Names of statistics."),
          no_effect("outboundClusterStatName", any(), "Names of statistics."),
          no_effect("enableEnvoyAccessLogService", any(), "Where proxies log."),
          no_effect("disableEnvoyListenerLog", any(), "Where proxies log."),
      });
  return table;
}

/// From places inside the text to those of the file.
struct Offset {
  std::uint32_t line = 0, column = 0;
  Place of(const Place& inner, const Place& outer) const {
    Place place = outer;
    place.line = line + inner.line;
    place.column = column + inner.column;
    return place;
  }
};

void move_places(YamlNode& node, const Offset& offset, const Place& outer) {
  node.place = offset.of(node.place, outer);
  for (YamlNode& item : node.items) move_places(item, offset, outer);
  for (auto& [key, value] : node.entries) {
    move_places(key, offset, outer);
    move_places(value, offset, outer);
  }
}

bool read_mesh(const YamlNode& text, const Reading& at, MeshConfig& config) {
  if (text.kind != YamlNode::Kind::Scalar) {
    at.wrong_type(text, "the mesh configuration as text", "mesh: | and then the YAML, indented");
    return false;
  }
  // The text begins on the line after "mesh: |", two columns to the right of the key.
  constexpr std::uint32_t key = 6, indent = 2;
  const std::uint32_t bar = std::max(text.place.column, key + 1);
  const Offset offset{text.place.line, bar - key + indent - 1};
  Diagnostics inner;
  std::vector<YamlNode> documents = parse_yaml(text.scalar, text.place.file, inner);
  for (Diagnostic problem : inner) {
    problem.place = offset.of(problem.place, text.place);
    at.add(std::move(problem));
  }
  if (documents.empty() || documents.front().kind == YamlNode::Kind::Null) return true;
  move_places(documents.front(), offset, text.place);
  return mesh_table().read(documents.front(), at, config);
}

const Table<MeshConfig>& data_table() {
  static const Table<MeshConfig> table(
      "MeshConfigData", "The texts of the ConfigMap.",
      {
          simulated("mesh", itself, Reader<MeshConfig>{object(mesh_table).shape, read_mesh}, "",
                    "The mesh configuration, as YAML."),
          no_effect("meshNetworks", any(), "Several networks."),
      });
  return table;
}

}  // namespace

const Table<MeshConfig>& mesh_config_table() {
  static const Table<MeshConfig> table(
      "ConfigMap", "The ConfigMap istio: settings of the whole mesh.",
      object_rows<MeshConfig>({simulated("data", itself, object(data_table), "", "Its texts."),
                               no_effect("binaryData", any(), "Bytes."),
                               no_effect("immutable", any(), "May it change?")}));
  return table;
}

bool is_mesh_config(const YamlNode& document) {
  const YamlNode* data = document.find("data");
  return data != nullptr && data->find("mesh") != nullptr;
}

}  // namespace mesh::istio
