// Providers of the mesh configuration: authorisers with istiod's defaults.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::complaints;
using testing::read_text;

std::string mesh_with(const std::string& providers) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\n"
         "data:\n  mesh: |\n    extensionProviders:\n" +
         testing::indented(providers, 4);
}

TEST_CASE("extension_providers: authorisers by HTTP and gRPC, a tracer beside them") {
  const auto read = read_text(mesh_with(
      "- name: http\n  envoyExtAuthzHttp: {service: a.b.svc.cluster.local, port: 8000, timeout: "
      "2s, failOpen: true, statusOnError: '503', pathPrefix: /x, "
      "includeRequestHeadersInCheck: [x-ext-authz]}\n"
      "- name: grpc\n  envoyExtAuthzGrpc: {service: c, port: 9000}\n"
      "- name: tracer\n  zipkin: {service: z, port: 9411}\n"));
  CHECK_EQ(complaints(read.problems, Severity::Info), "");
  const auto& providers = read.resources.mesh_configs.at(0).providers;
  REQUIRE(providers.size() == 3);
  CHECK(providers[0] == istio::AuthorizationProvider{"http", "a.b.svc.cluster.local", 8000,
                                                     seconds(2), true, 503, "/x"});
  CHECK(providers[1] ==
        istio::AuthorizationProvider{"grpc", "c", 9000, seconds(600), false, 403, ""});
  CHECK(providers[2].service.empty());
}

TEST_CASE("extension_providers: a service and a port are needed") {
  const std::string said = complaints(mesh_with("- name: a\n  envoyExtAuthzGrpc: {timeout: 1s}\n"));
  CHECK(said.find("service") != std::string::npos);
  CHECK(said.find("port") != std::string::npos);
}

}  // namespace
}  // namespace mesh
