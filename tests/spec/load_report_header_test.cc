// Load reports in every form that Envoy reads.
#include "libmesh/spec/load_report_header.h"

#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::read_text;

namespace {

/// cpu 0.7, rps 150, rps_fractional 1000, eps 2, named_metrics.queue 0.25, application 0.8; made by
/// another program from the message's definition.
const std::string message =
    "CWZmZmZmZuY/GJYBMQAAAAAAQI9AOQAAAAAAAABAQhAKBXF1ZXVlEQAAAAAAANA/SZqZmZmZmek/";

const OrcaReport expected{0.8, 0.7, 0.0, 1000, 2, {{"queue", 0.25}}};

LoadReportReading read(const std::string& name, const std::string& value) {
  return read_load_report({{"content-type", "text/plain"}, {name, value}});
}

TEST_CASE("load_report_header: the same report in each of the forms") {
  struct Row {
    const char* name;
    std::string header, value;
  };
  const Row rows[] = {
      {"text", "endpoint-load-metrics",
       "TEXT cpu_utilization=0.7,rps_fractional=1000,eps=2,named_metrics.queue=0.25,"
       "application_utilization=0.8"},
      {"JSON with the names of fields", "endpoint-load-metrics",
       R"(JSON {"cpu_utilization": 0.7, "rps": 150, "rps_fractional": 1000, "eps": 2,)"
       R"( "named_metrics": {"queue": 0.25}, "application_utilization": 0.8})"},
      {"JSON with protobuf's names, numbers as text and a null", "endpoint-load-metrics",
       R"(JSON {"cpuUtilization": "0.7", "rps": "150", "rpsFractional": 1e3, "eps": 2,)"
       R"( "namedMetrics": {"queue": "0.25"}, "applicationUtilization": 0.8,)"
       R"( "requestCost": {"disk": 3}, "memUtilization": null})"},
      {"binary", "endpoint-load-metrics", "BIN " + message},
      {"gRPC's binary header", "endpoint-load-metrics-bin", message},
      {"the same without padding", "endpoint-load-metrics-bin",
       message.substr(0, message.find('='))},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const LoadReportReading reading = read(row.header, row.value);
    CHECK(reading.problem == "");
    REQUIRE(reading.report.has_value());
    CHECK(*reading.report == expected);
  }
}

TEST_CASE("load_report_header: what Envoy drops, with the reason") {
  struct Row {
    const char *header, *value, *problem;
  };
  const Row rows[] = {
      {"endpoint-load-metrics", "cpu_utilization=0.7", "it begins with none of TEXT, JSON, BIN"},
      {"endpoint-load-metrics", "TEXT disk=1", "a part is malformed, stands twice or is no metric"},
      {"endpoint-load-metrics", "JSON {\"eps\": 1", "the JSON is malformed"},
      {"endpoint-load-metrics", "JSON", "the JSON is malformed"},
      {"endpoint-load-metrics", "JSON [1]", "the JSON is not an object"},
      {"endpoint-load-metrics", "JSON {\"disk\": 1}", "OrcaLoadReport has no field disk"},
      {"endpoint-load-metrics", "JSON {\"eps\": \"many\"}", "eps is not a number"},
      {"endpoint-load-metrics", "JSON {\"eps\": \"Infinity\"}", "a number is not finite"},
      {"endpoint-load-metrics", "JSON {\"namedMetrics\": 1}", "named_metrics is not an object"},
      {"endpoint-load-metrics", "JSON {\"namedMetrics\": {\"q\": []}}",
       "named_metrics.q is not a number"},
      {"endpoint-load-metrics", "BIN a?", "it is not base64"},
      {"endpoint-load-metrics-bin", "A", "it is not base64"},
      {"endpoint-load-metrics-bin",
       "CWZmZmZmZuY/GJYBMQAAAAAAQI9AOQAAAAAAAABAQhAKBXF1ZXVlEQAAAAAAANA/SZqZmZmZ",
       "it is not an OrcaLoadReport"},
      {"endpoint-load-metrics-bin", "/////////////w==", "it is not an OrcaLoadReport"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    const LoadReportReading reading = read(row.header, row.value);
    CHECK(reading.problem == row.problem);
    CHECK_FALSE(reading.report.has_value());
    CHECK(reading.header == row.header);
  }
}

TEST_CASE("load_report_header: the binary header wins, without any there is nothing to say") {
  const LoadReportReading both = read_load_report(
      {{"endpoint-load-metrics", "TEXT eps=7"}, {"endpoint-load-metrics-bin", message}});
  CHECK(both.report == expected);
  const LoadReportReading none = read_load_report({{"x", "TEXT eps=7"}});
  CHECK_FALSE(none.report.has_value());
  CHECK(none.problem == "");
}

TEST_CASE("load_report_header: a report that would be dropped is warned of where it stands") {
  Diagnostics problems;
  read_text(object(workload_behaviour_table),
            "headers: {Endpoint-Load-Metrics: 'JSON {\"disk\": 1}'}", problems);
  CHECK(brief(problems) ==
        "1:34 MS0304 headers.Endpoint-Load-Metrics: Envoy drops this load report: OrcaLoadReport "
        "has no field disk (write TEXT cpu_utilization=0.7,rps_fractional=100, or JSON with the "
        "fields of OrcaLoadReport)\n");
}

}  // namespace
