// Reads AuthorizationPolicies: those that ask an authoriser; others are reported.
#include "libmesh/spec/istio/authorization_policy.h"

#include "libmesh/spec/istio/tables.h"
#include "libmesh/spec/object_table.h"

namespace mesh::istio {
namespace {

constexpr std::string_view header_key = "request.headers[";

const Table<AuthorizedOperation>& operation_table() {
  using O = AuthorizedOperation;
  static const Table<O> table(
      "Operation", "Requests; each list that is given must fit.",
      {
          simulated("hosts", &O::hosts, list(text()), "any", "Hosts; a port need not be said."),
          simulated("notHosts", &O::not_hosts, list(text()), "", "All hosts but these."),
          simulated("methods", &O::methods, list(text()), "any", "HTTP methods."),
          simulated("notMethods", &O::not_methods, list(text()), "", "All methods but these."),
          simulated("paths", &O::paths, list(text()), "any", "Paths without query."),
          simulated("notPaths", &O::not_paths, list(text()), "", "All paths but these."),
          simulated("ports", &O::ports, list(any_text()), "any", "Ports of the container."),
          simulated("notPorts", &O::not_ports, list(any_text()), "", "All ports but these."),
      });
  return table;
}

struct ToForm {
  AuthorizedOperation operation;
};
const Table<ToForm>& to_table() {
  static const Table<ToForm> table(
      "To", "Which requests.",
      {simulated("operation", &ToForm::operation, object(operation_table), "", "The requests.")});
  return table;
}
Reader<std::vector<AuthorizedOperation>> operations() {
  const Reader<std::vector<ToForm>> forms = list(object(to_table));
  return custom<std::vector<AuthorizedOperation>>(
      forms.shape,
      [forms](const YamlNode& node, const Reading& at, std::vector<AuthorizedOperation>& out) {
        std::vector<ToForm> read;
        if (!forms.read(node, at, read)) return false;
        for (ToForm& form : read) out.push_back(std::move(form.operation));
        return true;
      });
}

const Table<HeaderCondition>& condition_table() {
  static const Table<HeaderCondition> table(
      "Condition", "A further condition.",
      {
          required("key", &HeaderCondition::header, text(), "request.headers[name]."),
          simulated("values", &HeaderCondition::values, list(text()), "", "One of them."),
          simulated("notValues", &HeaderCondition::not_values, list(text()), "", "None of them."),
      },
      [](const YamlNode& node, const Reading& at, HeaderCondition& c) {
        if (c.header.starts_with(header_key) && c.header.ends_with(']')) {
          c.header = c.header.substr(header_key.size(), c.header.size() - header_key.size() - 1);
          return;
        }
        at.field("key").warning(code::not_simulated, child_or_self(node, "key"),
                                "\"" + c.header + "\" is not simulated: it counts as fulfilled",
                                "request.headers[name] is");
        c = {};
      });
  return table;
}

const Table<AuthorizationRule>& rule_table() {
  static const Table<AuthorizationRule> table(
      "Rule", "Requests that the policy is about.",
      {
          reported("from", any(), "Conditions on the caller.", Severity::Warning)
              .meanwhile("every caller counts"),
          simulated("to", &AuthorizationRule::to, operations(), "all", "Which requests."),
          simulated("when", &AuthorizationRule::when, list(object(condition_table)), "",
                    "Further conditions."),
      });
  return table;
}

const Table<AuthorizationPolicy>& selector_table() {
  static const Table<AuthorizationPolicy> table(
      "WorkloadSelector", "Which workloads.",
      {simulated("matchLabels", &AuthorizationPolicy::selector, labels(), "all of the namespace",
                 "Labels of the pods.")});
  return table;
}

const Table<AuthorizationPolicy>& provider_table() {
  static const Table<AuthorizationPolicy> table(
      "ExtensionProvider", "Who is asked.",
      {required("name", &AuthorizationPolicy::provider, text(),
                "Name of an extensionProviders entry of the mesh configuration.")});
  return table;
}

void check_policy(const YamlNode& node, const Reading& at, AuthorizationPolicy& policy) {
  if (!policy.custom) {
    at.warning(code::not_simulated, child_or_self(node, "action"),
               "only action CUSTOM is simulated: this policy refuses nobody");
  } else if (policy.provider.empty()) {
    at.error(code::missing_field, node, "action CUSTOM needs provider.name");
  }
}

const Table<AuthorizationPolicy>& spec_table() {
  static const Table<AuthorizationPolicy> table(
      "AuthorizationPolicySpec", "Who may ask what.",
      {
          simulated("selector", itself, object(selector_table), "", "Which workloads."),
          reported("targetRef", any(), "Which gateway or service.", Severity::Warning),
          reported("targetRefs", any(), "Which gateways or services.", Severity::Warning),
          simulated("rules", &AuthorizationPolicy::rules, list(object(rule_table)), "none",
                    "Requests that the policy is about."),
          simulated(
              "action", &AuthorizationPolicy::custom,
              one_of<bool>({{"ALLOW", false}, {"DENY", false}, {"AUDIT", false}, {"CUSTOM", true}}),
              "ALLOW", "CUSTOM: the provider decides."),
          simulated("provider", itself, object(provider_table), "", "Who is asked."),
      },
      check_policy);
  return table;
}

}  // namespace

const Table<AuthorizationPolicy>& authorization_policy_table() {
  static const Table<AuthorizationPolicy> table(
      "AuthorizationPolicy", "Who may ask a service for what.",
      object_rows<AuthorizationPolicy>(
          {simulated("spec", itself, object(spec_table), "", "Rules and the action.")}));
  return table;
}

}  // namespace mesh::istio
