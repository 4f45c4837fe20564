// Files of a case's folder.
#include "libmesh/verify/case_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace mesh::verify {

namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t file_bytes_max = 64u << 20;

}  // namespace

std::string case_name(const std::string& folder) {
  const fs::path path = fs::path(folder).lexically_normal();
  const fs::path last = path.filename().empty() ? path.parent_path().filename() : path.filename();
  if (last != "." && last != ".." && !last.empty()) return last.string();
  std::error_code ignored;
  return fs::weakly_canonical(path, ignored).filename().string();
}

CaseFile::CaseFile(const std::string& folder, const std::string& name)
    : path_((fs::path(folder) / name).string()), case_(case_name(folder)) {}

std::optional<std::string> CaseFile::read(Diagnostics& problems) const {
  std::error_code failed;
  const fs::file_status status = fs::status(path_, failed);
  const std::string name = fs::path(path_).filename().string();
  if (!fs::is_regular_file(status)) {
    problems.add(error(code::unreadable_file, 0, name,
                       fs::exists(status) ? "is no file" : "does not exist",
                       "a case is a folder with case.yaml, istio.yaml, expected.json and, when its "
                       "arrivals are random, arrivals.csv"));
    return std::nullopt;
  }
  if (fs::file_size(path_, failed) > file_bytes_max) {
    problems.add(error(code::limit_exceeded, 0, name, "is larger than 64 MiB"));
    return std::nullopt;
  }
  std::ifstream stream(path_, std::ios::binary);
  std::ostringstream text;
  if (!stream ||
      (stream.peek() != std::ifstream::traits_type::eof() && !(text << stream.rdbuf()))) {
    problems.add(error(code::unreadable_file, 0, name, "cannot be read"));
    return std::nullopt;
  }
  return std::move(text).str();
}

Diagnostic CaseFile::error(const code::Code& code, std::uint32_t line, const std::string& path,
                           std::string what, std::string hint) const {
  return {.code = code.id,
          .place = {.file = path_, .line = line, .column = line == 0 ? 0u : 1u},
          .path = "case " + case_ + ": " + path,
          .what = std::move(what),
          .hint = std::move(hint)};
}

}  // namespace mesh::verify
