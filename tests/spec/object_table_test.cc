// Metadata, labels, ports and durations, as every kind has them.
#include "libmesh/spec/object_table.h"

#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::read_text;

std::string with_metadata(const std::string& metadata) {
  return "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n" + testing::indented(metadata, 2);
}

TEST_CASE("object_table: metadata is kept") {
  const auto result = read_text(with_metadata(
      "name: a.b\nnamespace: shop\nlabels: {app: x, 'k8s.io/part': ''}\n"
      "annotations: {sidecar.istio.io/inject: 'false'}\ncreationTimestamp: 2024-01-02T03:04:05Z\n"
      "uid: 7\nresourceVersion: '1'\nmanagedFields: []"));
  CHECK(result.problems.empty());
  const Metadata& metadata = result.resources.service_accounts.at(0).metadata;
  CHECK(metadata.name == "a.b");
  CHECK(metadata.name_space == "shop");
  CHECK(metadata.labels == Labels{{"app", "x"}, {"k8s.io/part", ""}});
  CHECK(metadata.annotations == Labels{{"sidecar.istio.io/inject", "false"}});
  CHECK(metadata.creation_timestamp == "2024-01-02T03:04:05Z");
}

TEST_CASE("object_table: metadata that Kubernetes refuses") {
  check_rows(
      {
          {"a name is needed", "namespace: shop", "error MS0105 metadata: name is required"},
          {"off is a boolean", "name: off",
           "error MS0103 metadata.name: expected text, found the boolean off"},
          {"capitals", "name: Cart", "error MS0202 metadata.name: \"Cart\" is not a valid name"},
          {"a namespace has no dots", "{name: a, namespace: a.b}",
           "error MS0202 metadata.namespace: \"a.b\" is not a valid namespace"},
          {"an unquoted version", "{name: a, labels: {version: 1}}",
           "error MS0103 metadata.labels.version: expected text, found the number 1"},
          {"a label value with a slash", "{name: a, labels: {path: a/b}}",
           "error MS0210 metadata.labels.path: \"a/b\" is not a label value"},
          {"a label key with a blank", "{name: a, labels: {'a b': x}}",
           "error MS0210 metadata.labels: \"a b\" is not a valid key"},
          {"an annotation key with two slashes", "{name: a, annotations: {a/b/c: x}}",
           "error MS0210 metadata.annotations: \"a/b/c\" is not a valid key"},
          {"an annotation of several lines is fine", "{name: a, annotations: {a: \"x\\ny/*\"}}",
           ""},
          {"an unknown field", "{name: a, label: {}}",
           "error MS0104 metadata.label: ObjectMeta has no field of this name"},
          {"labels are a mapping", "{name: a, labels: [x]}",
           "error MS0103 metadata.labels: expected a mapping of texts, found a list"},
      },
      with_metadata);
}

template <class V>
std::string complaint(const Reader<V>& reader, const std::string& value) {
  Diagnostics problems;
  const auto documents = parse_yaml("v: " + value, "t", problems);
  const Reading root("", problems);
  V out{};
  reader.read(*documents.at(0).find("v"), root.field("v"), out);
  return problems.empty() ? "" : problems.items()[0].what;
}

TEST_CASE("object_table: ports, labels of DNS, Istio's durations") {
  CHECK(complaint(port_number(), "65535") == "");
  CHECK(complaint(port_number(), "0") == "port must lie between 1 and 65535, got 0");
  CHECK(complaint(port_number(), "65536") == "port must lie between 1 and 65535, got 65536");
  CHECK(complaint(optional_port_number(), "0") == "");
  CHECK(complaint(dns_label("a name"), "a-b") == "");
  CHECK(complaint(dns_label("a name"), "a_b") == "\"a_b\" is not a name");
  CHECK(complaint(istio_duration(), "1ms") == "");
  CHECK(complaint(istio_duration(), "0s") == "must be at least 1ms, got 0s");
  CHECK(complaint(istio_duration(), "999us") == "must be at least 1ms, got 999us");
  CHECK(complaint(istio_duration(), "1500us") ==
        "must be a whole number of milliseconds, got 1500us");
}

}  // namespace
}  // namespace mesh
