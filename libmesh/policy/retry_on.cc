// The table of retry conditions with a reader for comma separated lists.
#include "libmesh/policy/retry_on.h"

#include <charconv>

namespace mesh {
namespace {

struct Word {
  std::string_view text;
  RetryOn on;
};

// Names: source/common/http/headers.h (EnvoyRetryOnValues, EnvoyRetryOnGrpcValues).
constexpr Word words[] = {
    {"5xx", RetryOn::FiveXx},
    {"gateway-error", RetryOn::GatewayError},
    {"connect-failure", RetryOn::ConnectFailure},
    {"retriable-4xx", RetryOn::Retriable4xx},
    {"refused-stream", RetryOn::RefusedStream},
    {"reset", RetryOn::Reset},
    {"reset-before-request", RetryOn::ResetBeforeRequest},
    {"retriable-status-codes", RetryOn::RetriableStatusCodes},
    {"retriable-headers", RetryOn::RetriableHeaders},
    {"envoy-ratelimited", RetryOn::EnvoyRateLimited},
    {"cancelled", RetryOn::GrpcCancelled},
    {"deadline-exceeded", RetryOn::GrpcDeadlineExceeded},
    {"resource-exhausted", RetryOn::GrpcResourceExhausted},
    {"internal", RetryOn::GrpcInternal},
    {"unavailable", RetryOn::GrpcUnavailable},
};

std::string_view trimmed(std::string_view word) {
  const auto first = word.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return word.substr(first, word.find_last_not_of(" \t") - first + 1);
}

bool read_status_code(std::string_view word, std::uint16_t& code) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), code);
  return error == std::errc() && end == word.data() + word.size() && code >= 100 && code <= 599;
}

void add(RetryOnList& list, std::string_view word) {
  for (const Word& known : words) {
    if (known.text != word) continue;
    list.on = list.on | known.on;
    return;
  }
  std::uint16_t code = 0;
  if (read_status_code(word, code)) {
    list.status_codes.push_back(code);
    list.on = list.on | RetryOn::RetriableStatusCodes;
    return;
  }
  list.unknown.push_back(word);
}

}  // namespace

RetryOnList parse_retry_on(std::string_view text) {
  RetryOnList list;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const std::string_view word = trimmed(text.substr(0, comma));
    if (!word.empty()) add(list, word);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return list;
}

std::string_view to_string(RetryOn one) {
  for (const Word& word : words) {
    if (word.on == one) return word.text;
  }
  return {};
}

}  // namespace mesh
