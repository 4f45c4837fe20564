// The primitives of route matching: strings, headers, paths, query parameters.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace re2 {
class RE2;
}

namespace mesh {

enum class StringMatchKind : std::uint8_t { Exact, Prefix, Suffix, Contains, Regex };

/// A string matcher, compiled once. Copies share the compiled expression.
/// Source: source/common/common/matchers.h (StringMatcherImpl), regex.cc (CompiledGoogleReMatcher).
class StringMatcher {
 public:
  /// Nothing when `text` is not a valid RE2 expression; `error` then says why. `ignore_case` has no
  /// effect on a regex.
  static std::optional<StringMatcher> compile(StringMatchKind kind, std::string text,
                                              bool ignore_case = false,
                                              std::string* error = nullptr);
  /// A regex must match the whole value.
  bool matches(std::string_view value) const;

  StringMatchKind kind() const { return kind_; }
  const std::string& text() const { return text_; }

 private:
  StringMatchKind kind_ = StringMatchKind::Exact;
  bool ignore_case_ = false;
  std::string text_;
  std::shared_ptr<const re2::RE2> regex_;
};

/// Headers or query parameters of a request, as (name, value).
using NamedValues = std::span<const std::pair<std::string, std::string>>;

/// Values of one header as Envoy sees several of the same name: joined by commas. Names compare
/// without case. Source: source/common/http/header_utility.cc (getAllOfHeaderAsString).
std::optional<std::string> header_value(NamedValues headers, std::string_view name);

/// One header condition. Without `value` the header must be present (with `invert`: absent). With
/// `value` a missing header does not match, inverted or not, unless it counts as an empty one,
/// which is how istiod writes withoutHeaders. Source: header_utility.h (HeaderDataBaseImpl).
struct HeaderMatcher {
  std::string name{};
  std::optional<StringMatcher> value{};
  bool invert = false;
  bool treat_missing_as_empty = false;

  bool matches(NamedValues headers) const;
};

/// The first value of a query parameter: "/a?x=1&x=2", "x" → "1"; "" without a sign.
std::optional<std::string_view> query_value(std::string_view path, std::string_view name);

/// One query parameter condition on the first parameter of that name.
/// Source: source/common/router/config_utility.cc (QueryParameterMatcher).
struct QueryMatcher {
  std::string name{};
  std::optional<StringMatcher> value{};

  bool matches(std::string_view path) const;
};

enum class PathMatchKind : std::uint8_t {
  Prefix,           // of the whole path, query included
  Exact,            // without query
  Regex,            // full match, without query
  SeparatedPrefix,  // without query; the next character is the end or a slash
};

/// Source: source/common/router/config_impl.cc (PrefixRouteEntryImpl … PathSeparatedPrefix…).
class PathMatcher {
 public:
  static std::optional<PathMatcher> compile(PathMatchKind kind, std::string text,
                                            bool ignore_case = false, std::string* error = nullptr);
  bool matches(std::string_view path) const;

 private:
  PathMatchKind kind_ = PathMatchKind::Prefix;
  bool ignore_case_ = false;
  std::string text_ = "/";
  std::optional<StringMatcher> regex_;
};

/// "/a?b#c" → "/a". Source: source/common/http/path_utility.cc (removeQueryAndFragment).
constexpr std::string_view without_query(std::string_view path) {
  return path.substr(0, path.find_first_of("?#"));
}

/// All conditions of one route, which must all hold; the first route of a virtual host that
/// matches wins. Checked cheapest first, the outcome does not depend on the order.
struct RouteMatcher {
  PathMatcher path{};
  std::vector<HeaderMatcher> headers{};
  std::vector<QueryMatcher> query{};

  /// `path` is the request's :path with its query.
  bool matches(std::string_view path_and_query, NamedValues request_headers) const;
};

}  // namespace mesh
