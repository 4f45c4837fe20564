// Times and names as stories print them.
#pragma once

#include <string>
#include <utility>

#include "libmesh/base/id_vector.h"
#include "libmesh/base/time.h"

namespace mesh {

/// "0 ms", "250 us", "12.3 ms", "1.25 s": at most three digits after the point, no trailing zeros.
std::string duration_text(Duration d);

/// The name behind an id, or `otherwise` for none and for ids beyond the names.
template <class Id>
std::string name_or(const IdVector<Id, std::string>& names, Id id, const char* otherwise) {
  return names.contains(id) ? names[id] : std::string(otherwise);
}

/// Lines with a time in front, indented by depth.
class StoryText {
 public:
  explicit StoryText(Instant begin) : begin_(begin) {}
  void at(Instant when, int depth, const std::string& text);
  void note(int depth, const std::string& text);  // without a time
  std::string take() { return std::move(text_); }

 private:
  void line(const std::string& time, int depth, const std::string& text);

  Instant begin_;
  std::string text_;
};

}  // namespace mesh
