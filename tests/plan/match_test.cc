// Match blocks against requests.
#include "libmesh/plan/match.h"

#include <doctest/doctest.h>

#include "tests/support/scenario_builder.h"

namespace mesh {
namespace {

using testing::exact;
using testing::prefix;
using testing::regex;

RequestTemplate get(const std::string& path,
                    std::vector<std::pair<std::string, std::string>> headers = {}) {
  RequestTemplate request;
  request.method = "GET";
  request.authority = "web:80";
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

bool accepts(const istio::HttpMatch& match, const RequestTemplate& request) {
  return Matcher().matches(match, request, "http");
}

TEST_CASE("match: a uri looks at the path without its query") {
  struct Row {
    const char* name;
    istio::StringMatch uri;
    const char* path;
    bool expected;
  };
  const Row rows[] = {
      {"an exact path", exact("/foo"), "/foo?key=value", true},
      {"a longer path is not exact", exact("/foo"), "/foo/", false},
      {"a prefix counts characters, not segments", prefix("/foo"), "/foobar", true},
      {"an expression must match the whole path", regex("/f.*"), "/foo?x", true},
      {"a part is not enough", regex("/f"), "/foo", false},
      {"a broken expression matches nothing", regex("/("), "/(", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    istio::HttpMatch match;
    match.uri = row.uri;
    CHECK(accepts(match, get(row.path)) == row.expected);
  }
}

TEST_CASE("match: ignoreUriCase reaches exact and prefix, not expressions") {
  istio::HttpMatch match;
  match.ignore_uri_case = true;
  match.uri = prefix("/Foo");
  CHECK(accepts(match, get("/fOO/1")));
  match.uri = regex("/Foo");
  CHECK(!accepts(match, get("/foo")));
}

TEST_CASE("match: istio#1-2 a block asks for all of its conditions") {
  istio::HttpMatch match;
  match.method = exact("GET");
  match.headers = {{"end-user", exact("jason")}};
  CHECK(accepts(match, get("/", {{"End-User", "jason"}})));
  CHECK(!accepts(match, get("/")));
  RequestTemplate post = get("/", {{"end-user", "jason"}});
  post.method = "POST";
  CHECK(!accepts(match, post));
}

TEST_CASE("match: pseudo headers and host are the request line's") {
  istio::HttpMatch match;
  match.headers = {{":method", exact("GET")}, {"host", exact("web:80")}};
  CHECK(accepts(match, get("/")));
  match.headers = {};
  match.authority = exact("web");
  CHECK(!accepts(match, get("/")));
}

TEST_CASE("match: an empty match and the expression of a lone star ask for presence") {
  istio::HttpMatch match;
  match.headers = {{"x", {}}};
  CHECK(accepts(match, get("/", {{"x", ""}})));
  CHECK(!accepts(match, get("/")));
  match.headers = {{"x", regex("*")}};
  CHECK(accepts(match, get("/", {{"x", "any"}})));
  CHECK(!accepts(match, get("/")));
}

TEST_CASE("match: istio#16-18 withoutHeaders takes a missing header for an empty one") {
  struct Row {
    const char* name;
    istio::StringMatch forbidden;
    bool jason, other, absent;
  };
  const Row rows[] = {
      {"istio#16 a value", exact("jason"), false, true, true},
      {"istio#17 presence", regex("*"), false, false, true},
      {"istio#18 an expression that accepts nothing too", regex(".*"), false, false, false}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    istio::HttpMatch match;
    match.without_headers = {{"end-user", row.forbidden}};
    CHECK(accepts(match, get("/", {{"end-user", "jason"}})) == row.jason);
    CHECK(accepts(match, get("/", {{"end-user", "other"}})) == row.other);
    CHECK(accepts(match, get("/")) == row.absent);
  }
}

TEST_CASE("match: query parameters by value, prefix, expression and presence") {
  istio::HttpMatch match;
  match.query_params = {{"user", exact("jason")}};
  CHECK(accepts(match, get("/x?a=1&user=jason")));
  CHECK(!accepts(match, get("/x?user=jasons")));
  CHECK(!accepts(match, get("/x")));
  match.query_params = {{"user", prefix("ja")}};
  CHECK(accepts(match, get("/x?user=jasons")));
  match.query_params = {{"user", regex("j.*n")}};
  CHECK(accepts(match, get("/x?user=jason")));
  match.query_params = {{"user", regex("*")}};
  CHECK(accepts(match, get("/x?user=")));
}

TEST_CASE("match: which blocks let nothing pass to later ones") {
  istio::HttpMatch match;
  CHECK(is_catch_all(match));
  match.uri = prefix("/");
  CHECK(is_catch_all(match));
  match.uri = regex(".*");
  CHECK(is_catch_all(match));
  match.uri = exact("/");
  CHECK(!is_catch_all(match));
  match.uri = prefix("/");
  match.headers = {{"x", {}}};
  CHECK(!is_catch_all(match));
}

TEST_CASE("match: a handler matches by path, method and headers") {
  HandlerSpec handler;
  handler.path = prefix("/api");
  handler.method = exact("GET");
  handler.headers = {{"x", exact("1")}};
  Matcher matcher;
  CHECK(matcher.matches(handler, get("/api/7", {{"x", "1"}})));
  CHECK(!matcher.matches(handler, get("/api/7")));
  CHECK(!matcher.matches(handler, get("/", {{"x", "1"}})));
}

}  // namespace
}  // namespace mesh
