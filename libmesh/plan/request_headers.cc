// Headers of a request, read and merged into its route.
#include "libmesh/plan/request_headers.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "libmesh/plan/match.h"
#include "libmesh/policy/hedging.h"
#include "libmesh/policy/retry_headers.h"
#include "libmesh/policy/retry_on.h"
#include "libmesh/policy/timeouts.h"

namespace mesh {
namespace {

// Names: source/common/http/headers.h (HeaderValues).
constexpr std::string_view retry_on = "x-envoy-retry-on";
constexpr std::string_view retry_grpc_on = "x-envoy-retry-grpc-on";
constexpr std::string_view max_retries = "x-envoy-max-retries";
constexpr std::string_view status_codes = "x-envoy-retriable-status-codes";
constexpr std::string_view header_names = "x-envoy-retriable-header-names";
constexpr std::string_view timeout = "x-envoy-upstream-rq-timeout-ms";
constexpr std::string_view per_try_timeout = "x-envoy-upstream-rq-per-try-timeout-ms";
constexpr std::string_view alt_response = "x-envoy-upstream-rq-timeout-alt-response";
constexpr std::string_view stream_duration = "x-envoy-upstream-stream-duration-ms";
constexpr std::string_view hedge = "x-envoy-hedge-on-per-try-timeout";

constexpr std::string_view all[] = {retry_on,        retry_grpc_on, max_retries,     status_codes,
                                    header_names,    timeout,       per_try_timeout, alt_response,
                                    stream_duration, hedge};

const std::string* value_of(const RequestTemplate& request, std::string_view name) {
  for (const auto& [header, value] : request.headers) {
    if (same_header_name(header, name)) return &value;
  }
  return nullptr;
}

std::optional<std::uint64_t> number(const std::string* text) {
  if (text == nullptr) return std::nullopt;
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), n);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return n;
}

Duration from_ms(std::uint64_t ms) {
  constexpr std::uint64_t longest_ms = 9'000'000'000'000;  // what nanoseconds can hold
  return milliseconds(static_cast<std::int64_t>(std::min(ms, longest_ms)));
}

/// The parts of a comma separated list, without blanks.
std::vector<std::string> words(const std::string* text) {
  std::vector<std::string> list;
  if (text == nullptr) return list;
  std::string word;
  for (const char c : *text + ",") {
    if (c == ',') {
      if (!word.empty()) list.push_back(std::move(word));
      word.clear();
    } else if (c != ' ' && c != '\t') {
      word += c;
    }
  }
  return list;
}

RetryHeaders retry_headers(const RequestTemplate& request) {
  RetryHeaders headers;
  for (const std::string_view name : {retry_on, retry_grpc_on}) {
    const std::string* list = value_of(request, name);
    if (list == nullptr) continue;
    headers.on = headers.on.value_or(RetryOn::None) | parse_retry_on(*list).on;
  }
  if (const auto most = number(value_of(request, max_retries))) {
    headers.max_retries = static_cast<std::uint32_t>(std::min<std::uint64_t>(*most, 0xffffffffu));
  }
  for (const std::string& code : words(value_of(request, status_codes))) {
    const auto status = number(&code);
    if (status && *status < 1000) {
      headers.status_codes.push_back(static_cast<std::uint16_t>(*status));
    }
  }
  return headers;
}

void merge_timeouts(RoutePlan& route, const RequestTemplate& request) {
  const Duration per_try = route.retry ? route.retry->per_try_timeout : Duration{0};
  const RequestTimeouts merged =
      final_timeouts({.route = route.timeout, .per_try = per_try},
                     {.upstream_rq_timeout_ms = number(value_of(request, timeout)),
                      .per_try_timeout_ms = number(value_of(request, per_try_timeout))});
  route.timeout = merged.global;
  // A policy without conditions holds the timer of a try as well as any.
  if (merged.per_try.ns > 0 && !route.retry) route.retry.emplace();
  if (route.retry) route.retry->per_try_timeout = merged.per_try;
  if (value_of(request, alt_response) != nullptr) route.timeout_code = 204;
  if (const auto ms = number(value_of(request, stream_duration))) {
    route.max_stream_duration = from_ms(*ms);
  }
}

}  // namespace

bool asks_by_headers(const RequestTemplate& request) {
  return std::any_of(std::begin(all), std::end(all), [&request](std::string_view name) {
    return value_of(request, name) != nullptr;
  });
}

RoutePlan with_request_headers(RoutePlan route, const RequestTemplate& request) {
  if (route.kind != RouteKind::Forward) return route;
  route.retry = effective_retry_policy(route.retry, retry_headers(request));
  for (const std::string& name : words(value_of(request, header_names))) {
    if (route.retry) route.retry->headers.push_back({name, std::nullopt});
  }
  merge_timeouts(route, request);
  if (!route.retry) return route;
  const std::string* asked = value_of(request, hedge);
  const HedgeHeader header = asked == nullptr    ? HedgeHeader::Absent
                             : *asked == "true"  ? HedgeHeader::True
                             : *asked == "false" ? HedgeHeader::False
                                                 : HedgeHeader::Absent;
  route.retry->hedge_on_per_try_timeout =
      final_hedging(route.retry->hedge_on_per_try_timeout, header);
  return route;
}

}  // namespace mesh
