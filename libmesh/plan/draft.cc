// The plan in the making: tables that give equal things one id, and the problems found so far.
#include "libmesh/plan/draft.h"

#include <algorithm>
#include <charconv>

#include "libmesh/plan/names.h"

namespace mesh {
namespace {

/// A text that differs for different requests; lengths keep the parts apart.
std::string content_key(const RequestTemplate& request) {
  std::string key;
  const auto append = [&key](const std::string& part) {
    key.append(std::to_string(part.size())).append(":").append(part);
  };
  append(request.method);
  append(request.authority);
  append(request.path);
  for (const auto& [name, value] : request.headers) {
    append(name);
    append(value);
  }
  key.append(std::to_string(request.body_bytes)).append("/");
  key.append(std::to_string(request.port));
  return key;
}

std::string summary(const RequestTemplate& request) {
  std::string text = request.method + " " + request.authority;
  const bool has_port = port_of_authority(request.authority).has_value();
  if (!has_port && request.port != 80) text.append(":").append(std::to_string(request.port));
  return text + request.path;
}

template <class T>
std::uint32_t place_in(std::vector<T>& table, const T& item) {
  const auto found = std::find(table.begin(), table.end(), item);
  const auto index = static_cast<std::uint32_t>(found - table.begin());
  if (found == table.end()) table.push_back(item);
  return index;
}

template <class Id, class T>
Id id_in(IdVector<Id, T>& table, T item) {
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    if (table[Id{i}] == item) return Id{i};
  }
  return table.add(std::move(item));
}

/// "100m" is 100 ms: at most eight digits and a unit. Source: gRPC over HTTP/2, Timeout.
std::optional<Duration> grpc_timeout_of(const RequestTemplate& request) {
  const auto text = header_value(request.headers, "grpc-timeout");
  if (!text || text->size() < 2 || text->size() > 9) return std::nullopt;
  std::int64_t count = 0;
  const char* unit = text->data() + text->size() - 1;
  const auto [end, error] = std::from_chars(text->data(), unit, count);
  if (error != std::errc() || end != unit || count < 0) return std::nullopt;
  switch (*unit) {
    case 'H':
      return hours(count);
    case 'M':
      return minutes(count);
    case 'S':
      return seconds(count);
    case 'm':
      return milliseconds(count);
    case 'u':
      return microseconds(count);
    case 'n':
      return nanoseconds(count);
    default:
      return std::nullopt;
  }
}

/// Source: source/common/grpc/common.cc (isGrpcRequestHeaders).
bool is_grpc(const RequestTemplate& request) {
  const auto type = header_value(request.headers, "content-type");
  constexpr std::string_view grpc = "application/grpc";
  return type && type->starts_with(grpc) &&
         (type->size() == grpc.size() || (*type)[grpc.size()] == '+');
}

}  // namespace

std::string short_place(const Place& place) {
  if (place.line == 0) return place.file;
  const std::size_t slash = place.file.rfind('/');
  const std::string file = slash == std::string::npos ? place.file : place.file.substr(slash + 1);
  return file + ":" + std::to_string(place.line);
}

Draft::Draft(const Scenario& from) : scenario(from) {
  plan.distributions.emplace_back();  // [0] is constant 0
  plan.responses.emplace_back();      // [0] is empty
}

TemplateId Draft::intern(RequestTemplate request) {
  const auto [slot, is_new] = templates_.try_emplace(content_key(request));
  if (is_new) {
    request.text = summary(request);
    request.grpc = is_grpc(request);
    request.grpc_timeout = request.grpc ? grpc_timeout_of(request) : std::nullopt;
    slot->second = plan.templates.add(std::move(request));
  }
  return slot->second;
}

RouteId Draft::intern(RoutePlan route) {
  std::vector<RouteId>& alike = routes_[route.virtual_host + "|" + route.name + "|" + route.place];
  for (const RouteId id : alike) {
    if (plan.routes[id] == route) return id;
  }
  alike.push_back(plan.routes.add(std::move(route)));
  return alike.back();
}

ClusterId Draft::intern_cluster(const std::string& name) {
  const auto [slot, is_new] = clusters_.try_emplace(name);
  if (is_new) slot->second = plan.clusters.add(name);
  return slot->second;
}

ClusterConfigId Draft::intern(ClusterConfig config) {
  std::vector<ClusterConfigId>& alike = configs_[config.cluster.value];
  for (const ClusterConfigId id : alike) {
    if (plan.cluster_configs[id] == config) return id;
  }
  alike.push_back(plan.cluster_configs.add(std::move(config)));
  return alike.back();
}

std::uint32_t Draft::intern(const Distribution& law) {
  return place_in(plan.distributions, law);
}

std::uint32_t Draft::intern(const ResponsePlan& response) {
  return place_in(plan.responses, response);
}

FilterSetId Draft::intern(FilterSetPlan set) {
  return id_in(plan.filter_sets, std::move(set));
}

std::uint32_t Draft::intern(const RateLimitPlan& limit) {
  return place_in(plan.rate_limits, limit);
}

std::uint32_t Draft::intern(const AdmissionControlPlan& control) {
  return place_in(plan.admission_controls, control);
}

std::uint32_t Draft::intern(const ConcurrencyPlan& limit) {
  return place_in(plan.concurrency_limits, limit);
}

std::uint32_t Draft::intern(const ExtAuthzPlan& authoriser) {
  return place_in(plan.authorisers, authoriser);
}

std::uint32_t Draft::intern(const GlobalRateLimitPlan& limit) {
  return place_in(plan.global_rate_limits, limit);
}

std::uint32_t Draft::intern(const OverloadPlan& overload) {
  return place_in(plan.overloads, overload);
}

BucketId Draft::intern(BucketPlan bucket) {
  return id_in(plan.buckets, std::move(bucket));
}

void Draft::add_hash_key(HashKeyPlan key) {
  const auto place = [](const HashKeyPlan& k) { return std::pair(k.route, k.upstream); };
  const auto at = std::lower_bound(
      plan.hash_keys.begin(), plan.hash_keys.end(), key,
      [&](const HashKeyPlan& a, const HashKeyPlan& b) { return place(a) < place(b); });
  if (at != plan.hash_keys.end() && place(*at) == place(key)) return;
  plan.hash_keys.insert(at, std::move(key));
}

WorkloadId Draft::add_workload(WorkloadPlan workload, WorkloadFacts fact) {
  const std::pair key(workload.name_space, workload.name);
  const WorkloadId id = plan.workloads.add(std::move(workload));
  facts.add(std::move(fact));
  workloads_.emplace(key, id);
  return id;
}

WorkloadId Draft::workload(const std::string& name, const std::string& name_space) const {
  const auto found = workloads_.find({name_space, name});
  return found == workloads_.end() ? WorkloadId::none() : found->second;
}

ServiceId Draft::service(const std::string& host) const {
  const auto found = services_.find(host);
  return found == services_.end() ? ServiceId::none() : found->second;
}

ServiceId Draft::add_service(const std::string& host, const std::string& name,
                             const std::string& name_space) {
  const auto [slot, is_new] = services_.try_emplace(host);
  if (is_new) slot->second = plan.services.add({host, name, name_space});
  return slot->second;
}

std::vector<WorkloadId> Draft::workloads_named(std::string_view text) const {
  std::vector<WorkloadId> found;
  const ObjectName dotted = split_dotted(text);
  const ObjectName slashed = split_slashed(text);
  for (std::uint32_t w = 0; w < plan.workloads.size(); ++w) {
    const WorkloadPlan& candidate = plan.workloads[WorkloadId{w}];
    const auto is = [&candidate](const ObjectName& wanted) {
      return candidate.name == wanted.name &&
             (wanted.name_space.empty() || candidate.name_space == wanted.name_space);
    };
    if (candidate.name == text || is(dotted) || is(slashed)) found.push_back(WorkloadId{w});
  }
  return found;
}

WorkloadId Draft::workload_named(std::string_view text, const Place& place,
                                 const std::string& path) {
  const std::vector<WorkloadId> found = workloads_named(text);
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    std::vector<std::string> names;
    for (const WorkloadPlan& workload : plan.workloads) names.push_back(workload.name);
    const std::string near = did_you_mean(std::string(text), names);
    error(plan_code::unknown_workload, place, path,
          "there is no workload \"" + std::string(text) + "\"",
          near.empty() ? "" : "did you mean \"" + near + "\"?");
  } else {
    const WorkloadPlan& first = plan.workloads[found.front()];
    error(plan_code::ambiguous_workload, place, path,
          "\"" + std::string(text) + "\" may mean several workloads",
          "write \"" + first.name + "." + first.name_space + "\"");
  }
  return WorkloadId::none();
}

void Draft::report(Diagnostic problem) {
  const std::string key = to_string(problem.place) + problem.code + problem.path + problem.what;
  if (reported_.insert(key).second) problems.add(std::move(problem));
}

void Draft::error(const code::Code& code, Place place, std::string path, std::string what,
                  std::string hint) {
  report({Severity::Error, code.id, std::move(place), std::move(path), std::move(what),
          std::move(hint)});
}

void Draft::warning(const code::Code& code, Place place, std::string path, std::string what,
                    std::string hint) {
  report({Severity::Warning, code.id, std::move(place), std::move(path), std::move(what),
          std::move(hint)});
}

}  // namespace mesh
