// Retries and injected faults.
#include <doctest/doctest.h>

#include "tests/spec/snippets.h"

namespace mesh {
namespace {

using testing::check_rows;
using testing::read_text;
using testing::with_routed_rule;

istio::HttpRoute route(const std::string& rule) {
  const auto result = read_text(with_routed_rule(rule));
  CHECK_EQ(testing::complaints(result.problems), "");
  return result.resources.virtual_services.at(0).http.at(0);
}

TEST_CASE("http_resilience: retries are kept") {
  const auto retries = route(R"(retries:
  attempts: 3
  perTryTimeout: 2s
  retryOn: 5xx,connect-failure,503
  retryRemoteLocalities: true
  retryIgnorePreviousHosts: false
  backoff: 50ms)")
                           .retries;
  REQUIRE(retries);
  CHECK(retries->attempts == 3);
  CHECK(retries->attempts_set);
  CHECK(retries->per_try_timeout == seconds(2));
  CHECK(retries->retry_on == "5xx,connect-failure,503");
  CHECK(retries->retry_remote_localities == true);
  CHECK(retries->retry_ignore_previous_hosts == false);
  CHECK(retries->backoff == milliseconds(50));
  CHECK_FALSE(route("retries: {}").retries->attempts_set);
  CHECK_FALSE(route("timeout: 1s").retries);
}

TEST_CASE("http_resilience: what istiod refuses of retries") {
  const std::string path = "spec.http[0].retries";
  check_rows(
      {
          {"no retries", "retries: {attempts: 0}", ""},
          {"negative", "retries: {attempts: -1}",
           "error MS0214 " + path + ".attempts: must not be negative, got -1"},
          {"switched off and configured", "retries: {attempts: 0, perTryTimeout: 1s}",
           "error MS0214 " + path + ": attempts is 0, which switches retries off"},
          {"attempts forgotten", "retries: {retryOn: 5xx}",
           "error MS0214 " + path + ": attempts is 0, which switches retries off"},
          {"zero per try", "retries: {attempts: 1, perTryTimeout: 0s}",
           "error MS0206 " + path + ".perTryTimeout: must be at least 1ms, got 0s"},
          {"microseconds", "retries: {attempts: 1, backoff: 1500us}",
           "error MS0206 " + path + ".backoff: must be a whole number of milliseconds, got 1500us"},
          {"a blank after the comma", "retries: {attempts: 1, retryOn: '5xx, reset'}",
           "error MS0214 " + path + ".retryOn: \" reset\" is not a condition of retryOn"},
          {"an unknown word", "retries: {attempts: 1, retryOn: '5xx,connection-failure'}",
           "error MS0214 " + path +
               ".retryOn: \"connection-failure\" is not a condition of "
               "retryOn"},
          {"an impossible code", "retries: {attempts: 1, retryOn: '509'}",
           "error MS0214 " + path + ".retryOn: \"509\" is not a condition of retryOn"},
          {"an unquoted code", "retries: {attempts: 1, retryOn: 503}",
           "error MS0103 " + path + ".retryOn: expected text, found the number 503"},
          {"a comma too many", "retries: {attempts: 1, retryOn: '5xx,'}",
           "error MS0214 " + path + ".retryOn: \"\" is not a condition of retryOn"},
          {"codes with a name", "retries: {attempts: 1, retryOn: '429,451,508,511'}", ""},
      },
      with_routed_rule);
}

TEST_CASE("http_resilience: faults are kept") {
  const auto fault = route(R"(fault:
  delay: {fixedDelay: 7s, percentage: {value: 12.5}}
  abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}})")
                         .fault;
  REQUIRE(fault);
  CHECK(fault->delay == istio::FaultDelay{12.5, seconds(7)});
  CHECK(fault->abort == istio::FaultAbort{100.0, 0, "UNAVAILABLE"});
  const auto result = read_text(with_routed_rule("fault: {delay: {fixedDelay: 1s, percent: 30}}"));
  CHECK(result.resources.virtual_services.at(0).http.at(0).fault->delay->percentage == 30.0);
}

TEST_CASE("http_resilience: what istiod refuses or what surprises in faults") {
  const std::string path = "spec.http[0].fault";
  check_rows(
      {
          {"empty", "fault: {}", "error MS0204 " + path + ": a fault needs a delay or an abort"},
          {"a status below", "fault: {abort: {httpStatus: 199, percentage: {value: 1}}}",
           "error MS0215 " + path +
               ".abort.httpStatus: HTTP status must lie between 200 and 599, got 199"},
          {"two statuses",
           "fault: {abort: {httpStatus: 500, grpcStatus: OK, percentage: {value: 1}}}",
           "error MS0203 " + path + ".abort: only one of httpStatus, grpcStatus may be set"},
          {"a gRPC status that is none",
           "fault: {abort: {grpcStatus: UNAVAILABEL, percentage: {value: 1}}}",
           "error MS0215 " + path + ".abort.grpcStatus: \"UNAVAILABEL\" is not a gRPC status"},
          {"an HTTP/2 error", "fault: {abort: {http2Error: X, percentage: {value: 1}}}",
           "error MS0201 " + path + ".abort.http2Error: HTTP/2 errors are not supported by istiod"},
          {"an exponential delay", "fault: {delay: {exponentialDelay: 1s, percentage: {value: 1}}}",
           "error MS0201 " + path +
               ".delay.exponentialDelay: exponentialDelay is not supported by istiod"},
          {"no delay", "fault: {delay: {fixedDelay: 0s, percentage: {value: 1}}}",
           "error MS0206 " + path + ".delay.fixedDelay: must be at least 1ms, got 0s"},
          {"an abort without percentage", "fault: {abort: {httpStatus: 500}}",
           "warning MS0304 " + path + ".abort: without percentage it happens to no request"},
          {"a delay without percentage", "fault: {delay: {fixedDelay: 5s}}",
           "warning MS0304 " + path + ".delay: without percentage it happens to no request"},
          {"the old percentage", "fault: {delay: {fixedDelay: 5s, percent: 10}}",
           "warning MS0305 " + path + ".delay.percent: percent is deprecated"},
          {"an abort of nothing", "fault: {abort: {percentage: {value: 1}}}",
           "warning MS0304 " + path +
               ".abort: an abort without httpStatus or grpcStatus aborts nothing"},
      },
      with_routed_rule);
}

}  // namespace
}  // namespace mesh
