// Times and lines of stories.
#include "libmesh/analysis/story_text.h"

#include <fmt/format.h>

#include <cstdlib>

namespace mesh {

namespace {

/// `ns` in units of `unit_ns` with up to three decimals, by integers.
std::string decimal(std::int64_t ns, std::int64_t unit_ns, const char* unit) {
  const std::int64_t thousandths = (ns + unit_ns / 2000) / (unit_ns / 1000);
  std::string text = fmt::format("{}.{:03}", thousandths / 1000, thousandths % 1000);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text + " " + unit;
}

}  // namespace

std::string duration_text(Duration d) {
  if (d.ns < 0) return "-" + duration_text({-d.ns});
  if (d.ns == 0) return "0 ms";
  if (d < milliseconds(1)) return decimal(d.ns, 1'000, "us");
  if (d < seconds(1)) return decimal(d.ns, 1'000'000, "ms");
  return decimal(d.ns, 1'000'000'000, "s");
}

void StoryText::at(Instant when, int depth, const std::string& text) {
  const std::int64_t us = elapsed(begin_, when).ns / 1000;
  line(fmt::format("{:>8}.{:03} ms", us / 1000, std::abs(us % 1000)), depth, text);
}

void StoryText::note(int depth, const std::string& text) {
  line(std::string(15, ' '), depth, text);
}

void StoryText::line(const std::string& time, int depth, const std::string& text) {
  text_ += time + "  " + std::string(static_cast<std::size_t>(2 * depth), ' ') + text + "\n";
}

}  // namespace mesh
