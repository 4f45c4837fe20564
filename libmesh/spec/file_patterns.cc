// From paths, folders and patterns to files.
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "libmesh/spec/scenario_parts.h"

namespace mesh {
namespace {

namespace fs = std::filesystem;

/// More files than this are no mesh but a mistake ("/**").
constexpr std::size_t files_max = 20'000;

bool is_yaml(const fs::path& file) {
  return file.extension() == ".yaml" || file.extension() == ".yml";
}

bool is_pattern(const std::string& text) {
  return text.find_first_of("*?[") != std::string::npos;
}

/// Names in a folder, sorted by bytes so that every machine reads them in the same order.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator it(folder.empty() ? "." : folder, error), end; !error && it != end;
       it.increment(error)) {
    entries.push_back(folder / it->path().filename());
  }
  std::sort(entries.begin(), entries.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return entries;
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool is_link(const fs::path& path) {
  std::error_code error;
  return fs::is_symlink(path, error);
}

using Parts = std::vector<std::string>;

void match(const fs::path& folder, const Parts& parts, std::size_t i,
           std::vector<std::string>& files) {
  if (files.size() >= files_max) return;
  const bool last = i + 1 == parts.size();
  if (parts[i] == "**") {
    if (!last) match(folder, parts, i + 1, files);
    for (const fs::path& entry : entries_of(folder)) {
      const bool below = is_folder(entry);
      if (below && !is_link(entry)) match(entry, parts, i, files);
      if (!below && last && is_yaml(entry)) files.push_back(entry.string());
    }
    return;
  }
  if (!is_pattern(parts[i])) {
    const fs::path next = folder / parts[i];
    std::error_code error;
    if (!last) {
      match(next, parts, i + 1, files);
    } else if (fs::is_regular_file(next, error)) {
      files.push_back(next.string());
    }
    return;
  }
  for (const fs::path& entry : entries_of(folder)) {
    if (fnmatch(parts[i].c_str(), entry.filename().c_str(), FNM_PERIOD) != 0) continue;
    if (!last) {
      if (is_folder(entry)) match(entry, parts, i + 1, files);
    } else if (!is_folder(entry)) {
      files.push_back(entry.string());
    }
  }
}

}  // namespace

std::vector<std::string> expand_path(const std::string& path) {
  std::vector<std::string> files;
  std::error_code error;
  if (is_folder(path)) {
    for (const fs::path& entry : entries_of(path)) {
      if (is_yaml(entry) && !is_folder(entry)) files.push_back(entry.string());
    }
    return files;
  }
  if (fs::exists(path, error)) return {path};
  if (!is_pattern(path)) return {};
  const fs::path whole(path);
  Parts parts;
  for (const fs::path& part : whole.relative_path()) {
    if (!part.empty()) parts.push_back(part.string());
  }
  if (!parts.empty()) match(whole.root_path(), parts, 0, files);
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace mesh
