// How the program stops at a broken invariant.
#include "libmesh/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace mesh {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::abort();
}

}  // namespace mesh
