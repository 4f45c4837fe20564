// Services: values, and what Kubernetes refuses.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::read_text;

std::string service(const std::string& spec) {
  return "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec:\n" +
         testing::indented(spec, 2);
}

TEST_CASE("service: everything that shapes routing is kept") {
  const auto result = read_text(
      service("selector: {app: cart}\nclusterIP: None\ntype: NodePort\nsessionAffinity: ClientIP\n"
              "ports:\n- {name: http, port: 80, targetPort: 8080}\n"
              "- {name: grpc-x, port: 81, targetPort: grpc, protocol: TCP, appProtocol: h2c, "
              "nodePort: 30001}\n"));
  CHECK(result.problems.empty());
  const k8s::Service& s = result.resources.services.at(0);
  CHECK(s.metadata.name == "cart");
  CHECK(s.metadata.name_space == "default");
  CHECK(s.selector == Labels{{"app", "cart"}});
  CHECK(s.cluster_ip == "None");
  CHECK(s.type == "NodePort");
  CHECK(s.place == Place{"test.yaml", 1, 1});
  REQUIRE(s.ports.size() == 2);
  CHECK(s.ports[0].target_port == "8080");
  CHECK(s.ports[1] == k8s::ServicePort{.name = "grpc-x",
                                       .port = 81,
                                       .target_port = "grpc",
                                       .protocol = "TCP",
                                       .app_protocol = "h2c",
                                       .place = {"test.yaml", 11, 5}});
}

TEST_CASE("service: what Kubernetes refuses") {
  check_rows(
      {
          {"no ports", "selector: {app: x}", "error MS0105 spec: ports is required"},
          {"headless may have none", "clusterIP: None", ""},
          {"an alias needs none", "{type: ExternalName, externalName: api.example.com}",
           "warning MS0301 spec.externalName: is not simulated yet: requests to the alias get 503 "
           "NC"},
          {"an alias needs a host", "{type: ExternalName}",
           "error MS0208 spec: type ExternalName needs an externalName"},
          {"two ports need names", "ports: [{port: 80}, {name: b, port: 81}]",
           "error MS0105 spec.ports[0]: name is required when a service has several ports"},
          {"the same name twice", "ports: [{name: a, port: 80}, {name: a, port: 81}]",
           "error MS0205 spec.ports[1]: another port is called \"a\" too"},
          {"the same port twice", "ports: [{name: a, port: 80}, {name: b, port: 80}]",
           "error MS0209 spec.ports[1]: port 80/TCP stands twice"},
          {"the same number for TCP and UDP",
           "ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]", ""},
          {"port 0", "ports: [{port: 0}]",
           "error MS0209 spec.ports[0].port: port must lie between 1 and 65535, got 0"},
          {"a quoted port", "ports: [{port: '80'}]",
           "error MS0103 spec.ports[0].port: expected a whole number, found the text \"80\""},
          {"a target above the range", "ports: [{port: 80, targetPort: 70000}]",
           "error MS0209 spec.ports[0].targetPort: port must lie between 1 and 65535, got 70000"},
          {"a quoted target is a name", "ports: [{port: 80, targetPort: '8080'}]",
           "error MS0209 spec.ports[0].targetPort: \"8080\" is neither a port number nor a port "
           "name"},
          {"a long target name", "ports: [{port: 80, targetPort: a-very-long-name}]",
           "error MS0209 spec.ports[0].targetPort: \"a-very-long-name\" is neither a port number "
           "nor a port name"},
          {"capitals in a port's name", "ports: [{name: HTTP, port: 80}]",
           "error MS0209 spec.ports[0].name: \"HTTP\" is not a port name"},
          {"an unknown protocol", "ports: [{port: 80, protocol: HTTP}]",
           "error MS0106 spec.ports[0].protocol: must be one of TCP, UDP, SCTP, got \"HTTP\""},
          {"an unknown type", "{type: Headless, ports: [{port: 80}]}",
           "error MS0106 spec.type: must be one of ClusterIP, NodePort, LoadBalancer, "
           "ExternalName, got \"Headless\""},
          {"a cluster IP that is none", "{clusterIP: none, ports: [{port: 80}]}",
           "error MS0107 spec.clusterIP: \"none\" is neither None nor an IP address"},
          {"a misspelt field", "{ports: [{port: 80}], selectors: {app: x}}",
           "error MS0104 spec.selectors: ServiceSpec has no field of this name"},
      },
      service);
}

TEST_CASE("service: a name starts with a letter and has no dots") {
  for (const char* name : {"1st", "a.b"}) {
    const std::string yaml =
        "apiVersion: v1\nkind: Service\nmetadata: {name: " + std::string(name) +
        "}\nspec: {ports: [{port: 80}]}\n";
    CHECK_EQ(testing::complaints(yaml), "error MS0202 metadata: \"" + std::string(name) +
                                            "\" is not a valid name of a service");
  }
}

TEST_CASE("service: what is not simulated is named, a default is not") {
  CHECK_EQ(testing::complaints(service("ports: [{port: 80}]\ninternalTrafficPolicy: Cluster\n"
                                       "trafficDistribution: PreferClose"),
                               Severity::Info),
           "");
  CHECK_EQ(testing::complaints(service("{ports: [{port: 80}], internalTrafficPolicy: Local}"),
                               Severity::Info),
           "info MS0301 spec.internalTrafficPolicy: is not simulated yet: endpoints are used "
           "wherever they are");
}

}  // namespace
}  // namespace mesh
