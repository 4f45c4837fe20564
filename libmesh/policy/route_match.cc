// String, header, path and query matchers over RE2.
#include "libmesh/policy/route_match.h"

#include <re2/re2.h>

#include <algorithm>

namespace mesh {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal(std::string_view a, std::string_view b, bool ignore_case) {
  if (a.size() != b.size()) return false;
  return std::equal(a.begin(), a.end(), b.begin(), [ignore_case](char x, char y) {
    return ignore_case ? lower(x) == lower(y) : x == y;
  });
}

bool contains(std::string_view text, std::string_view part, bool ignore_case) {
  for (std::size_t i = 0; i + part.size() <= text.size(); ++i) {
    if (equal(text.substr(i, part.size()), part, ignore_case)) return true;
  }
  return false;
}

bool starts_with(std::string_view text, std::string_view prefix, bool ignore_case) {
  return text.size() >= prefix.size() && equal(text.substr(0, prefix.size()), prefix, ignore_case);
}

bool ends_with(std::string_view text, std::string_view suffix, bool ignore_case) {
  return text.size() >= suffix.size() &&
         equal(text.substr(text.size() - suffix.size()), suffix, ignore_case);
}

}  // namespace

std::optional<StringMatcher> StringMatcher::compile(StringMatchKind kind, std::string text,
                                                    bool ignore_case, std::string* error) {
  StringMatcher matcher;
  matcher.kind_ = kind;
  matcher.ignore_case_ = ignore_case;
  if (kind == StringMatchKind::Regex) {
    auto regex = std::make_shared<const re2::RE2>(text, re2::RE2::Quiet);
    if (!regex->ok()) {
      if (error != nullptr) *error = regex->error();
      return std::nullopt;
    }
    matcher.regex_ = std::move(regex);
  }
  matcher.text_ = std::move(text);
  return matcher;
}

bool StringMatcher::matches(std::string_view value) const {
  switch (kind_) {
    case StringMatchKind::Exact:
      return equal(value, text_, ignore_case_);
    case StringMatchKind::Prefix:
      return starts_with(value, text_, ignore_case_);
    case StringMatchKind::Suffix:
      return ends_with(value, text_, ignore_case_);
    case StringMatchKind::Contains:
      return contains(value, text_, ignore_case_);
    case StringMatchKind::Regex:
      return re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex_);
  }
  return false;
}

std::optional<std::string> header_value(NamedValues headers, std::string_view name) {
  std::optional<std::string> joined;
  for (const auto& [header, value] : headers) {
    if (!equal(header, name, true)) continue;
    if (joined) {
      *joined += ',';
      *joined += value;
    } else {
      joined = value;
    }
  }
  return joined;
}

bool HeaderMatcher::matches(NamedValues headers) const {
  const std::optional<std::string> found = header_value(headers, name);
  if (!value) return found.has_value() != invert;
  if (!found && !treat_missing_as_empty) return false;
  return value->matches(found ? std::string_view(*found) : std::string_view{}) != invert;
}

std::optional<std::string_view> query_value(std::string_view path, std::string_view name) {
  const auto mark = path.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view rest = path.substr(mark + 1);
  rest = rest.substr(0, rest.find('#'));
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const auto sign = pair.find('=');
    if (pair.substr(0, sign) != name) continue;
    return sign == std::string_view::npos ? std::string_view{} : pair.substr(sign + 1);
  }
  return std::nullopt;
}

bool QueryMatcher::matches(std::string_view path) const {
  const auto found = query_value(path, name);
  return found && (!value || value->matches(*found));
}

std::optional<PathMatcher> PathMatcher::compile(PathMatchKind kind, std::string text,
                                                bool ignore_case, std::string* error) {
  PathMatcher matcher;
  matcher.kind_ = kind;
  matcher.ignore_case_ = ignore_case;
  if (kind == PathMatchKind::Regex) {
    matcher.regex_ = StringMatcher::compile(StringMatchKind::Regex, text, false, error);
    if (!matcher.regex_) return std::nullopt;
  }
  matcher.text_ = std::move(text);
  return matcher;
}

bool PathMatcher::matches(std::string_view path) const {
  const std::string_view bare = without_query(path);
  switch (kind_) {
    case PathMatchKind::Prefix:
      return starts_with(path, text_, ignore_case_);
    case PathMatchKind::Exact:
      return equal(bare, text_, ignore_case_);
    case PathMatchKind::Regex:
      return regex_->matches(bare);
    case PathMatchKind::SeparatedPrefix:
      return starts_with(bare, text_, ignore_case_) &&
             (bare.size() == text_.size() || bare[text_.size()] == '/');
  }
  return false;
}

bool RouteMatcher::matches(std::string_view path_and_query, NamedValues request_headers) const {
  if (!path.matches(path_and_query)) return false;
  for (const HeaderMatcher& header : headers) {
    if (!header.matches(request_headers)) return false;
  }
  for (const QueryMatcher& parameter : query) {
    if (!parameter.matches(path_and_query)) return false;
  }
  return true;
}

}  // namespace mesh
