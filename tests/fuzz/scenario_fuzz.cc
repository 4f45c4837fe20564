// Feeds arbitrary bytes to everything that reads what a user writes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario.h"

namespace {

/// libFuzzer keeps the input of a run that aborts.
void must(bool holds) {
  if (!holds) std::abort();
}

void read_scalars(std::string_view text) {
  if (const auto d = mesh::parse_duration(text)) {
    must(mesh::parse_duration(mesh::to_string(*d)).has_value());
  }
  (void)mesh::parse_quantity_milli(text);
  (void)mesh::parse_percent(text);
}

/// Files are out of reach: what is included or applied by name is not looked for.
bool names_files(std::string_view text) {
  return text.find("include") != std::string_view::npos ||
         text.find("apply") != std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size < 64) read_scalars(text);

  mesh::Diagnostics problems;
  const mesh::YamlLimits limits{.file_bytes = 1u << 20, .nodes = 100'000, .depth = 128};
  for (const mesh::YamlNode& document : mesh::parse_yaml(text, "f", problems, limits)) {
    mesh::Diagnostics again;
    must(mesh::parse_yaml(mesh::to_yaml(document), "f", again, limits).size() == 1);
    must(again.empty());
  }
  if (names_files(text)) return 0;

  // The first line is an override, the rest a scenario.
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  const mesh::Scenario scenario = mesh::parse_scenario(text, "f");
  const std::size_t equals = line.find('=');
  if (equals != std::string_view::npos) {
    const std::string_view rest = end == std::string_view::npos ? "" : text.substr(end + 1);
    (void)mesh::with_overrides(
        mesh::parse_scenario(rest, "f"),
        {{std::string(line.substr(0, equals)), std::string(line.substr(equals + 1))}});
  }
  if (scenario.diagnostics.has_errors()) return 0;
  const mesh::Scenario again = mesh::parse_scenario(mesh::effective_yaml(scenario), "f");
  must(!again.diagnostics.has_errors());
  must(mesh::config_digest(again) == mesh::config_digest(scenario));
  return 0;
}
