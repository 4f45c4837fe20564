// What unquoted scalars mean in YAML 1.1, as Kubernetes tools resolve them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libmesh/spec/yaml_document.h"

namespace mesh {

enum class ScalarType : std::uint8_t { Null, Boolean, Integer, Number, Text };

/// on, off, yes, no, y, n are booleans when unquoted (go-yaml v2, resolve.go). Null also for an
/// empty node; Text for lists and mappings has no meaning: ask the node's kind first.
ScalarType scalar_type(const YamlNode& node);
/// The word of a boolean: true for yes, on, true, y in their three spellings.
bool is_true_word(std::string_view word);

/// Whole number in the notations of YAML 1.1 and Go: sign, 0x, 0o, 0b, leading 0, underscores.
std::optional<std::int64_t> parse_yaml_integer(std::string_view text);
/// [-+]? (.digits | digits [.digits]) ([eE] [-+]? digits)?, and the words for infinity.
std::optional<double> parse_yaml_number(std::string_view text);

}  // namespace mesh
