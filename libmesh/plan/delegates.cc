// VirtualServices that delegate part of their routes to others.
#include "libmesh/plan/delegates.h"

#include <algorithm>
#include <optional>

#include "libmesh/plan/names.h"
#include "libmesh/plan/registry.h"

namespace mesh {
namespace {

/// Both conditions at once; nothing when they contradict each other.
bool combine_text(std::optional<istio::StringMatch>& of_delegate,
                  const std::optional<istio::StringMatch>& of_root) {
  if (!of_root) return true;
  if (!of_delegate) {
    of_delegate = of_root;
    return true;
  }
  using Kind = istio::StringMatch::Kind;
  const bool narrows = of_root->kind == Kind::Prefix && of_delegate->kind != Kind::Regex &&
                       of_delegate->value.starts_with(of_root->value);
  return narrows || *of_root == *of_delegate;
}

bool combine_named(istio::NamedMatches& of_delegate, const istio::NamedMatches& of_root) {
  for (const auto& [name, match] : of_root) {
    const auto same =
        std::find_if(of_delegate.begin(), of_delegate.end(),
                     [&name = name](const auto& entry) { return entry.first == name; });
    if (same == of_delegate.end()) {
      of_delegate.emplace_back(name, match);
    } else if (same->second != match) {
      return false;
    }
  }
  return true;
}

std::string joined_name(const std::string& root, const std::string& delegate) {
  if (root.empty() || delegate.empty()) return root + delegate;
  return root + "-" + delegate;
}

std::optional<istio::HttpMatch> combine(const istio::HttpMatch& root, istio::HttpMatch delegate) {
  delegate.name = joined_name(root.name, delegate.name);
  const bool texts_agree = combine_text(delegate.uri, root.uri) &&
                           combine_text(delegate.scheme, root.scheme) &&
                           combine_text(delegate.method, root.method) &&
                           combine_text(delegate.authority, root.authority);
  if (!texts_agree || !combine_named(delegate.headers, root.headers) ||
      !combine_named(delegate.without_headers, root.without_headers) ||
      !combine_named(delegate.query_params, root.query_params)) {
    return std::nullopt;
  }
  if (root.port != 0 && delegate.port != 0 && root.port != delegate.port) return std::nullopt;
  if (root.port != 0) delegate.port = root.port;
  for (const auto& [key, value] : root.source_labels) {
    if (!delegate.source_labels.emplace(key, value).second &&
        delegate.source_labels.at(key) != value) {
      return std::nullopt;
    }
  }
  if (!root.source_namespace.empty()) {
    if (!delegate.source_namespace.empty() && delegate.source_namespace != root.source_namespace) {
      return std::nullopt;
    }
    delegate.source_namespace = root.source_namespace;
  }
  delegate.gateways = root.gateways;  // a delegate may not name any
  return delegate;
}

std::optional<istio::HttpRoute> combine(const istio::HttpRoute& root, istio::HttpRoute delegate) {
  delegate.name = joined_name(root.name, delegate.name);
  if (delegate.match.empty()) {
    delegate.match = root.match;
  } else if (!root.match.empty()) {
    std::vector<istio::HttpMatch> both;
    for (const istio::HttpMatch& outer : root.match) {
      for (const istio::HttpMatch& inner : delegate.match) {
        if (auto match = combine(outer, inner)) both.push_back(std::move(*match));
      }
    }
    if (both.empty()) return std::nullopt;
    delegate.match = std::move(both);
  }
  if (!delegate.rewrite) delegate.rewrite = root.rewrite;
  if (!delegate.direct_response) delegate.direct_response = root.direct_response;
  if (!delegate.timeout) delegate.timeout = root.timeout;
  if (!delegate.retries) delegate.retries = root.retries;
  if (!delegate.fault) delegate.fault = root.fault;
  if (!delegate.cors) delegate.cors = root.cors;
  if (delegate.mirrors.empty()) delegate.mirrors = root.mirrors;
  if (delegate.headers == istio::HeaderOperations{}) delegate.headers = root.headers;
  return delegate;
}

/// Short hosts of a delegate belong to the delegate's namespace.
void qualify_hosts(istio::HttpRoute& route, const std::string& name_space) {
  for (istio::RouteDestination& destination : route.route) {
    std::string& host = destination.destination.host;
    host = resolve_short_name(host, name_space);
  }
  for (istio::Mirror& mirror : route.mirrors) {
    mirror.destination.host = resolve_short_name(mirror.destination.host, name_space);
  }
}

}  // namespace

std::vector<const istio::VirtualService*> with_delegates(
    const std::vector<const istio::VirtualService*>& by_age,
    std::deque<istio::VirtualService>& storage) {
  const auto find = [&by_age](const std::string& name, const std::string& space) {
    const auto found = std::find_if(by_age.begin(), by_age.end(), [&](const auto* spec) {
      return spec->hosts.empty() && spec->metadata.name == name &&
             spec->metadata.name_space == space;
    });
    return found == by_age.end() ? nullptr : *found;
  };
  std::vector<const istio::VirtualService*> roots;
  for (const istio::VirtualService* spec : by_age) {
    if (spec->hosts.empty()) continue;
    const bool delegates = std::any_of(spec->http.begin(), spec->http.end(),
                                       [](const auto& http) { return http.delegate.has_value(); });
    if (!delegates) {
      roots.push_back(spec);
      continue;
    }
    istio::VirtualService merged = *spec;
    merged.http.clear();
    for (const istio::HttpRoute& http : spec->http) {
      if (!http.delegate) {
        merged.http.push_back(http);
        continue;
      }
      const std::string& own = spec->metadata.name_space;
      const std::string& space =
          http.delegate->name_space.empty() ? own : http.delegate->name_space;
      const istio::VirtualService* delegate = find(http.delegate->name, space);
      if (delegate == nullptr || !exported_to(delegate->export_to, space, own)) continue;
      for (istio::HttpRoute route : delegate->http) {
        qualify_hosts(route, space);
        if (auto both = combine(http, std::move(route))) merged.http.push_back(std::move(*both));
      }
    }
    storage.push_back(std::move(merged));
    roots.push_back(&storage.back());
  }
  return roots;
}

}  // namespace mesh
