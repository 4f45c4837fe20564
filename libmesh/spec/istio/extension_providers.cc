// Reads extensionProviders of the mesh configuration: authorisers, and others that are reported.
#include "libmesh/spec/istio/mesh_config.h"
#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

/// statusOnError is a number written as text.
Reader<std::uint16_t> status_text() {
  return custom<std::uint16_t>({.kind = Shape::Kind::IntOrText},
                               [](const YamlNode& node, const Reading& at, std::uint16_t& out) {
                                 YamlNode plain = node;
                                 plain.quoted = false;
                                 return integer<std::uint16_t>(200, 599).read(plain, at, out);
                               });
}

std::vector<Field<AuthorizationProvider>> shared_rows() {
  using P = AuthorizationProvider;
  return {
      required("service", &P::service, text(), "Host of the authoriser, or namespace/host."),
      simulated("port", &P::port, integer<std::uint32_t>(1, 65535), "", "Its port.").as_required(),
      simulated("timeout", &P::timeout, istio_duration(), "600s",
                "Source: pilot/pkg/security/authz/builder/extauthz.go."),
      simulated("failOpen", &P::fail_open, boolean(), "false",
                "Requests pass when the authoriser fails."),
      simulated("statusOnError", &P::status_on_error, status_text(), "403",
                "Answer when it fails."),
      reported("clearRouteCache", boolean(), "Routes again after the check.").with_default("false"),
      no_effect("includeRequestBodyInCheck", any(), "What the authoriser sees."),
  };
}

const Table<AuthorizationProvider>& http_table() {
  static const Table<AuthorizationProvider> table = [] {
    using P = AuthorizationProvider;
    std::vector<Field<P>> rows = shared_rows();
    rows.push_back(simulated("pathPrefix", &P::path_prefix, text(), "",
                             "In front of the path in the authoriser's request."));
    for (const char* name : {"includeHeadersInCheck", "includeRequestHeadersInCheck",
                             "includeAdditionalHeadersInCheck", "headersToUpstreamOnAllow",
                             "headersToDownstreamOnDeny", "headersToDownstreamOnAllow"}) {
      rows.push_back(no_effect(name, any(), "The authoriser sees all headers and changes none."));
    }
    return Table<P>("EnvoyExternalAuthorizationHttpProvider", "An authoriser asked by HTTP.",
                    std::move(rows));
  }();
  return table;
}

const Table<AuthorizationProvider>& grpc_table() {
  static const Table<AuthorizationProvider> table("EnvoyExternalAuthorizationGrpcProvider",
                                                  "An authoriser asked by gRPC.", shared_rows());
  return table;
}

}  // namespace

const Table<AuthorizationProvider>& extension_provider_table() {
  using P = AuthorizationProvider;
  static const Table<P> table(
      "ExtensionProvider", "A service that proxies ask.",
      {
          required("name", &P::name, text(), "Its name in AuthorizationPolicies."),
          simulated("envoyExtAuthzHttp", itself, object(http_table), "", "Asked by HTTP."),
          simulated("envoyExtAuthzGrpc", itself, object(grpc_table), "", "Asked by gRPC."),
          no_effect("zipkin", any(), "Traces."),
          no_effect("lightstep", any(), "Traces."),
          no_effect("datadog", any(), "Traces."),
          no_effect("stackdriver", any(), "Traces and metrics."),
          no_effect("opencensus", any(), "Traces."),
          no_effect("skywalking", any(), "Traces."),
          no_effect("opentelemetry", any(), "Traces."),
          no_effect("prometheus", any(), "Metrics."),
          no_effect("envoyFileAccessLog", any(), "Where proxies log."),
          no_effect("envoyHttpAls", any(), "Where proxies log."),
          no_effect("envoyTcpAls", any(), "Where proxies log."),
          no_effect("envoyOtelAls", any(), "Where proxies log."),
          no_effect("sds", any(), "Certificates."),
      });
  return table;
}

}  // namespace mesh::istio
