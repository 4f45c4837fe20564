// Match blocks of VirtualServices and handlers as Envoy's matchers.
#include "libmesh/plan/match.h"

#include <re2/re2.h>

#include <algorithm>

namespace mesh {
namespace {

using Kind = istio::StringMatch::Kind;

/// An empty StringMatch and the regular expression "*" ask for presence only.
bool asks_presence(const istio::StringMatch& match) {
  return match.kind == Kind::Present || (match.kind == Kind::Regex && match.value == "*");
}

std::optional<TextCondition> value_condition(const istio::StringMatch& match) {
  if (asks_presence(match)) return std::nullopt;
  return TextCondition{string_kind(match.kind), match.value};
}

/// Envoy keeps host in :authority.
std::string header_name(const std::string& name) {
  return same_header_name(name, "host") ? ":authority" : name;
}

/// The compiled value; `valid` becomes false when the expression cannot be.
std::optional<StringMatcher> value_matcher(const NamedCondition& condition, bool& valid) {
  if (!condition.value) return std::nullopt;
  auto compiled = StringMatcher::compile(condition.value->kind, condition.value->text);
  valid = valid && compiled.has_value();
  return compiled;
}

}  // namespace

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

bool same_header_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&lower](char x, char y) { return lower(x) == lower(y); });
}

bool has_match(const std::string& pattern, const std::string& text) {
  const re2::RE2 expression(pattern, re2::RE2::Quiet);
  return expression.ok() && re2::RE2::PartialMatch(text, expression);
}

std::string replace_matches(const std::string& pattern, const std::string& rewrite,
                            std::string text) {
  const re2::RE2 expression(pattern, re2::RE2::Quiet);
  if (expression.ok()) re2::RE2::GlobalReplace(&text, expression, rewrite);
  return text;
}

RouteConditions conditions_of(const istio::HttpMatch& match) {
  RouteConditions conditions;
  if (match.uri && match.uri->kind != Kind::Present) {
    conditions.path_kind = match.uri->kind == Kind::Exact    ? PathMatchKind::Exact
                           : match.uri->kind == Kind::Prefix ? PathMatchKind::Prefix
                                                             : PathMatchKind::Regex;
    conditions.path = match.uri->value;
    conditions.ignore_case = match.ignore_uri_case;
  }
  for (const auto& [name, value] : match.headers) {
    conditions.headers.push_back({header_name(name), value_condition(value)});
  }
  for (const auto& [name, value] : match.without_headers) {
    std::optional<TextCondition> condition = value_condition(value);
    const bool has_value = condition.has_value();
    conditions.headers.push_back({header_name(name), std::move(condition), true, has_value});
  }
  const auto pseudo = [&](const char* name, const std::optional<istio::StringMatch>& value) {
    if (value) conditions.headers.push_back({name, value_condition(*value)});
  };
  pseudo(":method", match.method);
  pseudo(":authority", match.authority);
  pseudo(":scheme", match.scheme);
  for (const auto& [name, value] : match.query_params) {
    conditions.query.push_back({name, value_condition(value)});
  }
  return conditions;
}

Matcher::Block Matcher::compiled(const RouteConditions& conditions) {
  Block block;
  const auto path =
      PathMatcher::compile(conditions.path_kind, conditions.path, conditions.ignore_case);
  bool valid = path.has_value();
  if (path) block.route.path = *path;
  for (const NamedCondition& header : conditions.headers) {
    block.route.headers.push_back(
        {header.name, value_matcher(header, valid), header.invert, header.missing_is_empty});
  }
  for (const NamedCondition& parameter : conditions.query) {
    block.route.query.push_back({parameter.name, value_matcher(parameter, valid)});
  }
  block.never = !valid;
  return block;
}

Matcher::Block Matcher::compiled(const HandlerSpec& handler) {
  istio::HttpMatch match;
  match.uri = handler.path;
  match.method = handler.method;
  match.headers = handler.headers;
  return compiled(conditions_of(match));
}

bool Matcher::matches(const Block& block, const RequestTemplate& request, std::string_view scheme) {
  if (block.never) return false;
  std::vector<std::pair<std::string, std::string>> headers{{":method", request.method},
                                                           {":authority", request.authority},
                                                           {":scheme", std::string(scheme)},
                                                           {":path", request.path}};
  headers.insert(headers.end(), request.headers.begin(), request.headers.end());
  return block.route.matches(request.path, headers);
}

bool Matcher::matches(const istio::HttpMatch& match, const RequestTemplate& request,
                      std::string_view scheme) {
  const auto [slot, is_new] = blocks_.try_emplace(&match);
  if (is_new) slot->second = compiled(conditions_of(match));
  return matches(slot->second, request, scheme);
}

bool Matcher::matches(const HandlerSpec& handler, const RequestTemplate& request) {
  const auto [slot, is_new] = blocks_.try_emplace(&handler);
  if (is_new) slot->second = compiled(handler);
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
