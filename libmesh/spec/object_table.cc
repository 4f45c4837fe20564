// What the tables of all Kubernetes objects share: metadata, labels, ports, Istio's durations.
#include "libmesh/spec/object_table.h"

#include "libmesh/spec/name_rules.h"

namespace mesh {
namespace {

void check_metadata(const YamlNode& node, const Reading& at, Metadata& metadata) {
  const YamlNode* name = node.find("name");
  if (name != nullptr && !metadata.name.empty() && !is_dns_subdomain(metadata.name)) {
    at.field("name").error(code::invalid_name, *name,
                           "\"" + metadata.name + "\" is not a valid name",
                           "names are lower case letters, digits, '-' and '.' (RFC 1123)");
  }
  const YamlNode* name_space = node.find("namespace");
  if (name_space != nullptr && name_space->kind == YamlNode::Kind::Scalar &&
      !is_dns_label(metadata.name_space)) {
    at.field("namespace")
        .error(code::invalid_name, *name_space,
               "\"" + metadata.name_space + "\" is not a valid namespace",
               "namespaces are lower case letters, digits and '-' (RFC 1123 label)");
  }
}

Reader<Labels> annotations() {
  Reader<Labels> reader = text_map();
  return {reader.shape, [reader](const YamlNode& node, const Reading& at, Labels& out) {
            if (!reader.read(node, at, out)) return false;
            check_annotation_keys(node, at, out);
            return true;
          }};
}

Reader<std::uint32_t> port_number_from(std::uint32_t least) {
  Reader<std::uint32_t> reader = integer<std::uint32_t>(0);
  reader.shape.min = least;
  reader.shape.max = 65535;
  return {reader.shape,
          [reader, least](const YamlNode& node, const Reading& at, std::uint32_t& out) {
            if (!reader.read(node, at, out)) return false;
            if (out >= least && out <= 65535) return true;
            at.error(code::invalid_port, node,
                     "port must lie between 1 and 65535, got " + std::to_string(out));
            return false;
          }};
}

}  // namespace

const Table<Metadata>& metadata_table() {
  static const Table<Metadata> table(
      "ObjectMeta", "Identity and labels of an object.",
      {
          required("name", &Metadata::name, text(), "Unique for the kind within the namespace."),
          simulated("namespace", &Metadata::name_space, text(), "default", "Its namespace."),
          simulated("labels", &Metadata::labels, labels(), "", "What selectors look at."),
          simulated("annotations", &Metadata::annotations, annotations(), "",
                    "Settings of tools, Istio's among them."),
          simulated("creationTimestamp", &Metadata::creation_timestamp, any_text(), "",
                    "Age: the older of two competing Istio objects wins."),
          no_effect("deletionGracePeriodSeconds", any(), "Written by the cluster."),
          no_effect("deletionTimestamp", any(), "Written by the cluster."),
          no_effect("finalizers", any(), "Holds up deletion."),
          no_effect("generateName", text(), "Prefix of a name that the cluster chooses."),
          no_effect("generation", any(), "Written by the cluster."),
          no_effect("managedFields", any(), "Written by the cluster."),
          no_effect("ownerReferences", any(), "Written by controllers."),
          no_effect("resourceVersion", any(), "Written by the cluster."),
          no_effect("selfLink", any(), "Written by old clusters."),
          no_effect("uid", any(), "Written by the cluster."),
      },
      check_metadata);
  return table;
}

void check_labels(const YamlNode& node, const Reading& at, const Labels& labels) {
  check_annotation_keys(node, at, labels);
  for (const auto& [key, value] : node.entries) {
    const auto found = labels.find(key.scalar);
    if (found == labels.end() || is_label_value(found->second)) continue;
    at.field(key.scalar)
        .error(code::invalid_labels, value, "\"" + found->second + "\" is not a label value",
               "label values are at most 63 letters, digits, '-', '_', '.'");
  }
}

void check_annotation_keys(const YamlNode& node, const Reading& at, const Labels& annotations) {
  for (const auto& [key, value] : node.entries) {
    if (annotations.contains(key.scalar) && !is_label_key(key.scalar)) {
      at.error(code::invalid_labels, key, "\"" + key.scalar + "\" is not a valid key",
               "keys are [prefix/]name, the name at most 63 letters, digits, '-', '_', '.'");
    }
  }
}

Reader<Labels> labels() {
  Reader<Labels> reader = text_map();
  return {reader.shape, [reader](const YamlNode& node, const Reading& at, Labels& out) {
            if (!reader.read(node, at, out)) return false;
            check_labels(node, at, out);
            return true;
          }};
}

Reader<std::uint32_t> port_number() {
  return port_number_from(1);
}
Reader<std::uint32_t> optional_port_number() {
  return port_number_from(0);
}

Reader<std::string> dns_label(std::string what) {
  Reader<std::string> reader = text();
  return {reader.shape, [reader, what](const YamlNode& node, const Reading& at, std::string& out) {
            if (!reader.read(node, at, out)) return false;
            if (is_dns_label(out)) return true;
            at.error(code::invalid_name, node, "\"" + out + "\" is not " + what,
                     "lower case letters, digits and '-', at most 63 (RFC 1123 label)");
            return false;
          }};
}

Reader<Duration> istio_duration() {
  Reader<Duration> reader = duration();
  return {reader.shape, [reader](const YamlNode& node, const Reading& at, Duration& out) {
            if (!reader.read(node, at, out)) return false;
            if (out < milliseconds(1)) {
              at.error(code::invalid_duration, node, "must be at least 1ms, got " + node.scalar,
                       out.ns == 0 ? "leave the field out for no limit" : "");
              return false;
            }
            if (out.ns % milliseconds(1).ns != 0) {
              at.error(code::invalid_duration, node,
                       "must be a whole number of milliseconds, got " + node.scalar);
              return false;
            }
            return true;
          }};
}

}  // namespace mesh
