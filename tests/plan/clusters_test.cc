// Clusters as the mesh configuration shapes them.
#include "libmesh/plan/clusters.h"

#include <doctest/doctest.h>

#include "tests/plan/patched_mesh.h"

namespace mesh {
namespace {

const std::string upgraded =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: istio, namespace: istio-system}\n"
    "data:\n  mesh: |\n    h2UpgradePolicy: UPGRADE\n---\n";
const std::string guessed_port =
    "apiVersion: v1\nkind: Service\nmetadata: {name: guess}\n"
    "spec: {selector: {app: other}, ports: [{name: web, port: 80}]}\n---\n";

TEST_CASE("clusters: the mesh's h2UpgradePolicy is for ports declared as HTTP") {
  const auto protocol = [](const std::string& objects, const std::string& cluster) {
    return testing::patched(objects).cluster("client", cluster).protocol;
  };
  const std::string guess = "outbound|80||guess.default.svc.cluster.local";
  CHECK(protocol("", testing::web_cluster) == UpstreamProtocol::Http1);
  CHECK(protocol(upgraded, testing::web_cluster) == UpstreamProtocol::Http2);
  CHECK(protocol(upgraded + guessed_port, guess) == UpstreamProtocol::Http1);
  const std::string rule =
      testing::web_rule("{connectionPool: {http: {h2UpgradePolicy: DO_NOT_UPGRADE}}}");
  CHECK(protocol(upgraded + rule, testing::web_cluster) == UpstreamProtocol::Http1);
}

}  // namespace
}  // namespace mesh
