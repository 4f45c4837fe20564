// Reads what an HTTP route does with a request: destinations, headers, redirects, rewrites.
#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/name_rules.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

using HeaderPairs = std::vector<std::pair<std::string, std::string>>;

/// What istiod refuses in a header's name (ValidateHTTPHeaderOperationName and its sibling for
/// request set and add, where the authority may be written).
const char* header_problem(const std::string& name, bool may_set_authority) {
  if (name.empty()) return "a header needs a name";
  if (is_authority_header(name)) {
    return may_set_authority ? nullptr : "the host cannot be changed here";
  }
  return name[0] == ':' ? "pseudo headers cannot be changed" : nullptr;
}

Reader<HeaderPairs> header_pairs(bool may_set_authority) {
  Reader<HeaderPairs> reader = pairs(text());
  return {reader.shape,
          [reader, may_set_authority](const YamlNode& node, const Reading& at, HeaderPairs& out) {
            if (!reader.read(node, at, out)) return false;
            for (const auto& [key, value] : node.entries) {
              const Reading here = at.field(key.scalar);
              const char* problem = header_problem(key.scalar, may_set_authority);
              if (problem != nullptr) here.error(code::invalid_headers, key, problem);
              if (!is_header_format(value.scalar)) {
                here.error(code::invalid_headers, value,
                           "\"" + value.scalar + "\" is not a header value of Envoy",
                           "write a literal % twice: %%");
              }
            }
            return true;
          }};
}

Reader<std::vector<std::string>> header_names() {
  Reader<std::vector<std::string>> reader = list(text());
  return {reader.shape,
          [reader](const YamlNode& node, const Reading& at, std::vector<std::string>& out) {
            if (!reader.read(node, at, out)) return false;
            for (std::size_t i = 0; i < node.items.size(); ++i) {
              const char* problem = header_problem(node.items[i].scalar, false);
              if (problem != nullptr) {
                at.item(i).error(code::invalid_headers, node.items[i], problem);
              }
            }
            return true;
          }};
}

const Table<HeaderOperations>& request_headers_table() {
  static const Table<HeaderOperations> table(
      "RequestHeaderOperations", "Changes of the request's headers.",
      {
          simulated("set", &HeaderOperations::request_set, header_pairs(true), "", "Overwrites."),
          simulated("add", &HeaderOperations::request_add, header_pairs(true), "", "Appends."),
          simulated("remove", &HeaderOperations::request_remove, header_names(), "", "Removes."),
      });
  return table;
}

const Table<HeaderOperations>& response_headers_table() {
  static const Table<HeaderOperations> table(
      "ResponseHeaderOperations", "Changes of the response's headers.",
      {
          no_effect("set", &HeaderOperations::response_set, header_pairs(false), "Overwrites."),
          no_effect("add", &HeaderOperations::response_add, header_pairs(false), "Appends."),
          no_effect("remove", &HeaderOperations::response_remove, header_names(), "Removes."),
      });
  return table;
}

void check_http_status(const YamlNode& node, const Reading& at, std::uint32_t status) {
  if (status >= 200 && status <= 600) return;  // istiod's own bounds (validateHTTPStatus)
  at.error(code::invalid_route, node,
           "HTTP status must lie between 200 and 599, got " + std::to_string(status));
}

const Table<DirectResponse>& body_table() {
  static const Table<DirectResponse> table(
      "HTTPBody", "The text of an answer.",
      {
          simulated("string", &DirectResponse::body, text(), "", "As text."),
          simulated("bytes", &DirectResponse::body, text(), "", "Base64."),
      },
      [](const YamlNode& node, const Reading& at, DirectResponse& response) {
        constexpr std::size_t mebibyte = 1u << 20, kibibyte = 1u << 10;
        if (node.entries.size() > 1) {
          at.error(code::exclusive_fields, node, "only one of string, bytes may be set");
        }
        if (response.body.size() > mebibyte) {
          at.error(code::invalid_route, node, "a body must be smaller than 1 MiB");
        } else if (response.body.size() > 100 * kibibyte) {
          at.warning(code::surprising, node, "a large body burdens the control plane");
        }
      });
  return table;
}

const Table<Rewrite>& regex_rewrite_table() {
  static const Table<Rewrite> table(
      "RegexRewrite", "Replaces parts of the path.",
      {
          simulated("match", &Rewrite::regex_match, text(), "", "RE2 expression."),
          simulated("rewrite", &Rewrite::regex_rewrite, text(), "", "Replacement; \\1 is a group."),
      },
      [](const YamlNode& node, const Reading& at, Rewrite& rewrite) {
        if (rewrite.regex_match.empty() || rewrite.regex_rewrite.empty()) {
          at.error(code::missing_field, node, "match and rewrite are required");
          return;
        }
        const std::string problem = regex_problem(rewrite.regex_match);
        if (!problem.empty()) {
          at.field("match").error(code::invalid_match, child_or_self(node, "match"), problem,
                                  "Istio takes RE2 syntax");
        }
      });
  return table;
}

void check_redirect(const YamlNode& node, const Reading& at, Redirect& redirect) {
  if (node.find("port") != nullptr && node.find("derivePort") != nullptr) {
    at.error(code::exclusive_fields, node, "only one of port, derivePort may be set");
  }
  const bool has_port = node.find("port") != nullptr || node.find("derivePort") != nullptr;
  const bool has_scheme = node.find("scheme") != nullptr;
  if (redirect.uri.empty() && redirect.authority.empty() && !has_scheme && !has_port) {
    at.error(code::one_needed, node, "a redirect needs uri, authority, scheme or port");
  }
  const YamlNode& status = child_or_self(node, "redirectCode");
  if (redirect.code == 0) redirect.code = 301;
  if (redirect.code < 300 || redirect.code > 399) {
    at.field("redirectCode")
        .error(code::invalid_route, status,
               "must be a 3xx code, got " + std::to_string(redirect.code));
  } else if ((redirect.code > 303 && redirect.code < 307) || redirect.code > 308 ||
             redirect.code == 300) {
    at.field("redirectCode")
        .warning(code::surprising, status,
                 "Istio sends 301 in place of " + std::to_string(redirect.code),
                 "codes that it knows: 301, 302, 303, 307, 308");
    redirect.code = 301;
  }
}

}  // namespace

const Table<HeaderOperations>& headers_table() {
  static const Table<HeaderOperations> table(
      "Headers", "Changes of headers.",
      {
          simulated("request", itself, object(request_headers_table), "", "On the way there."),
          no_effect("response", itself, object(response_headers_table),
                    "On the way back; nobody in a run looks at it."),
      });
  return table;
}

const Table<Destination>& destination_table() {
  static const Table<Destination> table(
      "Destination", "A service, its subset and port.",
      {
          required("host", &Destination::host, text(), "Name of the service."),
          simulated("subset", &Destination::subset, text(), "", "Subset of its DestinationRule."),
          simulated("port", &Destination::port, port_selector(), "its only port", "Port."),
      },
      [](const YamlNode& node, const Reading& at, Destination& destination) {
        check_host(at, node, destination.host, false);
        if (!destination.subset.empty() && !is_istio_dns_label(destination.subset)) {
          at.field("subset").error(code::invalid_name, child_or_self(node, "subset"),
                                   "\"" + destination.subset + "\" is not the name of a subset");
        }
      });
  return table;
}

const Table<RouteDestination>& route_destination_table() {
  static const Table<RouteDestination> table(
      "HTTPRouteDestination", "A destination with its share of the requests.",
      {
          required("destination", &RouteDestination::destination, object(destination_table),
                   "Where to."),
          simulated("weight", &RouteDestination::weight, weight(), "0",
                    "Share among the weights; alone it counts as all."),
          simulated("headers", &RouteDestination::headers, object(headers_table), "",
                    "Changes of headers."),
      },
      [](const YamlNode& node, const Reading&, RouteDestination& route) {
        route.weight_set = node.find("weight") != nullptr;
      });
  return table;
}

const Table<Redirect>& redirect_table() {
  static const Table<Redirect> table(
      "HTTPRedirect", "Answers with another address.",
      {
          simulated("uri", &Redirect::uri, text(), "", "Path of the new address."),
          simulated("authority", &Redirect::authority, text(), "", "Host of the new address."),
          simulated("port", &Redirect::port, optional_port_number(), "",
                    "Port of the new address."),
          no_effect("derivePort", word({"FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"}),
                    "Port of the new address."),
          simulated("scheme", &Redirect::scheme, word({"http", "https"}), "",
                    "Scheme of the new address."),
          simulated("redirectCode", &Redirect::code, integer<std::uint32_t>(0), "301",
                    "Status of the answer."),
          no_effect("prefixRewrite", text(), "Path of the new address (since 1.31)."),
      },
      check_redirect);
  return table;
}

const Table<DirectResponse>& direct_response_table() {
  static const Table<DirectResponse> table(
      "HTTPDirectResponse", "Answers at once.",
      {
          required("status", &DirectResponse::status, integer<std::uint32_t>(0), "Status."),
          simulated("body", itself, object(body_table), "", "Text of the answer."),
      },
      [](const YamlNode& node, const Reading& at, DirectResponse& response) {
        if (node.find("status") == nullptr) return;
        check_http_status(child_or_self(node, "status"), at.field("status"), response.status);
      });
  return table;
}

const Table<Rewrite>& rewrite_table() {
  static const Table<Rewrite> table(
      "HTTPRewrite", "Changes path and host before the request goes on.",
      {
          simulated("uri", &Rewrite::uri, text(), "", "Replaces the matched prefix or path."),
          simulated("authority", &Rewrite::authority, text(), "", "Replaces the host."),
          simulated("uriRegexRewrite", itself, object(regex_rewrite_table), "",
                    "Replaces parts of the path."),
      },
      [](const YamlNode& node, const Reading& at, Rewrite& rewrite) {
        const bool regex = node.find("uriRegexRewrite") != nullptr;
        if (!rewrite.uri.empty() && regex) {
          at.error(code::exclusive_fields, node, "only one of uri, uriRegexRewrite may be set");
        }
        if (rewrite.uri.empty() && rewrite.authority.empty() && !regex) {
          at.error(code::one_needed, node, "a rewrite needs uri, uriRegexRewrite or authority");
        }
      });
  return table;
}

}  // namespace mesh::istio
