// Field tables of failures and changes at a time.
#include "libmesh/spec/quantity.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

using Kind = FaultSpec::Kind;

constexpr std::uint32_t replicas_max = 1'000'000;
constexpr std::int64_t faults_max = 10'000;

/// What hits some pods, by the key of the fault: the parts of a FaultSpec that its table reads.
using Blow = FaultSpec;

std::vector<Field<Blow>> blow_rows(std::vector<Field<Blow>> rows) {
  return joined_rows<Blow>(pod_rows<Blow>([](Blow& blow) -> PodSelector& { return blow.pods; }),
                           std::move(rows));
}

void check_blow(const YamlNode& node, const Reading& at, Blow& blow) {
  if (!blow.pods.workload.empty() || !blow.pods.zone.empty()) return;
  at.error(code::one_needed, node, "workload or zone is needed",
           "name the workload whose pods are hit");
}

const Table<Blow>& crash_table() {
  static const Table<Blow> table("Crash", "The pods are gone; others take their place never.",
                                 blow_rows({}), check_blow);
  return table;
}
const Table<Blow>& hang_table() {
  static const Table<Blow> table("Hang", "The pods accept requests and never answer.",
                                 blow_rows({}), check_blow);
  return table;
}
const Table<Blow>& slow_table() {
  static const Table<Blow> table(
      "Slow", "Service times are multiplied.",
      blow_rows({required("factor", &Blow::factor, number(0.001, 1e6), "8: eight times slower.")}),
      check_blow);
  return table;
}
const Table<Blow>& delay_table() {
  static const Table<Blow> table(
      "Delay", "Service times grow by a time.",
      blow_rows({required("time", &Blow::delay, distribution(), "What is added.")}), check_blow);
  return table;
}
const Table<Blow>& errors_table() {
  static const Table<Blow> table(
      "Errors", "A share of the answers fails.",
      blow_rows({
          simulated("share", &Blow::share, share(), "100%", "Of the answers."),
          simulated("status", &Blow::status, http_status(), "500", "Their status."),
      }),
      check_blow);
  return table;
}
const Table<Blow>& cpu_steal_table() {
  static const Table<Blow> table(
      "CpuSteal", "Others take a share of the cores: work takes longer, waiting does not.",
      blow_rows({required("share", &Blow::share, share(), "Of the cores; below 100%.")}),
      [](const YamlNode& node, const Reading& at, Blow& blow) {
        check_blow(node, at, blow);
        if (blow.share < 1.0) return;
        at.field("share").error(code::out_of_range, child_or_self(node, "share"),
                                "must leave something of the cores",
                                "write hang for pods that do nothing at all");
      });
  return table;
}
const Table<Blow>& dns_table() {
  static const Table<Blow> table(
      "Dns", "Names of services are not found: calls of the pods' applications fail at once.",
      blow_rows({
          simulated("host", &Blow::host, text(), "every name", "Service by name or host."),
          simulated("time", &Blow::delay, distribution(), "0s", "Until the application knows."),
      }),
      check_blow);
  return table;
}
const Table<Blow>& reset_table() {
  static const Table<Blow> table("ResetConnections",
                                 "All open connections to the pods are reset, once.", blow_rows({}),
                                 check_blow);
  return table;
}

Field<FaultSpec> blow_row(std::string name, Kind kind, const Table<Blow>& (*table)(),
                          std::string doc) {
  const Reader<Blow> reader = object(table);
  return simulated_whole<FaultSpec>(
      std::move(name), reader.shape,
      [reader, kind](const YamlNode& node, const Reading& at, FaultSpec& out) {
        out.kind = kind;
        reader.read(node, at, out);
      },
      "", std::move(doc));
}

const std::vector<Field<FaultSpec>>& kinds_of_faults() {
  static const std::vector<Field<FaultSpec>> rows{
      blow_row("crash", Kind::Crash, crash_table, "Pods die."),
      blow_row("hang", Kind::Hang, hang_table, "Pods never answer."),
      blow_row("slow", Kind::Slow, slow_table, "Pods work slower."),
      blow_row("delay", Kind::Delay, delay_table, "Pods answer later."),
      blow_row("errors", Kind::Errors, errors_table, "Pods fail."),
      blow_row("cpuSteal", Kind::CpuSteal, cpu_steal_table, "Pods lose a share of their cores."),
      blow_row("network", Kind::Link, link_fault_table, "Messages come late, or never."),
      blow_row("dns", Kind::Dns, dns_table, "Names are not found."),
      blow_row("resetConnections", Kind::ResetConnections, reset_table, "Connections are reset."),
  };
  return rows;
}

void check_fault(const YamlNode& node, const Reading& at, FaultSpec& fault) {
  int kinds = 0;
  std::string names;
  for (const Field<FaultSpec>& row : kinds_of_faults()) {
    names += (names.empty() ? "" : ", ") + row.name;
    if (node.find(row.name) != nullptr) ++kinds;
  }
  if (kinds != 1) {
    at.error(kinds == 0 ? code::one_needed : code::exclusive_fields, node,
             (kinds == 0 ? "one of " : "only one of ") + names +
                 (kinds == 0 ? " is needed" : " may be set"),
             kinds == 0 ? "" : "write one list item for each fault");
  }
  const bool lasts = fault.kind != Kind::ResetConnections;
  if (!lasts && fault.lasting) {
    at.field("for").error(code::exclusive_fields, child_or_self(node, "for"),
                          "resetConnections happens once and lasts no time",
                          "repeat it with every and times");
  }
  if (fault.every && lasts && (!fault.lasting || *fault.lasting >= *fault.every)) {
    at.field("every").error(code::invalid_time, child_or_self(node, "every"),
                            "must be longer than for, so that the fault ends in between");
  }
  if (!fault.every && fault.times > 0) {
    at.field("times").error(code::missing_field, child_or_self(node, "times"),
                            "says how often, but nothing says every how long", "add every: 1m");
  }
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
      joined_rows<FaultSpec>(
          {
              required("at", &FaultSpec::at, time_span(), "Begins."),
              simulated("for", &FaultSpec::lasting, positive_time_span(), "to the end", "Lasts."),
              simulated("every", &FaultSpec::every, positive_time_span(), "once",
                        "Begins again after this, counted from its beginning."),
              simulated("times", &FaultSpec::times, integer<std::uint32_t>(1, faults_max),
                        "until the run ends", "How often, with every."),
          },
          kinds_of_faults()),
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
