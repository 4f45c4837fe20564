// One recorded translation: input files, proxies looked at, the mesh compiled from them.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "libmesh/spec/yaml_document.h"
#include "tests/plan/version_bench.h"
#include "tests/support/paths.h"

namespace mesh::testing {

/// The folder of recorded translations; absent with a message where there is none.
inline std::optional<std::filesystem::path> istiod_cases() {
  const auto shared = shared_dir();
  if (shared && std::filesystem::exists(*shared / "fixtures" / "istio")) {
    return *shared / "fixtures" / "istio";
  }
  MESSAGE("recorded translations are absent: skipped");
  return std::nullopt;
}

inline std::vector<std::filesystem::path> sorted_folders(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_directory() && std::filesystem::exists(entry.path() / "case.yaml")) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

class IstiodCase {
 public:
  explicit IstiodCase(const std::filesystem::path& folder) {
    Diagnostics problems;
    const auto documents = read_yaml_file((folder / "case.yaml").string(), problems);
    REQUIRE(documents.size() == 1);
    const YamlNode* files = documents[0].find("files");
    REQUIRE(files != nullptr);
    for (const YamlNode& file : files->items) add_file(folder, file);
    extra_ = documents[0].find("meshConfig") != nullptr;
    if (const YamlNode* proxies = documents[0].find("proxies")) {
      for (const YamlNode& proxy : proxies->items) {
        proxies_.emplace_back(proxy.find("name")->scalar, proxy.find("workload") == nullptr
                                                              ? ""
                                                              : proxy.find("workload")->scalar);
      }
    }
    scenario_.resources = read_resources(objects_, problems);
    bench = std::make_unique<VersionBench>(scenario_);
  }

  /// All its objects are of kinds that the compiler knows.
  bool is_modelled() const { return !foreign_kind_ && !extra_; }

  WorkloadId proxy(const std::string& name) const {
    for (const auto& [known, workload] : proxies_) {
      if (known != name) continue;
      const ObjectName parts = split_slashed(workload);
      return bench->workload(parts.name, parts.name_space);
    }
    return WorkloadId::none();
  }

  /// The server's port of a gateway's listener: a Service may lead from one to the other.
  std::uint32_t listener_port(WorkloadId proxy, std::uint32_t port) const {
    if (!bench->draft.plan.workloads[proxy].is_gateway) return port;
    for (const istio::Gateway& gateway : scenario_.resources.gateways) {
      for (const istio::Server& server : gateway.servers) {
        if (container_port(proxy, server.port) == port) return server.port;
      }
    }
    return port;
  }

  std::unique_ptr<VersionBench> bench;

 private:
  std::uint32_t container_port(WorkloadId proxy, std::uint32_t port) const {
    for (const std::size_t index : bench->registry.services_of(proxy)) {
      for (const k8s::ServicePort& p : bench->registry.services()[index].spec->ports) {
        if (p.port == port && !p.target_port.empty()) {
          return static_cast<std::uint32_t>(std::stoul(p.target_port));
        }
      }
    }
    return port;
  }

  void add_file(const std::filesystem::path& folder, const YamlNode& file) {
    std::string name_space;
    if (const YamlNode* given = file.find("namespace")) name_space = given->scalar;
    std::filesystem::path path;
    if (const YamlNode* own = file.find("own")) path = folder / own->scalar;
    if (const YamlNode* platform = file.find("platform")) {
      path = folder.parent_path() / "platform" / platform->scalar;
    }
    if (const YamlNode* corpus = file.find("corpus")) {
      path = folder.parent_path().parent_path().parent_path() / "corpus" / corpus->scalar;
    }
    Diagnostics problems;
    for (YamlNode& document : read_yaml_file(path.string(), problems)) {
      const YamlNode* kind = document.find("kind");
      if (kind == nullptr) continue;
      static const std::vector<std::string> known{
          "Service",        "Deployment",     "StatefulSet",     "Pod",
          "ServiceAccount", "VirtualService", "DestinationRule", "Gateway",
          "Secret",         "Namespace",      "ServiceEntry",    "WorkloadEntry"};
      const std::string version = document.find("apiVersion")->scalar;
      foreign_kind_ = foreign_kind_ || version.starts_with("gateway.networking.k8s.io") ||
                      std::find(known.begin(), known.end(), kind->scalar) == known.end();
      set_namespace(document, name_space);
      objects_.push_back(std::move(document));
    }
  }

  static void set_namespace(YamlNode& document, const std::string& name_space) {
    YamlNode* metadata = document.find("metadata");
    if (metadata == nullptr || name_space.empty() || metadata->find("namespace") != nullptr) return;
    YamlNode key, value;
    key.kind = value.kind = YamlNode::Kind::Scalar;
    key.scalar = "namespace";
    value.scalar = name_space;
    metadata->entries.emplace_back(key, value);
  }

  Scenario scenario_;
  std::vector<YamlNode> objects_;
  std::vector<std::pair<std::string, std::string>> proxies_;
  bool foreign_kind_ = false, extra_ = false;
};

}  // namespace mesh::testing
