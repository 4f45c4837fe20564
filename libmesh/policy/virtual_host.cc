// Domain look-up.
#include "libmesh/policy/virtual_host.h"

#include <algorithm>

namespace mesh {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

VirtualHosts::VirtualHosts(std::span<const Domain> domains) {
  for (const Domain& domain : domains) {
    const std::string text = lower(domain.text);
    const std::uint32_t id = domain.virtual_host;
    if (text == "*") {
      if (!any_) any_ = id;
    } else if (text.starts_with('*')) {
      suffixes_.push_back({text.substr(1), id});
    } else if (text.ends_with('*')) {
      prefixes_.push_back({text.substr(0, text.size() - 1), id});
    } else {
      exact_.push_back({text, id});
    }
  }
  const auto longest_first = [](const Pattern& a, const Pattern& b) {
    return a.text.size() > b.text.size();
  };
  std::stable_sort(suffixes_.begin(), suffixes_.end(), longest_first);
  std::stable_sort(prefixes_.begin(), prefixes_.end(), longest_first);
  std::stable_sort(exact_.begin(), exact_.end(),
                   [](const Pattern& a, const Pattern& b) { return a.text < b.text; });
}

std::optional<std::uint32_t> VirtualHosts::find(std::string_view authority) const {
  const std::string host = lower(authority);
  const auto at =
      std::lower_bound(exact_.begin(), exact_.end(), host,
                       [](const Pattern& p, const std::string& h) { return p.text < h; });
  if (at != exact_.end() && at->text == host) return at->virtual_host;
  for (const Pattern& p : suffixes_) {
    if (host.size() > p.text.size() && host.ends_with(p.text)) return p.virtual_host;
  }
  for (const Pattern& p : prefixes_) {
    if (host.size() > p.text.size() && host.starts_with(p.text)) return p.virtual_host;
  }
  return any_;
}

}  // namespace mesh
