// Match blocks of VirtualServices and handlers as Envoy's matchers.
#include "libmesh/plan/match.h"

#include <re2/re2.h>

#include <algorithm>

namespace mesh {
namespace {

using Kind = istio::StringMatch::Kind;

StringMatchKind string_kind(Kind kind) {
  switch (kind) {
    case Kind::Exact:
      return StringMatchKind::Exact;
    case Kind::Prefix:
      return StringMatchKind::Prefix;
    case Kind::Present:
    case Kind::Regex:
      return StringMatchKind::Regex;
  }
  return StringMatchKind::Exact;
}

/// An empty StringMatch and the regular expression "*" ask for presence only.
bool asks_presence(const istio::StringMatch& match) {
  return match.kind == Kind::Present || (match.kind == Kind::Regex && match.value == "*");
}

/// The value condition; `valid` becomes false when the expression cannot be compiled.
std::optional<StringMatcher> value_matcher(const istio::StringMatch& match, bool& valid) {
  if (asks_presence(match)) return std::nullopt;
  auto compiled = StringMatcher::compile(string_kind(match.kind), match.value);
  valid = valid && compiled.has_value();
  return compiled;
}

PathMatcher path_matcher(const std::optional<istio::StringMatch>& uri, bool ignore_case,
                         bool& valid) {
  if (!uri || uri->kind == Kind::Present) return {};
  const PathMatchKind kind = uri->kind == Kind::Exact    ? PathMatchKind::Exact
                             : uri->kind == Kind::Prefix ? PathMatchKind::Prefix
                                                         : PathMatchKind::Regex;
  const auto compiled = PathMatcher::compile(kind, uri->value, ignore_case);
  valid = valid && compiled.has_value();
  return compiled.value_or(PathMatcher{});
}

/// Envoy keeps host in :authority.
std::string header_name(const std::string& name) {
  return same_header_name(name, "host") ? ":authority" : name;
}

void add_headers(const istio::NamedMatches& from, std::vector<HeaderMatcher>& to, bool& valid) {
  for (const auto& [name, match] : from) {
    to.push_back({header_name(name), value_matcher(match, valid), false});
  }
}

}  // namespace

bool same_header_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&lower](char x, char y) { return lower(x) == lower(y); });
}

std::string replace_matches(const std::string& pattern, const std::string& rewrite,
                            std::string text) {
  const re2::RE2 expression(pattern, re2::RE2::Quiet);
  if (expression.ok()) re2::RE2::GlobalReplace(&text, expression, rewrite);
  return text;
}

Matcher::Block Matcher::translate(const istio::HttpMatch& match) {
  Block block;
  bool valid = true;
  block.route.path = path_matcher(match.uri, match.ignore_uri_case, valid);
  std::vector<HeaderMatcher>& headers = block.route.headers;
  if (match.method) headers.push_back({":method", value_matcher(*match.method, valid), false});
  if (match.authority) {
    headers.push_back({":authority", value_matcher(*match.authority, valid), false});
  }
  if (match.scheme) headers.push_back({":scheme", value_matcher(*match.scheme, valid), false});
  add_headers(match.headers, headers, valid);
  add_headers(match.without_headers, block.without, valid);
  for (const auto& [name, value] : match.query_params) {
    block.route.query.push_back({name, value_matcher(value, valid)});
  }
  block.never = !valid;
  return block;
}

Matcher::Block Matcher::translate(const HandlerSpec& handler) {
  istio::HttpMatch match;
  match.uri = handler.path;
  match.method = handler.method;
  match.headers = handler.headers;
  return translate(match);
}

bool Matcher::matches(const Block& block, const RequestTemplate& request, std::string_view scheme) {
  if (block.never) return false;
  std::vector<std::pair<std::string, std::string>> headers{{":method", request.method},
                                                           {":authority", request.authority},
                                                           {":scheme", std::string(scheme)},
                                                           {":path", request.path}};
  headers.insert(headers.end(), request.headers.begin(), request.headers.end());
  if (!block.route.matches(request.path, headers)) return false;
  return std::none_of(block.without.begin(), block.without.end(), [&](const HeaderMatcher& m) {
    const std::optional<std::string> value = header_value(headers, m.name);
    return m.value ? m.value->matches(value.value_or("")) : value.has_value();
  });
}

bool Matcher::matches(const istio::HttpMatch& match, const RequestTemplate& request,
                      std::string_view scheme) {
  const auto [slot, is_new] = blocks_.try_emplace(&match);
  if (is_new) slot->second = translate(match);
  return matches(slot->second, request, scheme);
}

bool Matcher::matches(const HandlerSpec& handler, const RequestTemplate& request) {
  const auto [slot, is_new] = blocks_.try_emplace(&handler);
  if (is_new) slot->second = translate(handler);
  return matches(slot->second, request, "http");
}

bool is_catch_all(const istio::HttpMatch& match) {
  if (match.method || match.authority || match.scheme || !match.headers.empty() ||
      !match.without_headers.empty() || !match.query_params.empty()) {
    return false;
  }
  return !match.uri || match.uri->kind == Kind::Present ||
         (match.uri->kind == Kind::Prefix && match.uri->value == "/") ||
         (match.uri->kind == Kind::Regex && match.uri->value == ".*");
}

}  // namespace mesh
