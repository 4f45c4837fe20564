// Text, order and suggestions of diagnostics.
#include "libmesh/spec/diagnostics.h"

#include <doctest/doctest.h>

using namespace mesh;

TEST_CASE("diagnostics: one line with place, severity, code, path; the hint below it") {
  struct Row {
    const char* name;
    Diagnostic given;
    const char* text;
  };
  const Row rows[] = {
      {"everything",
       {Severity::Error,
        "MS0108",
        {"shop.yaml", 41, 7},
        "DestinationRule/cart: spec.x",
        "must be positive, got 0s",
        "give 1s"},
       "shop.yaml:41:7: error [MS0108] DestinationRule/cart: spec.x: must be positive, got 0s\n"
       "  fix: give 1s"},
      {"no hint and no path",
       {Severity::Warning, "MS0301", {"a.yaml", 2, 1}, "", "is not used", ""},
       "a.yaml:2:1: warning [MS0301] is not used"},
      {"a whole file has no line",
       {Severity::Error, "MS0109", {"a.yaml", 0, 0}, "", "cannot be read", ""},
       "a.yaml: error [MS0109] cannot be read"},
      {"not from a file at all",
       {Severity::Info, "MS0301", {}, "spec", "ignored", ""},
       "info [MS0301] spec: ignored"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(to_string(row.given) == row.text);
  }
}

TEST_CASE("diagnostics: sorted by file, line, column, code; equal ones keep their order") {
  Diagnostics d;
  d.add({Severity::Error, "B", {"b", 1, 1}, "", "5", ""});
  d.add({Severity::Error, "B", {"a", 10, 1}, "", "4", ""});
  d.add({Severity::Error, "B", {"a", 9, 2}, "", "2", ""});
  d.add({Severity::Info, "B", {"a", 9, 2}, "", "3", ""});
  d.add({Severity::Warning, "A", {"a", 9, 2}, "", "1", ""});
  d.sort();
  std::string order;
  for (const Diagnostic& item : d) order += item.what;
  CHECK(order == "12345");
  CHECK(d.has_errors());
  CHECK(d.count(Severity::Error) == 3);
  CHECK(d.count(Severity::Warning) == 1);
}

TEST_CASE("diagnostics: appending keeps both; warnings alone are no errors") {
  Diagnostics a, b;
  a.add({Severity::Warning, "A", {}, "", "first", ""});
  b.add({Severity::Info, "B", {}, "", "second", ""});
  a.append(b);
  CHECK(a.items().size() == 2);
  CHECK_FALSE(a.has_errors());
}

TEST_CASE("diagnostics: what was probably meant") {
  const std::vector<std::string> fields = {"attempts", "perTryTimeout", "retryOn", "retries",
                                           "timeout",  "for",           "at"};
  struct Row {
    const char* name;
    const char* word;
    const char* meant;
  };
  const Row rows[] = {
      {"a swap of neighbours", "attmepts", "attempts"},
      {"a missing letter", "perTryTimout", "perTryTimeout"},
      {"an extra letter", "timeoutt", "timeout"},
      {"two letters of a long word", "perTyrTimeOuts", "perTryTimeout"},
      {"snake case", "per_try_timeout", "perTryTimeout"},
      {"upper case", "RETRYON", "retryOn"},
      {"one letter of a short word", "fro", "for"},
      {"nothing near", "elephant", ""},
      {"two letters have nothing in common", "xy", ""},
      {"the empty word", "", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(did_you_mean(row.word, fields) == row.meant);
  }
  CHECK(did_you_mean("word", {}) == "");
  CHECK(did_you_mean(std::string(100'000, 'x'), {std::string(100'000, 'x')}) == "");
}

TEST_CASE("diagnostics: of two equally near candidates the first is suggested") {
  CHECK(did_you_mean("reviews-v", {"reviews-v1", "reviews-v2"}) == "reviews-v1");
}
