// The version of this library.
#pragma once

namespace mesh {

/// "0.1.0": that of the build; no digest or fingerprint knows it.
const char* version();

}  // namespace mesh
