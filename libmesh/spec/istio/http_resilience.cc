// Reads retries and injected faults of HTTP routes.
#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

/// Words of x-envoy-retry-on and x-envoy-retry-grpc-on that istiod takes
/// (pkg/config/validation/validation.go, supportedRetryOnPolicies).
const std::vector<std::string>& retry_words() {
  static const std::vector<std::string> words = {
      "5xx",
      "gateway-error",
      "reset",
      "reset-before-request",
      "connect-failure",
      "retriable-4xx",
      "refused-stream",
      "retriable-status-codes",
      "retriable-headers",
      "envoy-ratelimited",
      "http3-post-connect-failure",
      "cancelled",
      "deadline-exceeded",
      "internal",
      "resource-exhausted",
      "unavailable",
  };
  return words;
}

/// Status codes that have a name in Go's net/http (status.go); istiod takes no others.
bool is_known_status(std::string_view token) {
  int code = 0;
  const char* const end = token.data() + token.size();
  const auto result = std::from_chars(token.data(), end, code);
  if (token.empty() || result.ec != std::errc() || result.ptr != end) return false;
  struct Range {
    int first, last;
  };
  constexpr std::array<Range, 14> ranges = {{{100, 103},
                                             {200, 208},
                                             {226, 226},
                                             {300, 305},
                                             {307, 308},
                                             {400, 418},
                                             {421, 426},
                                             {428, 429},
                                             {431, 431},
                                             {451, 451},
                                             {500, 508},
                                             {510, 511}}};
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](Range r) { return r.first != 0 && code >= r.first && code <= r.last; });
}

void check_retry_on(const YamlNode& node, const Reading& at, const std::string& retry_on) {
  std::string_view rest = retry_on;
  while (!retry_on.empty()) {
    const std::size_t comma = rest.find(',');
    const std::string token(rest.substr(0, comma));
    const bool known =
        std::find(retry_words().begin(), retry_words().end(), token) != retry_words().end();
    if (!known && !is_known_status(token)) {
      const bool blank = token.find(' ') != std::string::npos;
      const std::string near = did_you_mean(token, retry_words());
      at.error(code::invalid_retries, node, "\"" + token + "\" is not a condition of retryOn",
               blank          ? "write the list without blanks"
               : near.empty() ? "conditions are words such as 5xx,reset or status codes"
                              : "did you mean " + near + "?");
    }
    if (comma == std::string_view::npos) return;
    rest.remove_prefix(comma + 1);
  }
}

void check_retries(const YamlNode& node, const Reading& at, Retries& retries) {
  const YamlNode* attempts = node.find("attempts");
  retries.attempts_set = attempts != nullptr && attempts->kind != YamlNode::Kind::Null;
  if (retries.attempts < 0) {
    at.field("attempts")
        .error(code::invalid_retries, child_or_self(node, "attempts"),
               "must not be negative, got " + std::to_string(retries.attempts),
               "0 switches retries off");
  }
  const bool other_fields =
      retries.per_try_timeout || !retries.retry_on.empty() || retries.retry_remote_localities;
  if (retries.attempts == 0 && other_fields) {
    at.error(code::invalid_retries, node, "attempts is 0, which switches retries off",
             "set attempts, or remove the other fields");
  }
  check_retry_on(child_or_self(node, "retryOn"), at.field("retryOn"), retries.retry_on);
}

/// The deprecated whole percentage, for a delay that has no other.
void read_old_percent(const YamlNode& node, const Reading& at, FaultDelay& delay) {
  std::int64_t percent = 0;
  if (!read_integer(node, at, 0, 100, percent)) return;
  if (!delay.percentage) delay.percentage = static_cast<double>(percent);
  at.warning(code::deprecated, node, "percent is deprecated", "write percentage: {value: …}");
}

void warn_without_percentage(const YamlNode& node, const Reading& at) {
  if (node.find("percentage") != nullptr || node.find("percent") != nullptr) return;
  at.warning(code::surprising, node, "without percentage it happens to no request",
             "percentage: {value: 100} for all");
}

const Table<FaultDelay>& delay_table() {
  static const Table<FaultDelay> table(
      "FaultDelay", "Delays requests before they are sent.",
      {
          simulated("fixedDelay", &FaultDelay::fixed_delay, istio_duration(), "", "How long."),
          simulated("percentage", &FaultDelay::percentage, fault_percent(), "0",
                    "Share of the requests."),
          simulated_whole<FaultDelay>("percent",
                                      {.kind = Shape::Kind::Integer, .min = 0.0, .max = 100.0},
                                      read_old_percent, "", "Deprecated: whole percent."),
          rejected("exponentialDelay", "exponentialDelay is not supported by istiod"),
      },
      [](const YamlNode& node, const Reading& at, FaultDelay&) {
        if (node.find("fixedDelay") == nullptr && node.find("exponentialDelay") == nullptr) {
          at.warning(code::surprising, node, "a delay without fixedDelay delays nothing");
        } else {
          warn_without_percentage(node, at);
        }
      });
  return table;
}

void check_grpc_status(const YamlNode& node, const Reading& at, const std::string& status) {
  // pkg/util/grpc/codes.go, SupportedGRPCStatus.
  static const std::vector<std::string> words = {"OK",
                                                 "CANCELLED",
                                                 "UNKNOWN",
                                                 "INVALID_ARGUMENT",
                                                 "DEADLINE_EXCEEDED",
                                                 "NOT_FOUND",
                                                 "ALREADY_EXISTS",
                                                 "PERMISSION_DENIED",
                                                 "RESOURCE_EXHAUSTED",
                                                 "FAILED_PRECONDITION",
                                                 "ABORTED",
                                                 "OUT_OF_RANGE",
                                                 "UNIMPLEMENTED",
                                                 "INTERNAL",
                                                 "UNAVAILABLE",
                                                 "DATA_LOSS",
                                                 "UNAUTHENTICATED"};
  if (std::find(words.begin(), words.end(), status) != words.end()) return;
  const std::string near = did_you_mean(status, words);
  at.error(code::invalid_fault, node, "\"" + status + "\" is not a gRPC status",
           near.empty() ? "for example UNAVAILABLE" : "did you mean " + near + "?");
}

void check_abort(const YamlNode& node, const Reading& at, FaultAbort& abort) {
  const YamlNode* http = node.find("httpStatus");
  const YamlNode* grpc = node.find("grpcStatus");
  if (http != nullptr && grpc != nullptr) {
    at.error(code::exclusive_fields, node, "only one of httpStatus, grpcStatus may be set");
  }
  if (http != nullptr && (abort.http_status < 200 || abort.http_status > 600)) {
    at.field("httpStatus")
        .error(code::invalid_fault, *http,
               "HTTP status must lie between 200 and 599, got " + http->scalar);
  }
  if (grpc != nullptr) check_grpc_status(*grpc, at.field("grpcStatus"), abort.grpc_status);
  if (http == nullptr && grpc == nullptr && node.find("http2Error") == nullptr) {
    at.warning(code::surprising, node, "an abort without httpStatus or grpcStatus aborts nothing");
  } else {
    warn_without_percentage(node, at);
  }
}

const Table<FaultAbort>& abort_table() {
  static const Table<FaultAbort> table(
      "FaultAbort", "Answers requests with an error instead of sending them.",
      {
          simulated("httpStatus", &FaultAbort::http_status, integer<std::uint32_t>(0), "",
                    "Status of the answer."),
          simulated("grpcStatus", &FaultAbort::grpc_status, text(), "", "gRPC status by name."),
          simulated("percentage", &FaultAbort::percentage, fault_percent(), "0",
                    "Share of the requests."),
          rejected("http2Error", "HTTP/2 errors are not supported by istiod"),
      },
      check_abort);
  return table;
}

}  // namespace

const Table<Retries>& retries_table() {
  static const Table<Retries> table(
      "HTTPRetry", "Sends failed requests again.",
      {
          simulated("attempts", &Retries::attempts, integer<std::int32_t>(), "0",
                    "Tries after the first one; 0 = none. Without retries Istio makes 2."),
          simulated("perTryTimeout", &Retries::per_try_timeout, istio_duration(), "none",
                    "Limit of one try."),
          simulated("retryOn", &Retries::retry_on, text(),
                    "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
                    "Conditions and status codes, divided by commas."),
          simulated("retryRemoteLocalities", &Retries::retry_remote_localities, boolean(), "false",
                    "Retries may go to other localities."),
          simulated("retryIgnorePreviousHosts", &Retries::retry_ignore_previous_hosts, boolean(),
                    "true", "Retries avoid hosts already tried."),
          simulated("backoff", &Retries::backoff, istio_duration(), "25ms",
                    "First window of the back-off."),
      },
      check_retries);
  return table;
}

const Table<Fault>& fault_table() {
  static const Table<Fault> table(
      "HTTPFaultInjection", "Faults at the caller's sidecar.",
      {
          simulated("delay", &Fault::delay, object(delay_table), "", "Delays."),
          simulated("abort", &Fault::abort, object(abort_table), "", "Errors."),
      },
      [](const YamlNode& node, const Reading& at, Fault& fault) {
        if (!fault.delay && !fault.abort) {
          at.error(code::one_needed, node, "a fault needs a delay or an abort");
        }
      });
  return table;
}

}  // namespace mesh::istio
