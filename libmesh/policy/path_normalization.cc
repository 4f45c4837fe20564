// Escapes and dot segments of request paths.
#include "libmesh/policy/path_normalization.h"

namespace mesh {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

/// Escapes of unreserved characters read, backslashes turned.
std::string unescaped(std::string_view path) {
  std::string out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '%' && i + 2 < path.size()) {
      const int high = hex_digit(path[i + 1]), low = hex_digit(path[i + 2]);
      const char c = static_cast<char>(high * 16 + low);
      if (high >= 0 && low >= 0 && is_unreserved(c)) {
        out += c;
        i += 2;
        continue;
      }
    }
    out += path[i] == '\\' ? '/' : path[i];
  }
  return out;
}

/// RFC 3986 §5.2.4, with empty segments kept.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  std::size_t from = 1;  // after the first slash
  while (from <= path.size()) {
    const std::size_t slash = path.find('/', from);
    const bool last = slash == std::string_view::npos;
    const std::string_view segment = path.substr(from, last ? slash : slash - from);
    if (segment == "." || segment == "..") {
      if (segment == ".." && !out.empty()) out.resize(out.rfind('/'));
      if (last) out += '/';
    } else {
      out += '/';
      out += segment;
    }
    if (last) break;
    from = slash + 1;
  }
  return out;
}

}  // namespace

std::string normalized_path(std::string_view path_and_query) {
  path_and_query = path_and_query.substr(0, path_and_query.find('#'));
  const std::string_view path = path_and_query.substr(0, path_and_query.find('?'));
  if (path.empty() || path.front() != '/') return std::string(path_and_query);
  return without_dot_segments(unescaped(path)).append(path_and_query.substr(path.size()));
}

}  // namespace mesh
