// Reads the HTTP filters that EnvoyFilters may insert.
#include "libmesh/policy/grpc_status.h"
#include "libmesh/spec/istio/envoy_tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

// ---- local rate limit ---------------------------------------------------------------------------

const Table<TokenBucketConfig>& token_bucket_table() {
  using B = TokenBucketConfig;
  static const Table<B> table(
      "TokenBucket", "Tokens that requests take, refilled continuously.",
      {
          simulated("max_tokens", &B::max_tokens, integer<std::uint32_t>(1), "", "When full.")
              .as_required(),
          simulated("tokens_per_fill", &B::tokens_per_fill, integer<std::uint32_t>(1), "1",
                    "Tokens for each interval."),
          simulated("fill_interval", &B::fill_interval, positive_duration(), "", "The interval.")
              .as_required(),
      },
      [](const YamlNode& node, const Reading& at, B& bucket) {
        // local_ratelimit_impl.cc refuses shorter ones.
        if (bucket.fill_interval < milliseconds(50)) {
          at.field("fill_interval")
              .error(code::invalid_duration, child_or_self(node, "fill_interval"),
                     "must be at least 50ms: Envoy refuses it");
        }
      });
  return table;
}

const Table<DescriptorEntry>& descriptor_entry_table() {
  static const Table<DescriptorEntry> table(
      "Entry", "Part of a descriptor.",
      {required("key", &DescriptorEntry::key, text(), "Name."),
       simulated("value", &DescriptorEntry::value, text(), "any", "Value.")});
  return table;
}

const Table<RateDescriptor>& descriptor_table() {
  static const Table<RateDescriptor> table(
      "LocalRateLimitDescriptor", "A bucket for requests with these entries.",
      {simulated("entries", &RateDescriptor::entries, list(message(descriptor_entry_table)), "",
                 "All of them.")
           .as_required(),
       simulated("token_bucket", &RateDescriptor::bucket, message(token_bucket_table), "",
                 "Its tokens.")
           .as_required()});
  return table;
}

struct StatusForm {
  std::uint32_t code = 200;
};
const Table<StatusForm>& status_table() {
  static const Table<StatusForm> table(
      "HttpStatus", "A status.",
      {simulated("code", &StatusForm::code, integer<std::uint32_t>(100, 599), "", "Its number.")
           .as_required()});
  return table;
}

/// Statuses below 400 are taken for 429 (source/extensions/filters/http/local_ratelimit/
/// local_ratelimit.h, toErrorCode).
Reader<std::uint16_t> refusal_status() {
  Reader<StatusForm> form = message(status_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, std::uint16_t& out) {
            StatusForm read;
            if (!form.read(node, at, read)) return false;
            out = read.code < 400 ? std::uint16_t{429} : static_cast<std::uint16_t>(read.code);
            return true;
          }};
}

void check_local_rate_limit(const YamlNode& node, const Reading& at, LocalRateLimit& limit) {
  if (!limit.enabled || limit.enabled->numerator == 0) {
    at.warning(code::surprising, node, "limits nothing: filter_enabled is 0 % unless it is set",
               "filter_enabled: {default_value: {numerator: 100}}");
  } else if (!limit.enforced || limit.enforced->numerator == 0) {
    at.warning(code::surprising, node, "refuses nothing: filter_enforced is 0 % unless it is set",
               "filter_enforced: {default_value: {numerator: 100}}");
  }
  if (!limit.bucket && !limit.descriptors.empty()) {
    at.error(code::missing_field, node, "descriptors need a token_bucket beside them");
  }
}

// ---- admission control --------------------------------------------------------------------------

struct SuccessForm {};
const Table<SuccessForm>& success_table() {
  static const Table<SuccessForm> table(
      "SuccessCriteria", "What counts as a success.",
      {reported("http_criteria", any(), "Statuses; without it those below 500.", Severity::Warning),
       reported("grpc_criteria", any(), "gRPC statuses.", Severity::Warning)});
  return table;
}

struct RuntimeCountForm {
  std::uint32_t default_value = 0;
};
const Table<RuntimeCountForm>& runtime_count_table() {
  static const Table<RuntimeCountForm> table(
      "RuntimeUInt32", "A count that Envoy's runtime may replace.",
      {simulated("default_value", &RuntimeCountForm::default_value, integer<std::uint32_t>(), "0",
                 "The count."),
       no_effect("runtime_key", text(), "Runtime values are not set here.")});
  return table;
}
Reader<std::uint32_t> runtime_count() {
  Reader<RuntimeCountForm> form = message(runtime_count_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, std::uint32_t& out) {
            RuntimeCountForm read;
            if (!form.read(node, at, read)) return false;
            out = read.default_value;
            return true;
          }};
}

struct RuntimePercentForm {
  double default_value = 0;
};
const Table<RuntimePercentForm>& runtime_percent_table() {
  static const Table<RuntimePercentForm> table(
      "RuntimePercent", "A percentage that Envoy's runtime may replace.",
      {simulated("default_value", &RuntimePercentForm::default_value, percent_message(), "",
                 "The percentage."),
       no_effect("runtime_key", text(), "Runtime values are not set here.")});
  return table;
}
Reader<double> runtime_percent() {
  Reader<RuntimePercentForm> form = message(runtime_percent_table);
  return {form.shape, [form](const YamlNode& node, const Reading& at, double& out) {
            RuntimePercentForm read;
            if (!form.read(node, at, read)) return false;
            out = read.default_value;
            return true;
          }};
}

// ---- adaptive concurrency -----------------------------------------------------------------------

const Table<GradientConfig>& concurrency_limit_table() {
  using G = GradientConfig;
  static const Table<G> table(
      "ConcurrencyLimitCalculationParams", "How the limit moves.",
      {simulated("max_concurrency_limit", &G::max_concurrency_limit, integer<std::uint32_t>(1),
                 "1000", "Largest limit."),
       simulated("concurrency_update_interval", &G::concurrency_update_interval,
                 positive_duration(), "", "Time between changes.")
           .as_required()});
  return table;
}

const Table<GradientConfig>& min_rtt_table() {
  using G = GradientConfig;
  static const Table<G> table(
      "MinimumRTTCalculationParams", "How the least round trip is measured.",
      {simulated("interval", &G::min_rtt_interval, positive_duration(), "", "Between measurements.")
           .as_required(),
       simulated("request_count", &G::min_rtt_request_count, integer<std::uint32_t>(1), "50",
                 "Requests of a measurement."),
       simulated("jitter", &G::min_rtt_jitter_percent, percent_message(), "15",
                 "Added to the interval at random."),
       simulated("min_concurrency", &G::min_concurrency, integer<std::uint32_t>(1), "3",
                 "Limit meanwhile."),
       simulated("buffer", &G::min_rtt_buffer_percent, percent_message(), "25",
                 "Tolerated above it."),
       reported("fixed_value", any(), "A least round trip that is known.", Severity::Warning)});
  return table;
}

const Table<GradientConfig>& gradient_table() {
  using G = GradientConfig;
  static const Table<G> table(
      "GradientControllerConfig", "The gradient controller.",
      {simulated("sample_aggregate_percentile", &G::sample_percentile, percent_message(), "50",
                 "Percentile of the samples."),
       simulated("concurrency_limit_params", itself, message(concurrency_limit_table), "",
                 "How the limit moves.")
           .as_required(),
       simulated("min_rtt_calc_params", itself, message(min_rtt_table), "",
                 "How the least round trip is measured.")
           .as_required()});
  return table;
}

// ---- faults -------------------------------------------------------------------------------------

/// A field whose presence alone says something.
Reader<bool> present() {
  return {any().shape, [](const YamlNode&, const Reading&, bool& out) {
            out = true;
            return true;
          }};
}

const Table<FaultFilter>& fault_delay_table() {
  const auto policy = [](auto member) {
    return [member](FaultFilter& f) -> auto& { return f.policy.*member; };
  };
  static const Table<FaultFilter> table(
      "FaultDelay", "Delays requests.",
      {simulated("fixed_delay", policy(&FaultPolicy::delay), positive_duration(), "", "How long."),
       simulated("header_delay", &FaultFilter::header_delay, present(), "",
                 "x-envoy-fault-delay-request says how long."),
       simulated("percentage", policy(&FaultPolicy::delay_share), fraction(), "0", "How many.")});
  return table;
}

const Table<FaultFilter>& fault_abort_table() {
  const auto policy = [](auto member) {
    return [member](FaultFilter& f) -> auto& { return f.policy.*member; };
  };
  static const Table<FaultFilter> table(
      "FaultAbort", "Answers in place of the service.",
      {simulated("http_status", policy(&FaultPolicy::abort_code), integer<std::uint16_t>(200, 599),
                 "", "The status."),
       simulated("grpc_status", policy(&FaultPolicy::abort_grpc_status),
                 integer<std::int8_t>(0, 16), "", "The gRPC status."),
       simulated("header_abort", &FaultFilter::header_abort, present(), "",
                 "x-envoy-fault-abort-request says which."),
       simulated("percentage", policy(&FaultPolicy::abort_share), fraction(), "0", "How many.")});
  return table;
}

}  // namespace

const Table<LocalRateLimit>& local_rate_limit_table() {
  using L = LocalRateLimit;
  static const Table<L> table(
      "LocalRateLimit", "Refuses requests that find no token.",
      {
          no_effect("stat_prefix", text(), "Names of statistics."),
          simulated("status", &L::status, refusal_status(), "429", "Of the refusals."),
          simulated("token_bucket", &L::bucket, message(token_bucket_table), "none",
                    "Tokens of the requests that no descriptor matches."),
          simulated("filter_enabled", &L::enabled, runtime_fraction(), "0",
                    "Requests that take a token."),
          simulated("filter_enforced", &L::enforced, runtime_fraction(), "0",
                    "Requests without token that are refused."),
          simulated("descriptors", &L::descriptors, list(message(descriptor_table)), "",
                    "Buckets for some requests."),
          simulated("always_consume_default_token_bucket", &L::always_consume_default, boolean(),
                    "true", "Requests of a descriptor take a token of the others, too."),
          no_effect("response_headers_to_add", any(), "Nobody looks at them."),
          no_effect("enable_x_ratelimit_headers", any(), "Nobody looks at them."),
          no_effect("rate_limited_as_resource_exhausted", any(), "gRPC status of the refusals."),
          no_effect("request_headers_to_add_when_not_enforced", any(), "Marks requests."),
          reported("local_rate_limit_per_downstream_connection", boolean(),
                   "A bucket for each connection.", Severity::Warning)
              .with_default("false"),
          reported("stage", any(), "Which rate_limits count.").with_default("0"),
          reported("rate_limits", any(), "Actions of the filter itself.", Severity::Warning),
          reported("local_cluster_rate_limit", any(), "Shared by all proxies.", Severity::Warning),
          reported("vh_rate_limits", any(), "Rate limits of virtual hosts."),
          reported("max_dynamic_descriptors", any(), "Buckets made on demand."),
      },
      check_local_rate_limit);
  return table;
}

const Table<AdmissionControlConfig>& admission_control_table() {
  using A = AdmissionControlConfig;
  static const Table<A> table(
      "AdmissionControl", "Refuses a share of the requests while many fail.",
      {
          simulated("enabled", Anything{}, any(), "true", "A feature flag of the runtime."),
          part("success_criteria", message(success_table), "What counts as a success."),
          simulated("sampling_window", &A::sampling_window, positive_duration(), "30s",
                    "What is looked back at."),
          simulated("aggression", &A::aggression, runtime_double(), "1", "Form of the curve."),
          simulated("sr_threshold", &A::threshold_percent, runtime_percent(), "95",
                    "Success rate below which requests are refused."),
          simulated("rps_threshold", &A::rps_threshold, runtime_count(), "0",
                    "Requests per second below which none is."),
          simulated("max_rejection_probability", &A::max_rejection_percent, runtime_percent(), "80",
                    "Largest share."),
      });
  return table;
}

const Table<GradientConfig>& adaptive_concurrency_table() {
  static const Table<GradientConfig> table(
      "AdaptiveConcurrency", "Finds how many requests a service bears at once.",
      {simulated("gradient_controller_config", itself, message(gradient_table), "",
                 "The gradient controller.")
           .as_required(),
       part("enabled", any(), "A feature flag of the runtime."),
       reported("concurrency_limit_exceeded_status", any(), "Status of the refusals; 503 here.",
                Severity::Warning)});
  return table;
}

const Table<FaultFilter>& fault_filter_table() {
  static const Table<FaultFilter> table(
      "HTTPFault", "Faults of routes whose VirtualService injects none.",
      {simulated("delay", itself, message(fault_delay_table), "", "Delays."),
       simulated("abort", itself, message(fault_abort_table), "", "Aborts."),
       simulated(
           "max_active_faults", [](FaultFilter& f) -> auto& { return f.policy.max_active; },
           integer<std::uint32_t>(), "unlimited", "Faults under way at once."),
       reported("upstream_cluster", any(), "Only requests to this cluster.", Severity::Warning),
       reported("headers", any(), "Only requests with these headers.", Severity::Warning),
       reported("response_rate_limit", any(), "Slow answers.", Severity::Warning)});
  return table;
}

}  // namespace mesh::istio
