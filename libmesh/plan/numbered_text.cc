// Finds the counters of a text.
#include "libmesh/plan/numbered_text.h"

#include <charconv>

namespace mesh {
namespace {

/// A counter at [begin, end); begin = npos when there is none.
struct Counter {
  std::size_t begin = std::string_view::npos, end = 0;
  std::uint64_t modulus = 0;  // 0: the whole number
};

Counter next_counter(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("{i", from); at != std::string_view::npos;
       at = text.find("{i", at + 1)) {
    const std::size_t after = at + 2;
    if (after < text.size() && text[after] == '}') return {at, after + 1, 0};
    if (after >= text.size() || text[after] != '%') continue;
    std::uint64_t modulus = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + after + 1, end, modulus);
    if (error != std::errc() || modulus == 0 || stop == end || *stop != '}') continue;
    return {at, static_cast<std::size_t>(stop - text.data()) + 1, modulus};
  }
  return {};
}

}  // namespace

bool has_number(std::string_view text) {
  return next_counter(text, 0).begin != std::string_view::npos;
}

void append_numbered(std::string& out, std::string_view text, std::uint64_t number) {
  std::size_t from = 0;
  for (Counter counter = next_counter(text, 0); counter.begin != std::string_view::npos;
       counter = next_counter(text, from)) {
    out.append(text.substr(from, counter.begin - from));
    char digits[20];
    const std::uint64_t shown = counter.modulus == 0 ? number : number % counter.modulus;
    out.append(digits, std::to_chars(digits, digits + sizeof digits, shown).ptr);
    from = counter.end;
  }
  out.append(text.substr(from));
}

}  // namespace mesh
