// Response flags as Envoy prints them.
#include "libmesh/base/flags.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace mesh {

TEST_CASE("flags: every flag has its own name") {
  std::set<std::string> names;
  for (std::size_t i = 0; i < response_flag_count; ++i) {
    names.emplace(to_string(static_cast<ResponseFlag>(i)));
  }
  CHECK(names.size() == response_flag_count);
  CHECK(to_string(ResponseFlag::LH) == "LH");
  CHECK(to_string(ResponseFlag::UAEX) == "UAEX");
  CHECK(to_string(ResponseFlag::URX) == "URX");
  CHECK(to_string(ResponseFlag::NC) == "NC");
  CHECK(to_string(ResponseFlag::UDO) == "UDO");
}

TEST_CASE("flags: printed in the order they were set, each once") {
  ResponseFlags flags;
  CHECK(flags.to_string() == "-");
  flags.set(ResponseFlag::UF);
  flags.set(ResponseFlag::URX);
  flags.set(ResponseFlag::UF);
  CHECK(flags.to_string() == "UF,URX");
  CHECK(flags.has(ResponseFlag::URX));
  CHECK_FALSE(flags.has(ResponseFlag::LH));
  CHECK(ResponseFlags::from_packed(flags.packed()) == flags);
}

TEST_CASE("flags: a sixth flag is dropped") {
  ResponseFlags flags;
  for (std::uint8_t i = 0; i < 6; ++i) flags.set(static_cast<ResponseFlag>(i));
  CHECK(flags.to_string() == "LH,UH,UT,LR,UR");
}

}  // namespace mesh
