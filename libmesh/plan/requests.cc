// Request templates of loads and call steps: host, port, authority filled in, `{i%K}` unrolled.
#include "libmesh/plan/requests.h"

#include <algorithm>
#include <numeric>

#include "libmesh/plan/names.h"

namespace mesh {
namespace {

/// Where a client goes that names no port: the only one, 80, else the first that speaks HTTP.
std::uint32_t usual_port(const k8s::Service& service) {
  if (service.ports.size() == 1) return service.ports.front().port;
  if (find_port(service, 80) != nullptr) return 80;
  for (const k8s::ServicePort& port : service.ports) {
    if (is_http(protocol_of(port))) return port.port;
  }
  return service.ports.empty() ? 80 : service.ports.front().port;
}

/// A place "{i%K}" in a text.
struct Counter {
  std::size_t begin = 0, end = 0;
  std::uint32_t modulus = 0;
};

std::vector<Counter> counters_in(const std::string& text) {
  std::vector<Counter> counters;
  for (std::size_t at = text.find("{i%"); at != std::string::npos; at = text.find("{i%", at + 1)) {
    std::uint32_t modulus = 0;
    std::size_t end = at + 3;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9' && modulus <= unroll_limit) {
      modulus = modulus * 10 + static_cast<std::uint32_t>(text[end++] - '0');
    }
    if (end < text.size() && text[end] == '}' && modulus > 0) {
      counters.push_back({at, end + 1, modulus});
    }
  }
  return counters;
}

std::string with_counters(const std::string& text, std::uint32_t i) {
  std::string out;
  std::size_t from = 0;
  for (const Counter& counter : counters_in(text)) {
    out.append(text, from, counter.begin - from).append(std::to_string(i % counter.modulus));
    from = counter.end;
  }
  return out.append(text, from);
}

/// Least common multiple of all moduli, or 0 beyond the limit.
std::uint32_t period_of(const RequestTemplate& request) {
  std::uint32_t period = 1;
  const auto include = [&period](const std::string& text) {
    for (const Counter& counter : counters_in(text)) {
      if (period != 0) period = std::lcm(period, counter.modulus);
      if (period > unroll_limit) period = 0;
    }
  };
  include(request.path);
  for (const auto& [name, value] : request.headers) include(value);
  return period;
}

}  // namespace

NamedService find_service(const Registry& registry, const std::string& text,
                          const std::string& name_space, std::uint32_t port) {
  NamedService found;
  found.port = port_of_authority(text).value_or(port);
  found.host = host_of_authority(text);
  found.service = registry.service_seen_from(found.host, name_space);
  if (found.port == 0) {
    found.port = found.service == nullptr ? 80 : usual_port(*found.service->spec);
  }
  return found;
}

RequestTemplate request_to(const NamedService& to, const RequestSpec& spec) {
  RequestTemplate request;
  request.method = spec.method;
  request.authority = spec.authority;
  if (request.authority.empty()) {
    request.authority = to.port == 80 ? to.host : to.host + ":" + std::to_string(to.port);
  }
  request.path = spec.path;
  request.headers = spec.headers;
  request.body_bytes = spec.body_bytes;
  request.port = to.port;
  return request;
}

std::vector<RequestTemplate> unrolled(const RequestTemplate& request) {
  const std::uint32_t period = period_of(request);
  if (period <= 1) {
    // Modulo 1 is the only counter left: it is always 0.
    RequestTemplate same = request;
    if (period == 1) same.path = with_counters(same.path, 0);
    return {same};
  }
  std::vector<RequestTemplate> all;
  for (std::uint32_t i = 0; i < period; ++i) {
    RequestTemplate one = request;
    one.path = with_counters(one.path, i);
    for (auto& [name, value] : one.headers) value = with_counters(value, i);
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace mesh
