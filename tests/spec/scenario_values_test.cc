// Values that many fields of the scenario file share.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

using namespace mesh;
using mesh::testing::brief;
using mesh::testing::read_text;

namespace {

template <class V>
std::string complaint(const Reader<V>& reader, const std::string& text) {
  Diagnostics problems;
  read_text(reader, text, problems);
  return brief(problems);
}

}  // namespace

TEST_CASE("scenario_values: a number or unlimited") {
  Diagnostics problems;
  CHECK(read_text(limit(1, 100, 0), "32", problems) == 32);
  CHECK(read_text(limit(1, 100, 0), "unlimited", problems) == 0);
  CHECK(read_text(limit(0, 100, 0xffffffffu), "0", problems) == 0);
  CHECK(problems.empty());
  CHECK(complaint(limit(1, 100, 0), "0") == "1:1 MS0108 must be at least 1, got 0\n");
  CHECK(complaint(limit(1, 100, 0), "101") == "1:1 MS0108 must be at most 100, got 101\n");
  CHECK(complaint(limit(1, 100, 0), "infinite") ==
        "1:1 MS0103 expected a whole number or unlimited, found the text \"infinite\"\n");
  CHECK(complaint(limit(1, 100, 0), "[1]") ==
        "1:1 MS0103 expected a whole number or unlimited, found a list\n");
}

TEST_CASE("scenario_values: spans of time end at a year") {
  CHECK(complaint(time_span(), "8784h") == "");
  CHECK(complaint(time_span(), "8784h1s") == "1:1 MS0108 must be at most a year, got 8784h1s\n");
  CHECK(complaint(time_span(), "0s") == "");
  CHECK(complaint(positive_time_span(), "0s") == "1:1 MS0108 must be above 0\n");
  CHECK(complaint(positive_time_span(), "1ns") == "");
  CHECK(complaint(positive_time_span(), "-1s") == "1:1 MS0206 must not be negative, got -1s\n");
}

TEST_CASE("scenario_values: statuses that an application may answer") {
  CHECK(complaint(http_status(), "200") == "");
  CHECK(complaint(http_status(), "599") == "");
  CHECK(complaint(http_status(), "199") == "1:1 MS0108 must be at least 200, got 199\n");
  CHECK(complaint(http_status(), "600") == "1:1 MS0108 must be at most 599, got 600\n");
}

TEST_CASE("scenario_values: headers in lower case, pseudo headers refused") {
  Diagnostics problems;
  CHECK(read_text(header_map(), "{X-A: b, y: 1}", problems) ==
        std::vector<std::pair<std::string, std::string>>{{"x-a", "b"}, {"y", "1"}});
  CHECK(problems.empty());
  for (const char* name : {"host", ":authority", ":path", ":method", "Host"}) {
    CAPTURE(name);
    CHECK(complaint(header_map(), "{'" + std::string(name) + "': x}").find("MS0216") !=
          std::string::npos);
  }
}

TEST_CASE("scenario_values: a body is a quantity of bytes") {
  Diagnostics problems;
  CHECK(read_text(body_size(), "1500", problems) == 1500);
  CHECK(read_text(body_size(), "2Mi", problems) == 2u << 20);
  CHECK(problems.empty());
  CHECK(complaint(body_size(), "-1").find("MS0108") != std::string::npos);
  CHECK(complaint(body_size(), "1Ti").find("MS0108") != std::string::npos);
}
