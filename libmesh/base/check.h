// Invariant checks that stay on in every build.
#pragma once

namespace mesh {

/// Prints the broken invariant with its place to stderr, then aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace mesh

/// A broken invariant is our bug: stop where it is visible. User mistakes are Diagnostics instead.
#define MESH_CHECK(condition) \
  ((condition) ? void(0) : ::mesh::check_failed(#condition, __FILE__, __LINE__))
