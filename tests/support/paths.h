// Where a test finds the files of the repository, the optional shared material, a place to write.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace mesh::testing {

/// The root of the repository.
std::filesystem::path source_dir();

/// Fixtures of other projects that are not part of the repository: the folder in the environment
/// variable MESHSIM_SHARED, else `shared` beside the repository. Absent is normal: a test that
/// needs it says so with MESSAGE and returns.
std::optional<std::filesystem::path> shared_dir();

/// The whole file, byte by byte.
std::string read_file(const std::filesystem::path& path);

/// A fresh, empty folder for one test; removed when the object dies.
class ScratchDir {
 public:
  ScratchDir();
  ~ScratchDir();
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Writes a file below the folder, creating its parents; returns its path.
  std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

}  // namespace mesh::testing
