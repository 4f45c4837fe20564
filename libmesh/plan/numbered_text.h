// Texts with {i} and {i%K}: a request's number written into a header or path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mesh {

/// Some `{i}` or `{i%K}` is in it.
bool has_number(std::string_view text);
/// Appends the text with each `{i}` replaced by `number`, each `{i%K}` by that modulo K.
void append_numbered(std::string& out, std::string_view text, std::uint64_t number);

}  // namespace mesh
