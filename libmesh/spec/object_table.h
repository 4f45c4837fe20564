// What the tables of all Kubernetes objects share: metadata, labels, the frame around spec.
#pragma once

#include <iterator>
#include <vector>

#include "libmesh/spec/field_table.h"
#include "libmesh/spec/resource.h"

namespace mesh {

const Table<Metadata>& metadata_table();

/// Access of a row whose value is read into the object itself.
inline constexpr auto itself = [](auto& whole) -> auto& { return whole; };

/// apiVersion, kind, metadata, then `rows`, then status.
template <class T>
std::vector<Field<T>> object_rows(std::vector<Field<T>> rows) {
  std::vector<Field<T>> all = {
      no_effect("apiVersion", text(), "Group and version; with kind it chooses the table."),
      no_effect("kind", text(), "What the object is."),
      required("metadata", &T::metadata, object(metadata_table), "Identity of the object."),
  };
  all.insert(all.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
  all.push_back(no_effect("status", any(), "Written by the cluster."));
  return all;
}

/// Keys and values as Kubernetes takes them; `what` names the field in the text.
void check_labels(const YamlNode& node, const Reading& at, const Labels& labels);
/// Only the keys: annotations hold any text.
void check_annotation_keys(const YamlNode& node, const Reading& at, const Labels& annotations);
/// A mapping of labels, checked.
Reader<Labels> labels();
/// A port number 1 … 65535.
Reader<std::uint32_t> port_number();
/// The same where 0 is written for "unset", as Istio's optional ports allow.
Reader<std::uint32_t> optional_port_number();
/// RFC 1123 label; `what` names it: "a port name".
Reader<std::string> dns_label(std::string what);
/// A duration that istiod takes: at least 1 ms, in whole milliseconds
/// (pkg/config/validation/agent/validation.go, ValidateDuration).
Reader<Duration> istio_duration();

}  // namespace mesh
