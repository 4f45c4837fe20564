// The version is that of CMakeLists.txt.
#include "libmesh/base/version.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/paths.h"

namespace mesh {
namespace {

TEST_CASE("version: it is the one that the build declares") {
  const std::string build = testing::read_file(testing::source_dir() / "CMakeLists.txt");
  CHECK(build.find("project(meshsim VERSION " + std::string(version()) + " ") != std::string::npos);
}

}  // namespace
}  // namespace mesh
