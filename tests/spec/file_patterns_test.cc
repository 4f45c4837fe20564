// Paths, folders and patterns become files in an order that no machine changes.
#include <doctest/doctest.h>

#include <filesystem>

#include "libmesh/spec/scenario_parts.h"
#include "tests/support/paths.h"

using namespace mesh;

TEST_CASE("file_patterns: which files a path means") {
  const testing::ScratchDir dir;
  for (const char* name : {"b.yaml", "a.yaml", "c.yml", "notes.txt", ".hidden.yaml", "sub/d.yaml",
                           "sub/deep/e.yaml", "sub/deep/f.txt", "other/g.yaml"}) {
    dir.write(name, "a: 1\n");
  }
  struct Row {
    const char* name;
    const char* path;
    std::vector<std::string> files;
  };
  const Row rows[] = {
      {"a file", "b.yaml", {"b.yaml"}},
      {"any file by its name", "notes.txt", {"notes.txt"}},
      {"a folder has its YAML files", "", {".hidden.yaml", "a.yaml", "b.yaml", "c.yml"}},
      {"a folder without any", "sub/none", {}},
      {"a star", "*.yaml", {"a.yaml", "b.yaml"}},
      {"a question mark", "?.y*", {"a.yaml", "b.yaml", "c.yml"}},
      {"a set", "[bc].y*ml", {"b.yaml", "c.yml"}},
      {"a star in a folder's name", "s*/*.yaml", {"sub/d.yaml"}},
      {"two stars are folders of any depth",
       "**/*.yaml",
       {"a.yaml", "b.yaml", "other/g.yaml", "sub/d.yaml", "sub/deep/e.yaml"}},
      {"two stars at the end are all YAML files below",
       "sub/**",
       {"sub/d.yaml", "sub/deep/e.yaml"}},
      {"no match", "*.json", {}},
      {"no such file", "x.yaml", {}},
      {"dots on the way", "sub/../b.yaml", {"sub/../b.yaml"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    std::vector<std::string> expected;
    for (const std::string& file : row.files) expected.push_back((dir.path() / file).string());
    CHECK(expand_path((dir.path() / row.path).string()) == expected);
  }
}

TEST_CASE("file_patterns: a file whose name looks like a pattern is that file") {
  const testing::ScratchDir dir;
  dir.write("[a].yaml", "");
  dir.write("a.yaml", "");
  CHECK(expand_path((dir.path() / "[a].yaml").string()).at(0).ends_with("[a].yaml"));
}

TEST_CASE("file_patterns: links to folders are not followed by two stars") {
  const testing::ScratchDir dir;
  dir.write("sub/a.yaml", "");
  std::error_code error;
  std::filesystem::create_directory_symlink(dir.path(), dir.path() / "sub" / "loop", error);
  if (error) return;  // a file system without links
  CHECK(expand_path((dir.path() / "**" / "*.yaml").string()).size() == 1);
}
