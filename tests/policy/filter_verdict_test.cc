// What services say when filters ask them.
#include "libmesh/policy/filter_verdict.h"

#include <doctest/doctest.h>

namespace mesh {
namespace {

TEST_CASE("filter_verdict: of authorisers and of rate limit services") {
  struct Row {
    std::uint16_t code;
    FilterVerdict authoriser, limiter;
  };
  using V = FilterVerdict;
  const Row rows[] = {
      {200, V::Pass, V::Pass},    {201, V::Refuse, V::Error},  {302, V::Refuse, V::Error},
      {401, V::Refuse, V::Error}, {429, V::Refuse, V::Refuse}, {500, V::Error, V::Error},
      {504, V::Error, V::Error},  {0, V::Error, V::Error},
  };
  for (const Row& row : rows) {
    CAPTURE(row.code);
    CHECK(authorization_verdict(row.code) == row.authoriser);
    CHECK(rate_limit_verdict(row.code) == row.limiter);
  }
}

}  // namespace
}  // namespace mesh
