// Strings, headers, paths, query parameters.
#include "libmesh/policy/route_match.h"

#include <doctest/doctest.h>

using namespace mesh;

namespace {

StringMatcher make(StringMatchKind kind, std::string text, bool ignore_case = false) {
  auto matcher = StringMatcher::compile(kind, std::move(text), ignore_case);
  REQUIRE(matcher);
  return *matcher;
}

PathMatcher path(PathMatchKind kind, std::string text, bool ignore_case = false) {
  auto matcher = PathMatcher::compile(kind, std::move(text), ignore_case);
  REQUIRE(matcher);
  return *matcher;
}

const std::vector<std::pair<std::string, std::string>> request = {
    {":method", "GET"}, {"x-a", "one"}, {"X-B", ""}, {"x-c", "1"}, {"x-c", "2"}};

}  // namespace

TEST_CASE("route_match: strings") {
  using K = StringMatchKind;
  struct Row {
    const char* name;
    K kind;
    const char* text;
    bool ignore_case;
    const char* value;
    bool matches;
  };
  const Row rows[] = {
      {"exact", K::Exact, "abc", false, "abc", true},
      {"exact is whole", K::Exact, "abc", false, "abcd", false},
      {"exact with case", K::Exact, "abc", false, "ABC", false},
      {"exact without case", K::Exact, "abc", true, "ABC", true},
      {"prefix", K::Prefix, "ab", false, "abc", true},
      {"prefix of something shorter", K::Prefix, "abc", false, "ab", false},
      {"prefix without case", K::Prefix, "AB", true, "abc", true},
      {"suffix", K::Suffix, "bc", false, "abc", true},
      {"suffix longer than the value", K::Suffix, "xabc", false, "abc", false},
      {"contains", K::Contains, "b", false, "abc", true},
      {"contains nothing", K::Contains, "x", false, "abc", false},
      {"contains without case", K::Contains, "BC", true, "abcd", true},
      {"a regex must match all of it", K::Regex, "b", false, "abc", false},
      {"a regex", K::Regex, "a.*c", false, "abbbc", true},
      {"alternatives", K::Regex, "a|bc", false, "bc", true},
      {"regex ignores ignore_case", K::Regex, "abc", true, "ABC", false},
      {"regex with its own flag", K::Regex, "(?i)abc", false, "ABC", true},
      {"an empty regex matches the empty string", K::Regex, "", false, "", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(make(row.kind, row.text, row.ignore_case).matches(row.value) == row.matches);
  }
}

TEST_CASE("route_match: a broken regex is refused with a reason") {
  std::string error;
  CHECK_FALSE(StringMatcher::compile(StringMatchKind::Regex, "a(b", false, &error));
  CHECK_FALSE(error.empty());
  CHECK_FALSE(StringMatcher::compile(StringMatchKind::Regex, "(?=look)"));
  CHECK_FALSE(PathMatcher::compile(PathMatchKind::Regex, "["));
}

TEST_CASE("route_match: copies share the compiled regex") {
  const StringMatcher a = make(StringMatchKind::Regex, "x+");
  const StringMatcher b = a;
  CHECK(b.matches("xxx"));
}

TEST_CASE("route_match: headers") {
  const StringMatcher one = make(StringMatchKind::Exact, "one");
  const StringMatcher any = make(StringMatchKind::Regex, ".*");
  struct Row {
    const char* name;
    HeaderMatcher matcher;
    bool matches;
  };
  const Row rows[] = {
      {"present", {"x-a"}, true},
      {"present though empty", {"x-b"}, true},
      {"absent", {"x-z"}, false},
      {"required to be absent, is", {"x-z", {}, true}, true},
      {"required to be absent, is not", {"x-a", {}, true}, false},
      {"value", {"x-a", one}, true},
      {"names without case", {"X-A", one}, true},
      {"other value", {"x-b", one}, false},
      {"not that value", {"x-b", one, true}, true},
      {"a missing header matches no value", {"x-z", any}, false},
      {"nor the opposite", {"x-z", one, true}, false},
      {"unless it counts as empty", {"x-z", one, true, true}, true},
      {"and the empty string is what it is", {"x-z", any, true, true}, false},
      {"several are joined", {"x-c", make(StringMatchKind::Exact, "1,2")}, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(row.matcher.matches(request) == row.matches);
  }
}

TEST_CASE("route_match: query parameters, the first of a name") {
  const StringMatcher one = make(StringMatchKind::Exact, "1");
  struct Row {
    const char* path;
    QueryMatcher matcher;
    bool matches;
  };
  const Row rows[] = {
      {"/a?x=1", {"x", one}, true},      {"/a?y=2&x=1", {"x", one}, true},
      {"/a?x=2&x=1", {"x", one}, false}, {"/a?x", {"x"}, true},
      {"/a?x=", {"x", one}, false},      {"/a", {"x"}, false},
      {"/a?xx=1", {"x", one}, false},    {"/a?x=1#frag", {"x", one}, true},
      {"/a?&&x=1", {"x", one}, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CHECK(row.matcher.matches(row.path) == row.matches);
  }
}

TEST_CASE("route_match: paths") {
  using K = PathMatchKind;
  struct Row {
    const char* name;
    K kind;
    const char* text;
    bool ignore_case;
    const char* path;
    bool matches;
  };
  const Row rows[] = {
      {"prefix", K::Prefix, "/rev", false, "/reviews/0", true},
      {"prefix reaches into the query", K::Prefix, "/a?x", false, "/a?x=1", true},
      {"exact", K::Exact, "/a", false, "/a", true},
      {"exact ignores the query", K::Exact, "/a", false, "/a?x=1", true},
      {"exact ignores the fragment", K::Exact, "/a", false, "/a#f", true},
      {"exact is not a prefix", K::Exact, "/a", false, "/a/", false},
      {"exact without case", K::Exact, "/A", true, "/a", true},
      {"regex is full", K::Regex, "/r.*", false, "/reviews/0?x=1", true},
      {"regex does not see the query", K::Regex, "/r[^?]*x=1", false, "/reviews/0?x=1", false},
      {"separated prefix at the end", K::SeparatedPrefix, "/rev", false, "/rev", true},
      {"separated prefix at a slash", K::SeparatedPrefix, "/rev", false, "/rev/0", true},
      {"separated prefix before the query", K::SeparatedPrefix, "/rev", false, "/rev?x=/", true},
      {"separated prefix inside a word", K::SeparatedPrefix, "/rev", false, "/reviews", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(path(row.kind, row.text, row.ignore_case).matches(row.path) == row.matches);
  }
}

TEST_CASE("route_match: a route wants all its conditions") {
  const RouteMatcher route{.path = path(PathMatchKind::Prefix, "/a"),
                           .headers = {{"x-a", make(StringMatchKind::Exact, "one")}, {"x-b"}},
                           .query = {{"q"}}};
  CHECK(route.matches("/a?q=1", request));
  CHECK_FALSE(route.matches("/b?q=1", request));
  CHECK_FALSE(route.matches("/a", request));
  CHECK_FALSE(route.matches("/a?q=1", {}));
  CHECK(RouteMatcher{}.matches("/anything", {}));
}
