// The outlier event log, line for line.
#include "libmesh/export/outlier_log.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "libmesh/policy/outlier_detector.h"

namespace mesh {
namespace {

RunRecord record_of(const std::vector<Noted>& events) {
  RunRecord r;
  r.names.clusters.add("outbound|80||web");
  for (const char* name : {"web-0", "web-1", "shop-0", "shop-1"}) r.names.endpoints.add(name);
  r.events = events;
  return r;
}

Noted noted(std::int64_t ms, EventNote what, std::uint32_t pod, Detector detector = {},
            std::uint32_t proxy = 2) {
  return {.at = Instant{} + milliseconds(ms),
          .what = what,
          .proxy = EndpointId{proxy},
          .cluster = ClusterId{0},
          .endpoint = EndpointId{pod},
          .detail = static_cast<std::uint32_t>(detector)};
}

TEST_CASE("outlier_log: an ejection, the return, and a second ejection of one host") {
  Noted second = noted(40'000, EventNote::Eject, 0, Detector::SuccessRate);
  second.rates = {.host = 40, .mean = 90, .threshold = 51};
  const RunRecord r = record_of(
      {noted(1500, EventNote::Eject, 0), noted(2000, EventNote::EjectOverflow, 1),
       noted(3000, EventNote::PanicStart, 0), noted(31'500, EventNote::Uneject, 0), second});
  CHECK(outlier_log(r, "shop-0") ==
        R"({"type":"CONSECUTIVE_5XX","cluster_name":"outbound|80||web","upstream_url":"web-0",)"
        R"("action":"EJECT","num_ejections":1,"enforced":true,"eject_consecutive_event":{},)"
        R"("timestamp":"1970-01-01T00:00:01.500Z"})"
        "\n"
        R"({"type":"CONSECUTIVE_5XX","cluster_name":"outbound|80||web","upstream_url":"web-0",)"
        R"("action":"UNEJECT","num_ejections":1,"enforced":false,)"
        R"("timestamp":"1970-01-01T00:00:31.500Z","secs_since_last_action":"30"})"
        "\n"
        R"({"type":"SUCCESS_RATE","cluster_name":"outbound|80||web","upstream_url":"web-0",)"
        R"("action":"EJECT","num_ejections":2,"enforced":true,"eject_success_rate_event":)"
        R"({"host_success_rate":40,"cluster_average_success_rate":90,)"
        R"("cluster_success_rate_ejection_threshold":51},)"
        R"("timestamp":"1970-01-01T00:00:40Z","secs_since_last_action":"8"})"
        "\n");
}

TEST_CASE("outlier_log: each detector's type and event") {
  struct Row {
    Detector detector;
    const char* type;
    const char* event;
    const char* numbers = "{}";
  };
  const char* const three = R"({"host_success_rate":12,"cluster_average_success_rate":80,)"
                            R"("cluster_success_rate_ejection_threshold":0})";
  const char* const one = R"({"host_success_rate":12})";
  const Row rows[] = {
      {Detector::Consecutive5xx, "CONSECUTIVE_5XX", "eject_consecutive_event"},
      {Detector::ConsecutiveGatewayFailure, "CONSECUTIVE_GATEWAY_FAILURE",
       "eject_consecutive_event"},
      {Detector::ConsecutiveLocalOriginFailure, "CONSECUTIVE_LOCAL_ORIGIN_FAILURE",
       "eject_consecutive_event"},
      {Detector::SuccessRate, "SUCCESS_RATE", "eject_success_rate_event", three},
      {Detector::FailurePercentage, "FAILURE_PERCENTAGE", "eject_failure_percentage_event", one},
      {Detector::LocalOriginSuccessRate, "SUCCESS_RATE_LOCAL_ORIGIN", "eject_success_rate_event",
       three},
      {Detector::LocalOriginFailurePercentage, "FAILURE_PERCENTAGE_LOCAL_ORIGIN",
       "eject_failure_percentage_event", one},
  };
  for (const Row& row : rows) {
    CAPTURE(row.type);
    Noted ejection = noted(1, EventNote::Eject, 1, row.detector);
    ejection.rates = {.host = 12, .mean = 80, .threshold = 0};
    const auto line = nlohmann::ordered_json::parse(outlier_log(record_of({ejection})));
    CHECK(line["type"] == row.type);
    CHECK(line[row.event].dump() == row.numbers);
  }
}

TEST_CASE("outlier_log: a detection that is not enforced counts no ejection") {
  const auto line = nlohmann::json::parse(
      outlier_log(record_of({noted(1, EventNote::EjectNotEnforced, 1)}), "shop-0"));
  CHECK(line["action"] == "EJECT");
  CHECK(line["enforced"] == false);
  CHECK(line["num_ejections"] == 0);
  CHECK_FALSE(line.contains("secs_since_last_action"));
}

TEST_CASE("outlier_log: every proxy counts for itself; without one, lines say whose they are") {
  const RunRecord r =
      record_of({noted(1, EventNote::Eject, 0, {}, 2), noted(2, EventNote::Eject, 0, {}, 3)});
  std::istringstream lines(outlier_log(r));
  std::vector<std::string> proxies;
  for (std::string text; std::getline(lines, text);) {
    const auto line = nlohmann::json::parse(text);
    CHECK(line["num_ejections"] == 1);
    proxies.push_back(line["proxy"]);
  }
  CHECK(proxies == std::vector<std::string>{"shop-0", "shop-1"});
  CHECK(outlier_log(r, "web-0").empty());
}

TEST_CASE("outlier_log: timestamps have three, six or nine digits, and days go on") {
  struct Row {
    std::int64_t ns;
    const char* text;
  };
  const Row rows[] = {{0, "1970-01-01T00:00:00Z"},
                      {1'000, "1970-01-01T00:00:00.000001Z"},
                      {1, "1970-01-01T00:00:00.000000001Z"},
                      {90'061'000'000'000, "1970-01-02T01:01:01Z"},
                      {59 * 86'400'000'000'000, "1970-03-01T00:00:00Z"}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    Noted event = noted(0, EventNote::Eject, 0);
    event.at = Instant{row.ns};
    CHECK(nlohmann::json::parse(outlier_log(record_of({event})))["timestamp"] == row.text);
  }
}

}  // namespace
}  // namespace mesh
