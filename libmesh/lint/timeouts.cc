// Timeouts that end before the tries that a route allows.
#include "libmesh/lint/all.h"
#include "libmesh/plan/retries.h"
#include "libmesh/spec/quantity.h"

namespace mesh {
namespace {

/// Tries of `per_try` that begin before `timeout` is over.
std::int64_t tries_that_begin(Duration timeout, Duration per_try) {
  return (timeout.ns + per_try.ns - 1) / per_try.ns;
}

void check(const LintInput& input, const std::string& rule, const istio::HttpRoute& http,
           Diagnostics& problems) {
  if (!http.timeout || !http.retries || !http.retries->per_try_timeout) return;
  const auto policy =
      route_retry_policy(http.retries, false, input.scenario.platform.istio_version);
  if (!policy) return;
  const std::int64_t tries = std::int64_t{policy->num_retries} + 1;
  const Duration timeout = *http.timeout;
  const Duration per_try = policy->per_try_timeout;
  if (per_try.ns <= 0 || per_try * tries <= timeout) return;
  warn(problems, lint_code::short_timeout, http.retries->place, rule + ": spec.http.retries",
       "the timeout of " + to_string(timeout) + " ends before " + std::to_string(tries) +
           " tries of " + to_string(per_try) + ": at most " +
           std::to_string(tries_that_begin(timeout, per_try)) + " can begin",
       "raise timeout to " + to_string(per_try * tries) + ", or lower perTryTimeout or attempts");
}

}  // namespace

void lint_timeouts(const LintInput& input, Diagnostics& problems) {
  for (const istio::VirtualService& owner : input.scenario.resources.virtual_services) {
    for (const istio::HttpRoute& http : owner.http) {
      check(input, "VirtualService/" + owner.metadata.name, http, problems);
    }
  }
}

}  // namespace mesh
