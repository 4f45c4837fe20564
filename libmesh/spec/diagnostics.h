// Every problem of an input: place, code, severity and a hint; collected, never thrown one by one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mesh {

/// Where something was written. line and column count from 1; 0 = not from a file.
struct Place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  bool operator==(const Place&) const = default;
};
/// "shop.yaml:41:7".
std::string to_string(const Place& place);

enum class Severity : std::uint8_t { Info, Warning, Error };

struct Diagnostic {
  Severity severity = Severity::Error;
  std::string code;  // stable, e.g. "MS0103"; the table is in diagnostics.cc and docs/
  Place place;
  std::string path;  // "DestinationRule/cart: spec.trafficPolicy.outlierDetection.interval"
  std::string what;  // "must be positive, got 0s"
  std::string hint;  // how to fix it; may be empty
  bool operator==(const Diagnostic&) const = default;
};

class Diagnostics {
 public:
  void add(Diagnostic d) { items_.push_back(std::move(d)); }
  void append(const Diagnostics& other);
  bool has_errors() const;
  std::size_t count(Severity severity) const;
  bool empty() const { return items_.empty(); }
  /// Sorted by file, line, column, code: the order in which they are shown.
  void sort();
  const std::vector<Diagnostic>& items() const { return items_; }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  bool operator==(const Diagnostics&) const = default;

 private:
  std::vector<Diagnostic> items_;
};

/// "shop.yaml:41:7: error [MS0103] DestinationRule/cart …: must be positive, got 0s\n  fix: …".
std::string to_string(const Diagnostic& d);

/// The candidate nearest to `word` by edit distance, or "" when none is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace mesh
