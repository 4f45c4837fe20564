// Tests of durations as stories print them.
#include "libmesh/analysis/story_text.h"

#include <doctest/doctest.h>

#include "libmesh/base/id.h"

namespace mesh {
namespace {

TEST_CASE("story_text: durations in the largest unit that shows them") {
  struct Row {
    Duration value;
    const char* text;
  };
  const Row rows[] = {
      {{0}, "0 ms"},
      {{1}, "0.001 us"},
      {microseconds(250), "250 us"},
      {{1'500}, "1.5 us"},
      {milliseconds(1), "1 ms"},
      {{12'345'678}, "12.346 ms"},
      {milliseconds(100), "100 ms"},
      {milliseconds(1250), "1.25 s"},
      {minutes(2), "120 s"},
      {milliseconds(-3), "-3 ms"},
  };
  for (const Row& row : rows) CHECK(duration_text(row.value) == row.text);
}

TEST_CASE("story_text: times relative to the begin, depth as indentation") {
  StoryText text(Instant{seconds(5).ns});
  text.at(Instant{seconds(5).ns}, 0, "begins");
  text.at(Instant{seconds(5).ns + 12'345'678}, 1, "goes on");
  text.note(2, "because");
  CHECK(text.take() ==
        "       0.000 ms  begins\n"
        "      12.345 ms    goes on\n"
        "                     because\n");
}

TEST_CASE("story_text: names or what to say without one") {
  IdVector<LoadId, std::string> names;
  names.add("buyers");
  CHECK(name_or(names, LoadId{0}, "?") == "buyers");
  CHECK(name_or(names, LoadId{1}, "?") == "?");
  CHECK(name_or(names, LoadId::none(), "none") == "none");
}

}  // namespace
}  // namespace mesh
