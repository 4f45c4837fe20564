// Load reports in response headers.
#include "libmesh/policy/load_report.h"

#include <doctest/doctest.h>

namespace mesh {
namespace {

TEST_CASE("load_report: every metric of a report, with spaces and a trailing comma") {
  const auto report = parse_load_report(
      "TEXT cpu_utilization=0.7, application_utilization=0.8,mem_utilization = 0.9,"
      "rps_fractional=1000,eps=2,named_metrics.queue=0.25,");
  REQUIRE(report.has_value());
  CHECK(*report == OrcaReport{0.8, 0.7, 0.9, 1000, 2, {{"queue", 0.25}}});
}

TEST_CASE("load_report: what Envoy drops") {
  for (const char* header :
       {"", "cpu_utilization=0.7", "JSON {\"eps\": 1}", "TEXT cpu_utilization",
        "TEXT cpu_utilization=", "TEXT cpu_utilization=high", "TEXT cpu_utilization=nan",
        "TEXT cpu_utilization=inf", "TEXT eps=1,eps=2", "TEXT disk=1", "TEXT named_metrics.=1",
        "TEXT cpu_utilization:0.7"}) {
    CAPTURE(header);
    CHECK_FALSE(parse_load_report(header).has_value());
  }
  CHECK(parse_load_report("TEXT ") == OrcaReport{});
}

TEST_CASE("load_report: the greatest of the configured metrics is the named one") {
  const OrcaReport report{0.1, 0.2, 0.3, 10, 1, {{"queue", 0.25}, {"disk", 0.9}}};
  const std::vector<std::string> none;
  CHECK(load_report(report, none).named_utilization == 0.0);
  const std::vector<std::string> two = {"mem_utilization", "named_metrics.queue", "unknown"};
  const LoadReport load = load_report(report, two);
  CHECK(load.named_utilization == 0.3);
  CHECK(load.application_utilization == 0.1);
  CHECK(load.cpu_utilization == 0.2);
  CHECK(load.requests_per_s == 10);
  CHECK(load.errors_per_s == 1);
}

}  // namespace
}  // namespace mesh
