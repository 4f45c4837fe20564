// Reads EnvoyFilters: which patches a run obeys, and what is said of the others.
#include "libmesh/spec/istio/envoy_filter.h"

#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

constexpr std::string_view fault_filter_name = "envoy.filters.http.fault";
constexpr std::string_view router_name = "envoy.filters.http.router";

/// configPatches[] as written, before it is clear what it means.
struct PatchForm {
  std::string apply_to, operation;
  std::string sub_filter;  // beside which a filter goes, or that is merged into
  PatchMatch match;
  YamlNode value;
  std::optional<EnvoyPatch> patch;  // if a run obeys it
};

// ---- match --------------------------------------------------------------------------------------

/// Access to a member of PatchForm::match.
template <class V>
auto match_member(V PatchMatch::*member) {
  return [member](PatchForm& form) -> V& { return form.match.*member; };
}

const Table<PatchForm>& proxy_match_table() {
  static const Table<PatchForm> table(
      "ProxyMatch", "Which proxies.",
      {simulated("proxyVersion", match_member(&PatchMatch::proxy_version), text(), "any",
                 "Regular expression of Istio's version."),
       reported("metadata", any(), "Metadata of the proxy.", Severity::Warning)});
  return table;
}

const Table<PatchForm>& cluster_match_table() {
  static const Table<PatchForm> table(
      "ClusterMatch", "Which clusters.",
      {simulated("name", match_member(&PatchMatch::cluster), text(), "any", "The whole name."),
       simulated("service", match_member(&PatchMatch::service), text(), "any",
                 "Host of the service, in full."),
       simulated("subset", match_member(&PatchMatch::subset), text(), "any", "Its subset."),
       simulated("portNumber", match_member(&PatchMatch::port), optional_port_number(), "any",
                 "Its port.")});
  return table;
}

const Table<PatchForm>& sub_filter_table() {
  static const Table<PatchForm> table(
      "SubFilterMatch", "Which HTTP filter.",
      {simulated("name", &PatchForm::sub_filter, text(), "", "Its name.")});
  return table;
}

const Table<PatchForm>& filter_match_table() {
  static const Table<PatchForm> table(
      "FilterMatch", "Which network filter.",
      {part("name", text(), "Its name: the HTTP connection manager."),
       simulated("subFilter", itself, object(sub_filter_table), "", "Which HTTP filter.")});
  return table;
}

const Table<PatchForm>& filter_chain_match_table() {
  static const Table<PatchForm> table(
      "FilterChainMatch", "Which connections.",
      {reported("name", text(), "Its name.", Severity::Warning),
       reported("sni", text(), "Server name of TLS.", Severity::Warning),
       reported("transportProtocol", text(), "raw_buffer or tls.", Severity::Warning),
       reported("applicationProtocols", text(), "Protocols of ALPN.", Severity::Warning),
       simulated("filter", itself, object(filter_match_table), "", "Which network filter."),
       simulated("destinationPort", match_member(&PatchMatch::port), optional_port_number(), "any",
                 "Port of the chain.")});
  return table;
}

const Table<PatchForm>& listener_match_table() {
  static const Table<PatchForm> table(
      "ListenerMatch", "Which listeners.",
      {simulated("portNumber", match_member(&PatchMatch::port), optional_port_number(), "any",
                 "Port of the Service; of an inbound chain the target port."),
       reported("portName", text(), "Istio ignores it."),
       reported("listenerFilter", text(), "Which listener filter.", Severity::Warning),
       simulated("filterChain", itself, object(filter_chain_match_table), "", "Connections."),
       simulated("name", match_member(&PatchMatch::listener), text(), "any", "Its name.")});
  return table;
}

const Table<PatchForm>& route_match_table() {
  static const Table<PatchForm> table(
      "RouteMatch", "Which routes.",
      {simulated("name", match_member(&PatchMatch::route), text(), "any", "Its name."),
       simulated("action", match_member(&PatchMatch::route_action),
                 word({"ANY", "ROUTE", "REDIRECT", "DIRECT_RESPONSE"}), "ANY", "What it does.")});
  return table;
}

const Table<PatchForm>& virtual_host_match_table() {
  static const Table<PatchForm> table(
      "VirtualHostMatch", "Which virtual hosts.",
      {simulated("name", match_member(&PatchMatch::virtual_host), text(), "any",
                 "\"host:port\"; \"inbound|http|port\"."),
       reported("domainName", text(), "One of its domains.", Severity::Warning),
       simulated("route", itself, object(route_match_table), "", "Which routes.")});
  return table;
}

const Table<PatchForm>& route_configuration_match_table() {
  static const Table<PatchForm> table(
      "RouteConfigurationMatch", "Which routes.",
      {simulated("portNumber", match_member(&PatchMatch::port), optional_port_number(), "any",
                 "Port of the listener."),
       reported("portName", text(), "Name of a gateway's port.", Severity::Warning),
       simulated("gateway", match_member(&PatchMatch::gateway), text(), "any",
                 "namespace/name of the Gateway."),
       simulated("vhost", itself, object(virtual_host_match_table), "", "Which virtual hosts."),
       simulated("name", match_member(&PatchMatch::route_configuration), text(), "any",
                 "Name of the table: the port at sidecars.")});
  return table;
}

const Table<PatchForm>& match_table() {
  using Context = PatchContext;
  static const Table<PatchForm> table(
      "EnvoyConfigObjectMatch", "What is patched.",
      {simulated("context", match_member(&PatchMatch::context),
                 one_of<Context>({{"ANY", Context::Any},
                                  {"SIDECAR_INBOUND", Context::SidecarInbound},
                                  {"SIDECAR_OUTBOUND", Context::SidecarOutbound},
                                  {"GATEWAY", Context::Gateway}}),
                 "ANY", "Which side of which proxy."),
       simulated("proxy", itself, object(proxy_match_table), "", "Which proxies."),
       simulated("listener", itself, object(listener_match_table), "", "Which listeners."),
       simulated("routeConfiguration", itself, object(route_configuration_match_table), "",
                 "Which routes."),
       simulated("cluster", itself, object(cluster_match_table), "", "Which clusters."),
       reported("waypoint", any(), "Waypoints of ambient meshes.", Severity::Warning)});
  return table;
}

// ---- patch --------------------------------------------------------------------------------------

Reader<YamlNode> kept() {
  return {any().shape, [](const YamlNode& node, const Reading&, YamlNode& out) {
            out = node;
            return true;
          }};
}

const Table<PatchForm>& patch_table() {
  static const Table<PatchForm> table(
      "Patch", "The change.",
      {simulated("operation", &PatchForm::operation,
                 word({"MERGE", "ADD", "REMOVE", "INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST",
                       "REPLACE"}),
                 "", "How it is applied.")
           .as_required(),
       simulated("value", &PatchForm::value, kept(), "", "Envoy's configuration."),
       reported("filterClass", word({"UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"}),
                "Where among Istio's filters.")
           .with_default("UNSPECIFIED")});
  return table;
}

/// What a patch with these words is in the simulation.
class PatchReader {
 public:
  PatchReader(PatchForm& form, const YamlNode& node, const Reading& at)
      : form_(form), node_(node), at_(at) {}

  void read();

 private:
  void read_cluster();
  void read_http_filter();
  void read_inserted(const std::string& name, const TypedMessage& typed);
  void read_routes(EnvoyPatch::Target target, const Table<RoutePatch>& (*table)());
  bool place_filter(EnvoyPatch& patch) const;

  EnvoyPatch patch(EnvoyPatch::Target target) const {
    EnvoyPatch patch;
    patch.target = target;
    patch.match = form_.match;
    patch.place = node_.place;
    return patch;
  }
  Reading value_at(const Reading& patch) const { return patch.field("value"); }
  void not_simulated(const std::string& what) const {
    at_.warning(code::not_simulated, node_, what + " is not simulated: the patch changes nothing",
                "simulated are MERGE of CLUSTER, HTTP_ROUTE and VIRTUAL_HOST, and the filters "
                "local_ratelimit, ratelimit, ext_authz, admission_control, "
                "adaptive_concurrency and fault");
  }
  template <class T>
  void keep(EnvoyPatch::Target target, Reader<T> reader, const YamlNode& value,
            FilterPlace filter_place = FilterPlace::BeforeFault) {
    const Reading patch_at = at_.field("patch");
    T read{};
    if (!reader.read(value, patch_at.field("value"), read)) return;
    form_.patch = patch(target);
    form_.patch->filter_place = filter_place;
    form_.patch->value = std::move(read);
  }

  PatchForm& form_;
  const YamlNode& node_;
  const Reading& at_;
};

void PatchReader::read() {
  if (form_.apply_to == "CLUSTER") return read_cluster();
  if (form_.apply_to == "HTTP_FILTER") return read_http_filter();
  if (form_.apply_to == "HTTP_ROUTE") {
    return read_routes(EnvoyPatch::Target::HttpRoute, route_patch_table);
  }
  if (form_.apply_to == "VIRTUAL_HOST") {
    return read_routes(EnvoyPatch::Target::VirtualHost, virtual_host_patch_table);
  }
  not_simulated("applyTo " + form_.apply_to);
}

void PatchReader::read_cluster() {
  if (form_.operation != "MERGE") return not_simulated(form_.operation + " of a CLUSTER");
  keep(EnvoyPatch::Target::Cluster, message(cluster_patch_table), form_.value);
}

void PatchReader::read_routes(EnvoyPatch::Target target, const Table<RoutePatch>& (*table)()) {
  if (form_.operation != "MERGE") {
    return not_simulated(form_.operation + " of " + form_.apply_to);
  }
  keep(target, message(table), form_.value);
}

/// False where Envoy would never run the filter.
bool PatchReader::place_filter(EnvoyPatch& patch) const {
  const std::string& beside = form_.sub_filter;
  const bool after = form_.operation == "INSERT_AFTER";
  if (form_.operation == "ADD" || (after && (beside.empty() || beside == router_name))) {
    at_.warning(code::surprising, node_,
                "the filter would stand behind the router: Envoy refuses the listener",
                "INSERT_BEFORE with subFilter: {name: envoy.filters.http.router}");
    return false;
  }
  const bool first = form_.operation == "INSERT_FIRST" || beside.empty() ||
                     (beside == fault_filter_name && !after);
  patch.filter_place = first ? FilterPlace::BeforeFault : FilterPlace::AfterFault;
  return true;
}

void PatchReader::read_inserted(const std::string& name, const TypedMessage& typed) {
  EnvoyPatch where;
  if (!place_filter(where)) return;
  constexpr auto target = EnvoyPatch::Target::HttpFilter;
  if (typed.type == "LocalRateLimit") {
    return keep(target, message(local_rate_limit_table), typed.value, where.filter_place);
  }
  if (typed.type == "AdmissionControl") {
    return keep(target, message(admission_control_table), typed.value, where.filter_place);
  }
  if (typed.type == "AdaptiveConcurrency") {
    return keep(target, message(adaptive_concurrency_table), typed.value, where.filter_place);
  }
  if (typed.type == "ExtAuthz") {
    return keep(target, message(ext_authz_table), typed.value, where.filter_place);
  }
  if (typed.type == "RateLimit") {
    return keep(target, message(global_rate_limit_table), typed.value, where.filter_place);
  }
  not_simulated("the filter " + (name.empty() ? typed.type : name));
}

void PatchReader::read_http_filter() {
  const YamlNode* name_node = form_.value.find("name");
  const std::string name = name_node == nullptr ? "" : name_node->scalar;
  const YamlNode* config = form_.value.find("typed_config");
  if (config == nullptr) config = form_.value.find("typedConfig");
  const TypedMessage typed = config == nullptr ? TypedMessage{} : typed_message(*config);
  if (form_.operation == "MERGE" && form_.sub_filter == fault_filter_name) {
    return keep(EnvoyPatch::Target::HttpFilter, message(fault_filter_table), typed.value);
  }
  if (form_.operation.starts_with("INSERT") || form_.operation == "ADD") {
    return read_inserted(name, typed);
  }
  const std::string& whom = form_.sub_filter.empty() ? name : form_.sub_filter;
  not_simulated(form_.operation + " of the filter " + whom);
}

void check_patch(const YamlNode& node, const Reading& at, PatchForm& form) {
  if (form.apply_to.empty() || form.operation.empty()) return;  // said already
  PatchReader(form, node, at).read();
}

const Table<PatchForm>& config_patch_table() {
  static const Table<PatchForm> table(
      "EnvoyConfigObjectPatch", "One change.",
      {
          simulated("applyTo", &PatchForm::apply_to,
                    word({"LISTENER", "FILTER_CHAIN", "NETWORK_FILTER", "HTTP_FILTER",
                          "ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE", "CLUSTER",
                          "EXTENSION_CONFIG", "BOOTSTRAP", "LISTENER_FILTER"}),
                    "", "What is changed.")
              .as_required(),
          simulated("match", itself, object(match_table), "everything", "Which of them."),
          simulated("patch", itself, object(patch_table), "", "The change.").as_required(),
      },
      check_patch);
  return table;
}

Reader<std::vector<EnvoyPatch>> config_patches() {
  Reader<std::vector<PatchForm>> forms = list(object(config_patch_table));
  return {forms.shape,
          [forms](const YamlNode& node, const Reading& at, std::vector<EnvoyPatch>& out) {
            std::vector<PatchForm> read;
            if (!forms.read(node, at, read)) return false;
            for (PatchForm& form : read) {
              if (form.patch) out.push_back(std::move(*form.patch));
            }
            return true;
          }};
}

const Table<EnvoyFilter>& workload_selector_table() {
  static const Table<EnvoyFilter> table(
      "WorkloadSelector", "Which proxies.",
      {simulated("labels", &EnvoyFilter::workload_selector, labels(), "all of the namespace",
                 "Labels of the pods.")});
  return table;
}

const Table<EnvoyFilter>& spec_table() {
  static const Table<EnvoyFilter> table(
      "EnvoyFilterSpec", "Changes to what istiod writes.",
      {simulated("workloadSelector", itself, object(workload_selector_table), "", "Which proxies."),
       reported("targetRefs", any(), "Which gateways or services.", Severity::Warning),
       simulated("configPatches", &EnvoyFilter::patches, config_patches(), "", "The changes."),
       simulated("priority", &EnvoyFilter::priority, integer<std::int32_t>(), "0",
                 "Lower ones are applied first.")});
  return table;
}

}  // namespace

const Table<EnvoyFilter>& envoy_filter_table() {
  static const Table<EnvoyFilter> table(
      "EnvoyFilter", "Changes to what istiod writes for Envoy.",
      object_rows<EnvoyFilter>(
          {simulated("spec", itself, object(spec_table), "", "The changes.")}));
  return table;
}

}  // namespace mesh::istio
