// Ejections of a run as Envoy's outlier event log has them.
#include "libmesh/export/outlier_log.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>

namespace mesh {
namespace {

using Json = nlohmann::ordered_json;

/// By `Noted::detail` of an ejection, in the order of policy's detectors.
struct DetectorWords {
  const char* type;   // OutlierEjectionType
  const char* event;  // the member of the message that says more
};
constexpr DetectorWords detector_words[] = {
    {"CONSECUTIVE_5XX", "eject_consecutive_event"},
    {"CONSECUTIVE_GATEWAY_FAILURE", "eject_consecutive_event"},
    {"CONSECUTIVE_LOCAL_ORIGIN_FAILURE", "eject_consecutive_event"},
    {"SUCCESS_RATE", "eject_success_rate_event"},
    {"FAILURE_PERCENTAGE", "eject_failure_percentage_event"},
    {"SUCCESS_RATE_LOCAL_ORIGIN", "eject_success_rate_event"},
    {"FAILURE_PERCENTAGE_LOCAL_ORIGIN", "eject_failure_percentage_event"},
};

/// What one proxy's detector remembers of a host for its log.
struct HostLog {
  std::uint32_t ejections = 0;
  std::optional<Instant> ejected_at, unejected_at;
};

template <class Id>
std::string name_of(const IdVector<Id, std::string>& names, Id id) {
  return names.contains(id) ? names[id] : std::string();
}

/// As protobuf writes a Timestamp: the fraction in groups of three digits.
std::string timestamp(Instant at) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t s = at.ns / second, ns = at.ns % second;
  std::string fraction;
  if (ns % 1'000'000 == 0 && ns > 0) {
    fraction = fmt::format(".{:03}", ns / 1'000'000);
  } else if (ns % 1'000 == 0 && ns > 0) {
    fraction = fmt::format(".{:06}", ns / 1'000);
  } else if (ns > 0) {
    fraction = fmt::format(".{:09}", ns);
  }
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{s / 86'400}}};
  return fmt::format("{}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, s / 3600 % 24, s / 60 % 60,
                     s % 60, fraction);
}

/// Envoy's OutlierEjectSuccessRate, OutlierEjectFailurePercentage.
Json numbers_of(const Noted& e) {
  const std::string_view event = detector_words[e.detail].event;
  Json out = Json::object();
  if (event == "eject_consecutive_event") return out;
  out["host_success_rate"] = e.rates.host;
  if (event == "eject_failure_percentage_event") return out;
  out["cluster_average_success_rate"] = e.rates.mean;
  out["cluster_success_rate_ejection_threshold"] = e.rates.threshold;
  return out;
}

bool is_logged(EventNote what) {
  return what == EventNote::Eject || what == EventNote::EjectNotEnforced ||
         what == EventNote::Uneject;
}

/// Brings the host's memory up to date and writes the line.
Json line_of(const RunRecord& r, const Noted& e, HostLog& host) {
  const bool back = e.what == EventNote::Uneject;
  const bool enforced = e.what == EventNote::Eject;
  const std::optional<Instant> last = back ? host.ejected_at : host.unejected_at;
  if (enforced) {
    ++host.ejections;
    host.ejected_at = e.at;
  }
  if (back) host.unejected_at = e.at;
  const bool known = !back && e.detail < std::size(detector_words);
  Json out;
  out["type"] = known ? detector_words[e.detail].type : detector_words[0].type;
  out["cluster_name"] = name_of(r.names.clusters, e.cluster);
  out["upstream_url"] = name_of(r.names.endpoints, e.endpoint);
  out["action"] = back ? "UNEJECT" : "EJECT";
  out["num_ejections"] = host.ejections;
  out["enforced"] = enforced;
  if (known) out[detector_words[e.detail].event] = numbers_of(e);
  out["timestamp"] = timestamp(e.at);
  // 64-bit numbers are strings in protobuf's JSON.
  if (last) {
    out["secs_since_last_action"] = std::to_string(elapsed(*last, e.at).ns / 1'000'000'000);
  }
  return out;
}

}  // namespace

std::string outlier_log(const RunRecord& r, std::string_view proxy) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, HostLog> hosts;
  std::string text;
  for (const Noted& e : r.events) {
    if (!is_logged(e.what)) continue;
    const std::string name = name_of(r.names.endpoints, e.proxy);
    if (!proxy.empty() && name != proxy) continue;
    Json line = line_of(r, e, hosts[{e.proxy.value, e.cluster.value, e.endpoint.value}]);
    if (proxy.empty()) line["proxy"] = name;
    text += line.dump() + "\n";
  }
  return text;
}

}  // namespace mesh
