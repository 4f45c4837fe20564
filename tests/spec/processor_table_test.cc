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
  testing::check_mistakes(processor(), {
                                           {"0", "2:1 MS0108"},
                                           {"many", "2:1 MS0103"},
                                           {"{limit: 500m}", "2:1 MS0105"},
                                           {"{cores: 2, limit: 0}", "2:19 MS0108"},
                                           {"{cores: 2, limit: 2000m}", "2:19 MS0402"},
                                           {"{cores: 2, limit: 1, period: 10us}", "2:30 MS0405"},
                                       });
}

}  // namespace
}  // namespace mesh
