// A file of a case's folder as text, and what to say about a place in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "libmesh/spec/diagnostic_codes.h"
#include "libmesh/spec/diagnostics.h"

namespace mesh::verify {

class CaseFile {
 public:
  /// `folder` is that of the case.
  CaseFile(const std::string& folder, const std::string& name);

  /// The whole file; when it is absent, no file or beyond 64 MiB, `problems` says so.
  std::optional<std::string> read(Diagnostics& problems) const;

  /// An error at a line of it (0 = at the file); `path` follows the name of the case.
  Diagnostic error(const code::Code& code, std::uint32_t line, const std::string& path,
                   std::string what, std::string hint = "") const;

 private:
  std::string path_, case_;
};

/// Last part of a folder's path.
std::string case_name(const std::string& folder);

}  // namespace mesh::verify
