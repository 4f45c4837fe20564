// A recorded experiment as its case.yaml describes it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libmesh/spec/behaviour.h"
#include "libmesh/spec/diagnostics.h"

namespace mesh::verify {

struct Client {
  std::string workload = "client", name_space = "default";
  Labels labels;  // empty: {app: <workload>}
  std::string locality = "region1/zone1/";
  std::uint32_t port = 80;
  bool gateway = false;
  std::uint32_t concurrency = 1;
  Place place;
};

/// One entry of `instances`: `count` pods of one workload.
struct Instance {
  std::string name, service;
  Labels labels;
  std::string address;  // of the first; the others follow
  std::uint32_t port = 8080;
  std::uint32_t count = 1;
  std::string locality;  // empty: the client's
  bool http2 = false;
  bool server_sidecar = false;
  std::string workload;  // of its hop; empty: the name
  WorkloadBehaviour behaviour;
  bool calls = false;  // some answer makes calls
  Place place;
};

struct NamedRequest {
  std::string name;  // "" = the one of `request`
  RequestSpec request;
};

struct Phase {
  std::optional<Duration> at, duration;
  std::optional<double> rate;  // per second
  bool poisson = false;
  std::uint64_t seed = 0;
  std::optional<std::uint32_t> burst;
  std::vector<Duration> offsets;
  std::optional<std::uint32_t> users;
  Distribution think;
  Duration stagger{0};
  std::uint64_t per_user = 0;
  std::string request;  // a name
  Place place;
};

struct Load {
  std::optional<RequestSpec> request;
  std::vector<NamedRequest> requests;
  std::vector<Phase> phases;
  std::string arrivals;  // file of explicit arrivals
  std::optional<Duration> start_after;
  std::uint32_t connections = 50;
  std::optional<Duration> timeout;
  Duration settle = seconds(20);
};

enum class Kind : std::uint8_t { Exact, Share, Mean, Quantile, Timeline, Sequence };

/// One row of `compare`.
struct Row {
  std::string measure;
  Kind kind = Kind::Exact;
  std::string tolerance;  // "5%", "20ms", "1pp", "4"
  std::string note;
  Place place;
};

struct Case {
  std::string folder, name;  // name = last part of the folder
  std::string title, question;
  std::uint32_t repeat = 3;
  Client client;
  std::vector<Instance> instances;
  Load load;
  std::vector<Row> compare;
};

/// Reads `folder`/case.yaml; problems are errors with their place.
Case read_case(const std::string& folder, Diagnostics& problems);

}  // namespace mesh::verify
