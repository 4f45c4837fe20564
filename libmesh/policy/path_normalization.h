// The path as Envoy routes and forwards it when normalize_path is on, as Istio sets it.
#pragma once

#include <string>
#include <string_view>

namespace mesh {

/// RFC 3986 normalization of the path before '?': escapes of letters, digits and "-._~" are read,
/// '\' is '/', "." and ".." segments are resolved; slashes that follow each other stay, and so do
/// all other escapes and the query. A fragment goes. Source: source/common/http/path_utility.cc
/// (PathUtil::canonicalPath).
std::string normalized_path(std::string_view path_and_query);

}  // namespace mesh
