// The repository's own text as data, for the tests that check its style.
#pragma once

#include <string>
#include <vector>

namespace mesh::testing {

struct SourceFile {
  std::string path;  // relative to the root, with '/'
  std::vector<std::string> lines;

  bool is_cpp() const { return path.ends_with(".cc") || path.ends_with(".h"); }
  bool is_header() const { return path.ends_with(".h"); }
  /// "engine" for libmesh/engine/routing.cc, "" outside a layer.
  std::string layer() const;
  bool under(const std::string& folder) const { return path.starts_with(folder + "/"); }
};

/// Every text file that belongs to the project: no build trees, caches, or hidden folders but .ci.
std::vector<SourceFile> project_files();

/// The lines with comments and the insides of string and character literals blanked out.
std::vector<std::string> code_only(const std::vector<std::string>& lines);

struct Include {
  std::size_t line = 0;  // from 1
  std::string target;    // as written, without quotes or brackets
  bool quoted = false;
};
std::vector<Include> includes_of(const SourceFile& file);

struct LongFunction {
  std::size_t line = 0, length = 0;
};
/// Functions at column 0 (as clang-format lays them out) whose body has more than `limit` lines.
std::vector<LongFunction> functions_longer_than(std::size_t limit, const SourceFile& file);

/// Characters, not bytes, of a UTF-8 line.
std::size_t width(const std::string& line);

}  // namespace mesh::testing
