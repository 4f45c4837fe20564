// Order and text of diagnostics, suggestions for misspelt words.
#include "libmesh/spec/diagnostics.h"

#include <algorithm>
#include <tuple>

namespace mesh {
namespace {

const char* word(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "info";
    case Severity::Warning:
      return "warning";
    case Severity::Error:
      return "error";
  }
  return "error";
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string folded(const std::string& word) {
  std::string text;
  for (const char c : word) {
    if (c != '_' && c != '-') text += lower(c);
  }
  return text;
}

/// Optimal string alignment: insertions, deletions, replacements, swaps of neighbours. Anything
/// above `limit` may be returned as limit + 1.
std::size_t edit_distance(const std::string& a, const std::string& b, std::size_t limit) {
  const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > limit) return limit + 1;
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

}  // namespace

std::string to_string(const Place& place) {
  std::string text = place.file;
  if (place.line == 0) return text;
  text += ':' + std::to_string(place.line);
  if (place.column != 0) text += ':' + std::to_string(place.column);
  return text;
}

void Diagnostics::append(const Diagnostics& other) {
  items_.insert(items_.end(), other.items_.begin(), other.items_.end());
}

bool Diagnostics::has_errors() const {
  return count(Severity::Error) > 0;
}

std::size_t Diagnostics::count(Severity severity) const {
  return static_cast<std::size_t>(
      std::count_if(items_.begin(), items_.end(),
                    [severity](const Diagnostic& d) { return d.severity == severity; }));
}

void Diagnostics::sort() {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.place.file, d.place.line, d.place.column, d.code);
  };
  std::stable_sort(items_.begin(), items_.end(),
                   [key](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
}

std::string to_string(const Diagnostic& d) {
  std::string text = to_string(d.place);
  if (!text.empty()) text += ": ";
  text += word(d.severity);
  text += " [" + d.code + "] ";
  if (!d.path.empty()) text += d.path + ": ";
  text += d.what;
  if (!d.hint.empty()) text += "\n  fix: " + d.hint;
  return text;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
  // Longer words would only cost time: nobody misspells a paragraph.
  constexpr std::size_t longest = 100;
  if (word.empty() || word.size() > longest) return "";
  const std::string wanted = folded(word);
  // One edit per three letters: "timout" finds "timeout", "elephant" finds nothing.
  std::size_t best = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate.size() > longest) continue;
    const std::size_t distance = edit_distance(wanted, folded(candidate), best - 1);
    if (distance >= best || distance >= candidate.size()) continue;
    best = distance;
    found = candidate;
  }
  return found;
}

}  // namespace mesh
