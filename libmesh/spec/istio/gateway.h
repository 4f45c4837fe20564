// Istio Gateway as the user wrote it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libmesh/spec/resource.h"

namespace mesh::istio {

struct Server {
  std::uint32_t port = 0;
  std::string port_name, protocol;  // protocol in upper case, whatever was written
  std::vector<std::string> hosts;   // "*", "shop.example.com", "ns/host"
  std::string tls_mode;             // empty = none
  bool https_redirect = false;
  Place place;
  bool operator==(const Server&) const = default;
};

struct Gateway {
  Metadata metadata;
  Labels selector;
  std::vector<Server> servers;
  Place place;
  bool operator==(const Gateway&) const = default;
};

}  // namespace mesh::istio
