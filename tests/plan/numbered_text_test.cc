// Request numbers written into texts.
#include "libmesh/plan/numbered_text.h"

#include <doctest/doctest.h>

#include <vector>

namespace mesh {
namespace {

std::string with(std::string_view text, std::uint64_t number) {
  std::string out;
  append_numbered(out, text, number);
  return out;
}

TEST_CASE("numbered_text: {i} is the number, {i%K} its rest") {
  struct Row {
    const char* text;
    std::uint64_t number;
    const char* written;
  };
  for (const Row& row :
       std::vector<Row>{{"user-{i}", 0, "user-0"},
                        {"user-{i}", 18446744073709551615u, "user-18446744073709551615"},
                        {"user-{i%500}", 1234, "user-234"},
                        {"{i%1}", 7, "0"},
                        {"{i}/{i%2}{i%3}", 5, "5/12"},
                        {"", 3, ""},
                        {"plain", 3, "plain"}}) {
    CAPTURE(row.text);
    CHECK(with(row.text, row.number) == row.written);
  }
}

TEST_CASE("numbered_text: what is no counter stays as it is") {
  for (const char* text : {"{", "{i", "{i%", "{i%}", "{i%0}", "{i%x}", "{i%5", "{j}", "{ii}",
                           "{i%99999999999999999999999}"}) {
    CAPTURE(text);
    CHECK_FALSE(has_number(text));
    CHECK(with(text, 12) == text);
  }
  CHECK(has_number("{i%{i}"));
  CHECK(with("{i%{i}", 4) == "{i%4");
}

TEST_CASE("numbered_text: appends") {
  std::string out = "key=";
  append_numbered(out, "{i}", 9);
  CHECK(out == "key=9");
}

}  // namespace
}  // namespace mesh
