// Reads what an EnvoyFilter merges into routes and virtual hosts.
#include "libmesh/policy/retry_on.h"
#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

// ---- retries ------------------------------------------------------------------------------------

const Table<RetryPatch>& backoff_table() {
  static const Table<RetryPatch> table(
      "RetryBackOff", "Waiting times between tries.",
      {simulated("base_interval", &RetryPatch::backoff_base, positive_duration(), "25ms",
                 "First window."),
       simulated("max_interval", &RetryPatch::backoff_max, positive_duration(), "10 times the base",
                 "Largest window.")});
  return table;
}

const Table<ResetHeaderName>& reset_header_table() {
  static const Table<ResetHeaderName> table(
      "ResetHeader", "An answer's header that names a waiting time.",
      {required("name", &ResetHeaderName::name, text(), "Its name."),
       simulated("format", &ResetHeaderName::format,
                 one_of<ResetHeaderFormat>({{"SECONDS", ResetHeaderFormat::Seconds},
                                            {"UNIX_TIMESTAMP", ResetHeaderFormat::UnixTimestamp}}),
                 "SECONDS", "How it is written.")});
  return table;
}

const Table<RetryPatch>& limited_backoff_table() {
  static const Table<RetryPatch> table(
      "RateLimitedRetryBackOff", "Waiting times that answers name.",
      {simulated("reset_headers", &RetryPatch::reset_headers, list(message(reset_header_table)), "",
                 "Headers, tried in order.")
           .as_required(),
       simulated("max_interval", &RetryPatch::reset_max_interval, positive_duration(), "300s",
                 "Longer ones are not obeyed.")});
  return table;
}

struct ExactForm {
  std::optional<std::string> exact;
};
const Table<ExactForm>& exact_table() {
  static const Table<ExactForm> table(
      "StringMatcher", "A value.",
      {simulated("exact", &ExactForm::exact, any_text(), "", "Equal to it.")});
  return table;
}

struct HeaderForm {
  std::string name;
  std::optional<std::string> exact;
  bool present = false;
};
const Table<HeaderForm>& header_table() {
  const auto exact = [](HeaderForm& h) -> auto& { return h.exact; };
  static const Table<HeaderForm> table(
      "HeaderMatcher", "A header.",
      {required("name", &HeaderForm::name, text(), "Its name."),
       simulated("exact_match", exact, any_text(), "", "Equal to it."),
       simulated("string_match", exact,
                 custom<std::optional<std::string>>(
                     {.kind = Shape::Kind::Object,
                      .table = []() -> const TableInfo& { return exact_table().info(); }},
                     [](const YamlNode& node, const Reading& at, std::optional<std::string>& out) {
                       ExactForm form;
                       if (!message(exact_table).read(node, at, form)) return false;
                       out = form.exact;
                       return true;
                     }),
                 "", "Equal to it."),
       simulated("present_match", &HeaderForm::present, boolean(), "", "It is there.")});
  return table;
}

Reader<RetriableHeader> retriable_header() {
  Reader<HeaderForm> form = message(header_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, RetriableHeader& out) {
            HeaderForm read;
            if (!form.read(node, at, read)) return false;
            out = {read.name, read.exact};
            return true;
          }};
}

/// Names of extensions in a list of {name, typed_config}.
std::vector<std::string> extension_names(const YamlNode& list) {
  std::vector<std::string> names;
  for (const YamlNode& item : list.items) {
    const YamlNode* name = item.find("name");
    names.push_back(name == nullptr ? "" : name->scalar);
  }
  return names;
}

Reader<bool> host_predicates() {
  return {any().shape, [](const YamlNode& node, const Reading& at, bool& out) {
            for (const std::string& name : extension_names(node)) {
              if (name == "envoy.retry_host_predicates.previous_hosts") {
                out = true;
              } else {
                at.warning(code::not_simulated, node, "\"" + name + "\" is not simulated");
              }
            }
            return true;
          }};
}

void check_retries(const YamlNode& node, const Reading& at, RetryPatch& retry) {
  const std::string conditions = retry.retry_on.value_or("");
  for (const std::string_view word : parse_retry_on(conditions).unknown) {
    at.field("retry_on")
        .warning(code::unknown_word, child_or_self(node, "retry_on"),
                 "\"" + std::string(word) + "\" is no condition: Envoy ignores it");
  }
  const Duration base = retry.backoff_base.value_or(milliseconds(25));
  if (retry.backoff_max && *retry.backoff_max < base) {
    at.error(code::invalid_retries, node,
             "max_interval is below base_interval: Envoy refuses the route");
  }
}

const Table<RetryPatch>& retry_patch_table() {
  using R = RetryPatch;
  static const Table<R> table(
      "RetryPolicy", "Retries of a route; lists are added to istiod's.",
      {
          simulated("retry_on", &R::retry_on, text(), "istiod's", "Conditions."),
          simulated("num_retries", &R::num_retries, integer<std::uint32_t>(), "istiod's",
                    "Tries after the first."),
          simulated("per_try_timeout", &R::per_try_timeout, duration(), "none", "Of one try."),
          simulated("per_try_idle_timeout", &R::per_try_idle_timeout, duration(), "none",
                    "Of a try on which nothing moves."),
          simulated("retry_back_off", itself, message(backoff_table), "", "Waiting times."),
          simulated("rate_limited_retry_back_off", itself, message(limited_backoff_table), "",
                    "Waiting times that answers name."),
          simulated("retriable_status_codes", &R::status_codes,
                    list(integer<std::uint16_t>(100, 599)), "", "Of retriable-status-codes."),
          simulated("retriable_headers", &R::retriable_headers, list(retriable_header()), "",
                    "Of retriable-headers."),
          simulated("host_selection_retry_max_attempts", &R::host_selection_attempts,
                    integer<std::uint32_t>(), "5", "Picks until a host is taken."),
          simulated("retry_host_predicate", &R::previous_hosts, host_predicates(), "",
                    "Which hosts are not tried again."),
          reported("retry_priority", any(), "Priorities of retries.", Severity::Warning),
          reported("retriable_request_headers", any(), "Which requests are retried.",
                   Severity::Warning),
          reported("retry_options_predicates", any(), "Extensions.", Severity::Warning),
      },
      check_retries);
  return table;
}

// ---- rate limit actions -------------------------------------------------------------------------

struct GenericKeyForm {
  std::string value, key = "generic_key";
};
const Table<GenericKeyForm>& generic_key_table() {
  static const Table<GenericKeyForm> table(
      "GenericKey", "The same for all.",
      {required("descriptor_value", &GenericKeyForm::value, text(), "Value of the entry."),
       simulated("descriptor_key", &GenericKeyForm::key, text(), "generic_key",
                 "Key of the entry.")});
  return table;
}

const Table<RateAction>& request_header_table() {
  static const Table<RateAction> table(
      "RequestHeaders", "The value of a header.",
      {required("header_name", &RateAction::header, text(), "Its name."),
       required("descriptor_key", &RateAction::key, text(), "Key of the entry."),
       simulated("skip_if_absent", &RateAction::skip_if_absent, boolean(), "false",
                 "Go on without the entry.")});
  return table;
}

Reader<RateAction> generic_key() {
  Reader<GenericKeyForm> form = message(generic_key_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, RateAction& out) {
            GenericKeyForm read;
            if (!form.read(node, at, read)) return false;
            out = {.kind = RateAction::Kind::GenericKey, .key = read.key, .value = read.value};
            return true;
          }};
}

Reader<RateAction> request_headers() {
  Reader<RateAction> form = message(request_header_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, RateAction& out) {
            out.kind = RateAction::Kind::RequestHeader;
            return form.read(node, at, out);
          }};
}

const Table<RateAction>& rate_action_table() {
  static const Table<RateAction> table(
      "Action", "An entry of the descriptor.",
      {simulated("generic_key", itself, generic_key(), "", "The same for all."),
       simulated("request_headers", itself, request_headers(), "", "The value of a header.")},
      [](const YamlNode& node, const Reading& at, RateAction& action) {
        if (action.key.empty()) {
          at.warning(code::not_simulated, node, "no action that is simulated: it adds nothing");
        }
      });
  return table;
}

struct RateLimitForm {
  RateLimitActions actions;
};
const Table<RateLimitForm>& rate_limit_table() {
  static const Table<RateLimitForm> table(
      "RateLimit", "A descriptor of the requests.",
      {simulated("actions", &RateLimitForm::actions, list(message(rate_action_table)), "",
                 "Its entries.")
           .as_required(),
       reported("stage", any(), "Which filter looks at it.").with_default("0"),
       reported("disable_key", any(), "Switched off by the runtime."),
       reported("limit", any(), "An own limit.", Severity::Warning)});
  return table;
}

Reader<std::vector<RateLimitActions>> rate_limits() {
  Reader<std::vector<RateLimitForm>> forms = list(message(rate_limit_table));
  return {forms.shape,
          [forms](const YamlNode& node, const Reading& at, std::vector<RateLimitActions>& out) {
            std::vector<RateLimitForm> read;
            if (!forms.read(node, at, read)) return false;
            for (RateLimitForm& form : read) out.push_back(std::move(form.actions));
            return true;
          }};
}

// ---- routes -------------------------------------------------------------------------------------

Reader<RoutePatch> per_filter_config() {
  const Shape shape{.kind = Shape::Kind::Map, .of = {Shape{}}};
  return {shape, [](const YamlNode& node, const Reading& at, RoutePatch& out) {
            if (node.kind != YamlNode::Kind::Mapping) {
              at.wrong_type(node, "a mapping of filters");
              return false;
            }
            for (const auto& [key, value] : node.entries) {
              const Reading here = at.field(key.scalar);
              const TypedMessage typed = typed_message(value);
              if (typed.type == "LocalRateLimit") {
                LocalRateLimit limit;
                if (message(local_rate_limit_table).read(typed.value, here, limit)) {
                  out.rate_limit = std::move(limit);
                }
              } else {
                here.warning(code::not_simulated, key, typed.type + " is not simulated");
              }
            }
            return true;
          }};
}

const Table<RoutePatch>& hedge_table() {
  static const Table<RoutePatch> table(
      "HedgePolicy", "More than one try at once.",
      {simulated("hedge_on_per_try_timeout", &RoutePatch::hedge_on_per_try_timeout, boolean(),
                 "false", "A slow try goes on beside the next."),
       no_effect("initial_requests", any(), "Envoy does not implement it."),
       no_effect("additional_request_chance", any(), "Envoy does not implement it.")});
  return table;
}

const Table<RoutePatch>& route_action_table() {
  static const Table<RoutePatch> table(
      "RouteAction", "How requests are forwarded.",
      {simulated("timeout", &RoutePatch::timeout, duration(), "istiod's", "Of the whole request."),
       simulated("retry_policy", &RoutePatch::retry, message(retry_patch_table), "istiod's",
                 "Retries."),
       simulated("hedge_policy", itself, message(hedge_table), "", "More than one try at once."),
       simulated("rate_limits", &RoutePatch::rate_limits, rate_limits(), "",
                 "Descriptors of the requests."),
       no_effect("metadata_match", any(), "Endpoints from istiod have no metadata to match.")});
  return table;
}

}  // namespace

const Table<RoutePatch>& route_patch_table() {
  static const Table<RoutePatch> table(
      "Route", "What a patch may change of a route.",
      {simulated("route", itself, message(route_action_table), "", "How requests are forwarded."),
       simulated("typed_per_filter_config", itself, per_filter_config(), "",
                 "Filters of this route alone."),
       no_effect("response_headers_to_add", any(), "Nobody looks at them."),
       no_effect("response_headers_to_remove", any(), "Nobody looks at them."),
       no_effect("tracing", any(), "Traces."), no_effect("decorator", any(), "Traces."),
       no_effect("stat_prefix", any(), "Statistics."),
       no_effect("metadata", any(), "For others.")});
  return table;
}

const Table<RoutePatch>& virtual_host_patch_table() {
  static const Table<RoutePatch> table(
      "VirtualHost", "What a patch may change of a virtual host.",
      {simulated("rate_limits", &RoutePatch::rate_limits, rate_limits(), "",
                 "Descriptors of the requests."),
       simulated("typed_per_filter_config", itself, per_filter_config(), "",
                 "Filters of these routes alone."),
       simulated("retry_policy", &RoutePatch::retry, message(retry_patch_table), "",
                 "Of routes without one."),
       no_effect("response_headers_to_add", any(), "Nobody looks at them."),
       no_effect("response_headers_to_remove", any(), "Nobody looks at them.")});
  return table;
}

}  // namespace mesh::istio
