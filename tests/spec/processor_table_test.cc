// Cores and CPU limits of a workload, and what cannot be.
#include <doctest/doctest.h>

#include "libmesh/spec/scenario_tables.h"
#include "tests/spec/scenario_text.h"

namespace mesh {
namespace {

using testing::brief;
using testing::read_text;

TEST_CASE("processor_table: a number is cores; a limit is a quantity of Kubernetes") {
  Diagnostics problems;
  CHECK(read_text(processor(), "2", problems) == ProcessorConfig{.cores = 2});
  CHECK(read_text(processor(), "unlimited", problems) == ProcessorConfig{});
  CHECK(read_text(processor(), "{cores: 4, limit: 1500m, period: 50ms}", problems) ==
        ProcessorConfig{.cores = 4, .limit_milli = 1500, .period = milliseconds(50)});
  CHECK(read_text(processor(), "{cores: 4, limit: 0.5}", problems).limit_milli == 500);
  CHECK(brief(problems) == "");
}

TEST_CASE("processor_table: what cannot be is named with its place and a hint") {
  struct Row {
    const char *text, *problem;
  };
  for (const Row& row : {
           Row{"0", "2:1 MS0108"},
           Row{"many", "2:1 MS0103"},
           Row{"{limit: 500m}", "2:1 MS0105"},
           Row{"{cores: 2, limit: 0}", "2:19 MS0108"},
           Row{"{cores: 2, limit: 2000m}", "2:19 MS0402"},
           Row{"{cores: 2, limit: 1, period: 10us}", "2:30 MS0405"},
       }) {
    CAPTURE(std::string(row.text));
    Diagnostics problems;
    read_text(processor(), "\n" + std::string(row.text), problems);
    const std::string found = brief(problems);
    CAPTURE(found);
    CHECK(found.starts_with(row.problem));
    CHECK(found.find('\n') + 1 == found.size());  // one problem only
  }
}

}  // namespace
}  // namespace mesh
