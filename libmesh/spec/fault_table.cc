// Field tables of failures and changes at a time.
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

using Kind = FaultSpec::Kind;

constexpr std::uint32_t replicas_max = 1'000'000;

/// What hits a workload, by the key of the fault.
struct Blow {
  std::string workload;
  std::optional<std::uint32_t> replicas;
  double factor = 1.0;
  Distribution delay;
  double share = 1.0;
  std::uint16_t status = 500;
  bool restart = false;
};

std::vector<Field<Blow>> blow_rows(std::vector<Field<Blow>> rows) {
  return joined_rows<Blow>(
      {
          required("workload", &Blow::workload, text(), "Name or name.namespace."),
          simulated("replicas", &Blow::replicas, integer<std::uint32_t>(1, replicas_max), "all",
                    "How many of its pods."),
      },
      std::move(rows));
}

const Table<Blow>& crash_table() {
  static const Table<Blow> table(
      "Crash", "The pods are gone; others take their place never.",
      blow_rows({simulated("restart", &Blow::restart, boolean(), "false",
                           "The kubelet starts their containers again.")}));
  return table;
}
const Table<Blow>& hang_table() {
  static const Table<Blow> table("Hang", "The pods accept requests and never answer.",
                                 blow_rows({}));
  return table;
}
const Table<Blow>& slow_table() {
  static const Table<Blow> table(
      "Slow", "Service times are multiplied.",
      blow_rows({required("factor", &Blow::factor, number(0.001, 1e6), "8: eight times slower.")}));
  return table;
}
const Table<Blow>& delay_table() {
  static const Table<Blow> table(
      "Delay", "Service times grow by a time.",
      blow_rows({required("time", &Blow::delay, distribution(), "What is added.")}));
  return table;
}
const Table<Blow>& errors_table() {
  static const Table<Blow> table(
      "Errors", "A share of the answers fails.",
      blow_rows({
          simulated("share", &Blow::share, share(), "100%", "Of the answers."),
          simulated("status", &Blow::status, http_status(), "500", "Their status."),
      }));
  return table;
}

Field<FaultSpec> blow_row(std::string name, Kind kind, const Table<Blow>& (*table)(),
                          std::string doc) {
  const Reader<Blow> reader = object(table);
  return simulated_whole<FaultSpec>(
      std::move(name), reader.shape,
      [reader, kind](const YamlNode& node, const Reading& at, FaultSpec& out) {
        Blow blow;
        if (!reader.read(node, at, blow)) return;
        out.kind = kind;
        out.workload = std::move(blow.workload);
        out.replicas = blow.replicas;
        out.factor = blow.factor;
        out.delay = std::move(blow.delay);
        out.share = blow.share;
        out.status = blow.status;
        out.restart = blow.restart;
      },
      "", std::move(doc));
}

void check_fault(const YamlNode& node, const Reading& at, FaultSpec& fault) {
  if (fault.restart && fault.lasting) {
    at.field("for").error(code::exclusive_fields, child_or_self(node, "for"),
                          "a crash with restart has no end of its own",
                          "the back-off and startUp say when the pods are back");
  }
  int kinds = 0;
  for (const char* name : {"crash", "hang", "slow", "delay", "errors"}) {
    if (node.find(name) != nullptr) ++kinds;
  }
  if (kinds == 1) return;
  at.error(kinds == 0 ? code::one_needed : code::exclusive_fields, node,
           kinds == 0 ? "one of crash, hang, slow, delay, errors is needed"
                      : "only one of crash, hang, slow, delay, errors may be set",
           kinds == 0 ? "" : "write one list item for each fault");
}

// ---- Changes --------------------------------------------------------------------------------

struct Scale {
  std::string workload;
  std::uint32_t replicas = 0;
};

const Table<Scale>& scale_table() {
  static const Table<Scale> table(
      "Scale", "As kubectl scale would.",
      {
          required("workload", &Scale::workload, text(), "Name or name.namespace."),
          required("replicas", &Scale::replicas, integer<std::uint32_t>(0, replicas_max),
                   "Pods from then on."),
      });
  return table;
}

Field<ChangeSpec> scale_row() {
  const Reader<Scale> reader = object(scale_table);
  return simulated_whole<ChangeSpec>(
      "scale", reader.shape,
      [reader](const YamlNode& node, const Reading& at, ChangeSpec& out) {
        Scale scale;
        if (!reader.read(node, at, scale)) return;
        out.scale_workload = std::move(scale.workload);
        out.replicas = scale.replicas;
      },
      "", "{workload: reviews-v2, replicas: 4}.");
}

/// Files stay scalars in `documents`; whoever reads the scenario's folder replaces them.
Field<ChangeSpec> apply_row() {
  const Shape one{.kind = Shape::Kind::OneOf,
                  .of = {{.kind = Shape::Kind::Text},
                         {.kind = Shape::Kind::Map, .of = {{.kind = Shape::Kind::Any}}}}};
  const Shape shape{.kind = Shape::Kind::OneOf,
                    .of = {one, {.kind = Shape::Kind::List, .of = {one}}}};
  return simulated_whole<ChangeSpec>(
      "apply", shape,
      [](const YamlNode& node, const Reading& at, ChangeSpec& out) {
        const bool several = node.kind == YamlNode::Kind::Sequence;
        const std::vector<YamlNode> items = several ? node.items : std::vector<YamlNode>{node};
        for (std::size_t i = 0; i < items.size(); ++i) {
          const Reading here = several ? at.item(i) : at;
          const bool file = items[i].kind == YamlNode::Kind::Scalar;
          if (!file && items[i].kind != YamlNode::Kind::Mapping) {
            here.wrong_type(items[i], "a file name or an object");
          } else {
            out.documents.push_back(items[i]);
          }
        }
        if (items.empty()) at.error(code::missing_field, node, "must not be empty");
      },
      "", "File, list of files, or the objects themselves; as kubectl apply.");
}

void check_change(const YamlNode& node, const Reading& at, ChangeSpec& change) {
  const bool apply = node.find("apply") != nullptr, scale = node.find("scale") != nullptr;
  if (apply == scale) {
    at.error(apply ? code::exclusive_fields : code::one_needed, node,
             apply ? "only one of apply, scale may be set" : "one of apply, scale is needed",
             apply ? "write one list item for each change" : "");
  }
  if (!change.label.empty()) return;
  if (scale) {
    change.label = "scale " + change.scale_workload + " to " + std::to_string(change.replicas);
    return;
  }
  for (const YamlNode& document : change.documents) {
    std::string name = document.scalar;
    if (document.kind == YamlNode::Kind::Mapping) {
      const YamlNode* kind = document.find("kind");
      const YamlNode* metadata = document.find("metadata");
      const YamlNode* own = metadata != nullptr ? metadata->find("name") : nullptr;
      name = (kind != nullptr ? kind->scalar : "") + '/' + (own != nullptr ? own->scalar : "");
    }
    change.label += (change.label.empty() ? "apply " : ", ") + name;
  }
}

}  // namespace

const Table<FaultSpec>& fault_spec_table() {
  static const Table<FaultSpec> table(
      "FaultSpec", "Something breaks at a time.",
      {
          required("at", &FaultSpec::at, time_span(), "Begins."),
          simulated("for", &FaultSpec::lasting, positive_time_span(), "to the end", "Lasts."),
          blow_row("crash", Kind::Crash, crash_table, "Pods die."),
          blow_row("hang", Kind::Hang, hang_table, "Pods never answer."),
          blow_row("slow", Kind::Slow, slow_table, "Pods work slower."),
          blow_row("delay", Kind::Delay, delay_table, "Pods answer later."),
          blow_row("errors", Kind::Errors, errors_table, "Pods fail."),
      },
      check_fault);
  return table;
}

const Table<ChangeSpec>& change_table() {
  static const Table<ChangeSpec> table(
      "Change", "Somebody runs kubectl at a time.",
      {
          required("at", &ChangeSpec::at, time_span(), "When."),
          simulated("label", &ChangeSpec::label, text(), "from the file", "For pictures."),
          apply_row(),
          scale_row(),
      },
      check_change);
  return table;
}

}  // namespace mesh
