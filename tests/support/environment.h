// Numbers that whoever runs a test may set, to hunt longer or to go back to a failure.
#pragma once

#include <cstdint>
#include <cstdlib>

namespace mesh::testing {

inline std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

}  // namespace mesh::testing
