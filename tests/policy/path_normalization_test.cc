// Paths before and after normalization.
#include "libmesh/policy/path_normalization.h"

#include <doctest/doctest.h>

#include <string>

namespace mesh {
namespace {

TEST_CASE("path_normalization: escapes, dots, slashes") {
  struct Row {
    const char* name;
    const char* path;
    const char* expected;
  };
  const Row rows[] = {
      {"nothing to do", "/api/v1", "/api/v1"},
      {"the root", "/", "/"},
      {"a final slash stays", "/api/", "/api/"},
      {"an escaped letter is read", "/%61pi", "/api"},
      {"an escaped slash stays escaped", "/a%2Fb", "/a%2Fb"},
      {"an escaped percent is not read twice", "/%2561", "/%2561"},
      {"half an escape stays", "/a%6", "/a%6"},
      {"no hexadecimal digits", "/%zz", "/%zz"},
      {"a segment of one dot goes", "/a/./b", "/a/b"},
      {"two dots take a segment along", "/a/b/../c", "/a/c"},
      {"dots at the end leave a slash", "/a/b/..", "/a/"},
      {"one dot at the end", "/a/.", "/a/"},
      {"nothing is above the root", "/../../a", "/a"},
      {"escaped dots are dots", "/a/%2e%2E/b", "/b"},
      {"three dots are a name", "/a/.../b", "/a/.../b"},
      {"slashes in a row stay", "//api", "//api"},
      {"two dots take an empty segment", "/a//../b", "/a/b"},
      {"a backslash is a slash", "/a\\b", "/a/b"},
      {"the query is left alone", "/a/../b?x=/../%61", "/b?x=/../%61"},
      {"a fragment goes", "/a#b", "/a"},
      {"a query of the root", "/?x=1", "/?x=1"},
      {"a star is no path", "*", "*"},
      {"numbers to be filled in stay", "/user/{i%8}?n={i}", "/user/{i%8}?n={i}"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(normalized_path(row.path) == row.expected);
    CHECK(normalized_path(row.expected) == row.expected);
  }
}

}  // namespace
}  // namespace mesh
