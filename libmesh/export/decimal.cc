// Times as decimal numbers with all their digits.
#include "libmesh/export/decimal.h"

namespace mesh {

namespace {

std::string decimal(std::int64_t ns, std::uint64_t unit, std::size_t digits) {
  const auto magnitude =
      ns < 0 ? ~static_cast<std::uint64_t>(ns) + 1 : static_cast<std::uint64_t>(ns);
  std::string text = std::to_string(magnitude / unit);
  const std::string rest = std::to_string(magnitude % unit);
  text += '.' + std::string(digits - rest.size(), '0') + rest;
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return ns < 0 ? "-" + text : text;
}

}  // namespace

std::string seconds_text(Duration d) {
  return decimal(d.ns, 1'000'000'000, 9);
}

std::string milliseconds_text(Duration d) {
  return decimal(d.ns, 1'000'000, 6);
}

}  // namespace mesh
