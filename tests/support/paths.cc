// Where a test finds the files of the repository, the optional shared material, a place to write.
#include "tests/support/paths.h"

#include <stdlib.h>  // mkdtemp is POSIX

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace mesh::testing {

std::filesystem::path source_dir() {
#ifdef MESHSIM_SOURCE_DIR
  return MESHSIM_SOURCE_DIR;
#else
  return std::filesystem::current_path();
#endif
}

std::optional<std::filesystem::path> shared_dir() {
  const char* named = std::getenv("MESHSIM_SHARED");
  const std::filesystem::path path =
      named != nullptr ? std::filesystem::path(named) : source_dir().parent_path() / "shared";
  if (!std::filesystem::is_directory(path)) return std::nullopt;
  return path;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

ScratchDir::ScratchDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "meshsim-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot create " + pattern);
  path_ = pattern;
}

ScratchDir::~ScratchDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path ScratchDir::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path path = path_ / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

}  // namespace mesh::testing
