// Makes a scenario in code: the documents that its YAML would hold, word for word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libmesh/spec/scenario.h"

namespace mesh {

/// Collects the Scenario document and the objects beside it; `build` reads them as if they came
/// from files, so that equal content has an equal digest and equal runs. Words of the grammar are
/// passed on as trees (yaml_build.h makes them): a new word needs nothing here. The places of their
/// nodes are what diagnostics name.
class Builder {
 public:
  explicit Builder(const std::string& name);

  struct Deployment {
    std::string app;      // of the Service in front; empty = its own name
    std::string version;  // label `version`
    std::string name_space;
    std::uint32_t replicas = 1;
    Place place{};
  };
  struct Service {
    std::string name_space;
    std::uint32_t port = 80;
    Place place{};
  };

  /// A Service `name` with a port `http`, which selects the pods with the label `app: name`.
  Builder& service(const std::string& name, const Service& service);
  /// A Deployment `name` whose pods have the labels `app` and, if given, `version`.
  Builder& deployment(const std::string& name, const Deployment& deployment);
  /// The way in from outside: the Gateway `name` for all hosts, once, and a VirtualService of the
  /// service's name that leads `host` to it.
  struct Ingress {
    std::string gateway = "ingress";
    std::string host;
    Place place{};
  };
  Builder& ingress(const std::string& service, const Ingress& ingress);
  /// Any object, as `kubectl apply` would: one of the same kind, namespace and name is replaced.
  Builder& object(YamlNode document);
  /// The objects of a file, folder or pattern, as `include` of a scenario; asked for at `place`.
  Builder& include(const std::string& path, const Place& place = {});

  /// Words below behaviour.workloads.NAME; those that were said before are replaced.
  Builder& behave(const std::string& workload, const YamlNode& words);
  /// Another handler of the workload; gives its number.
  std::size_t handler(const std::string& workload, YamlNode words);
  /// Another step of the handler's script, or of the workload's own.
  Builder& step(const std::string& workload, std::optional<std::size_t> handler, YamlNode step);

  /// An item of a list of the spec: load, faults, changes, thresholds.
  Builder& add(std::string_view list, YamlNode item);
  /// A value of the spec: "run.until", "platform.network.sameZone.rtt". What is not there is made.
  Builder& set(std::string_view path, YamlNode value);

  /// Never throws for bad input: look at `diagnostics`.
  Scenario build() const;

 private:
  YamlNode& workload(const std::string& name, const Place& place);

  YamlNode document_;
  std::vector<YamlNode> objects_;
  Diagnostics unreadable_;
};

}  // namespace mesh
