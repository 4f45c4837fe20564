// The version as the build was told.
#include "libmesh/base/version.h"

namespace mesh {

const char* version() {
  return MESHSIM_VERSION;
}

}  // namespace mesh
