// Field tables of case.yaml.
#include <filesystem>

#include "libmesh/spec/scenario_tables.h"
#include "libmesh/verify/case.h"
#include "libmesh/verify/case_checks.h"
#include "libmesh/verify/case_file.h"

namespace mesh::verify {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Go durations, or a bare 0.
Reader<Duration> time() {
  return time_span();
}

// ---- Latencies ----------------------------------------------------------------------------------

struct LatencyForm {
  Duration mean{0}, median{0}, min{0}, max{0};
  double sigma = 0;
  std::uint64_t seed = 0;
};

const Table<LatencyForm>& law_table() {
  static const Table<LatencyForm> table(
      "Latency", "A law with its seed.",
      {simulated("mean", &LatencyForm::mean, time(), "", "Mean of the exponential."),
       simulated("median", &LatencyForm::median, time(), "", "Median of the lognormal."),
       simulated("min", &LatencyForm::min, time(), "", "Least value."),
       simulated("max", &LatencyForm::max, time(), "", "Largest value."),
       simulated("sigma", &LatencyForm::sigma, number(0, 10), "", "Of the logarithm."),
       simulated("seed", &LatencyForm::seed, integer<std::uint64_t>(0), "0", "Of the draws.")});
  return table;
}

/// Takes what a sampler takes.
bool check_law(const YamlNode& node, const Reading& at, const Distribution::Law& law,
               Distribution& out) {
  const std::string wrong = problem(law);
  if (!wrong.empty()) {
    at.error(code::invalid_distribution, node, wrong);
    return false;
  }
  out = Distribution(law);
  return true;
}

bool read_law(const std::string& name, const YamlNode& node, const Reading& at, Distribution& out) {
  LatencyForm form;
  if (!law_table().read(node, at, form)) return false;
  Seeded law{.seed = form.seed};
  if (name == "exponential") {
    law.shape = Seeded::Shape::Exponential;
    law.scale = form.mean;
  } else if (name == "lognormal") {
    law.shape = Seeded::Shape::Lognormal;
    law.scale = form.median;
    law.sigma = form.sigma;
  } else {
    law.shape = Seeded::Shape::Uniform;
    law.scale = form.min;
    law.max = form.max;
  }
  return check_law(node, at, law, out);
}

bool read_latency(const YamlNode& node, const Reading& at, Distribution& out) {
  if (node.kind == YamlNode::Kind::Scalar) {
    Duration constant{};
    if (!time().read(node, at, constant)) return false;
    out = Distribution(Constant{constant});
    return true;
  }
  if (node.kind != YamlNode::Kind::Mapping || node.entries.size() != 1) {
    at.wrong_type(node, "a duration, {list: […]} or {exponential|lognormal|uniform: {…}}");
    return false;
  }
  const std::string& name = node.entries.front().first.scalar;
  const YamlNode& value = node.entries.front().second;
  const Reading inside = at.field(name);
  if (name == "list") {
    Cycle cycle;
    if (!list(time()).read(value, inside, cycle.value)) return false;
    return check_law(value, inside, cycle, out);
  }
  if (name == "exponential" || name == "lognormal" || name == "uniform") {
    return read_law(name, value, inside, out);
  }
  at.wrong_type(node, "one of list, exponential, lognormal, uniform");
  return false;
}

Reader<Distribution> latency() {
  return custom<Distribution>({.kind = Shape::Kind::OneOf}, read_latency);
}

// ---- Requests and calls
// ---------------------------------------------------------------------------

template <class T, class Get>
std::vector<Field<T>> request_fields(Get get) {
  const auto member = [get](auto which) {
    return [get, which](T& whole) -> auto& { return get(whole).*which; };
  };
  return {simulated("method", member(&RequestSpec::method), text(), "GET", "HTTP method."),
          simulated("path", member(&RequestSpec::path), text(), "/", "Path with query."),
          simulated("headers", member(&RequestSpec::headers), header_map(), "", "Headers."),
          simulated("body", member(&RequestSpec::body_bytes), body_size(), "0", "Bytes.")};
}

bool read_status_on_error(const YamlNode& node, const Reading& at, std::uint16_t& out) {
  if (node.scalar == "same") {
    out = 0;
    return true;
  }
  return http_status().read(node, at, out);
}

const Table<CallStep>& call_table() {
  static const Table<CallStep> table(
      "Call", "A call of the application.",
      joined_rows<CallStep>(
          {required("call", &CallStep::service, text(), "Authority that is called."),
           simulated("timeout", &CallStep::timeout, time(), "never", "The application hangs up."),
           simulated("on_error", &CallStep::on_error,
                     one_of<OnError>({{"fail", OnError::Fail}, {"ignore", OnError::Ignore}}),
                     "fail", "What a failed call does to the script."),
           simulated("status_on_error", &CallStep::status_on_error,
                     custom<std::uint16_t>({.kind = Shape::Kind::IntOrText}, read_status_on_error),
                     "500", "Status of the own answer then.")},
          request_fields<CallStep>([](CallStep& c) -> auto& { return c.request; })));
  return table;
}

bool read_steps(const YamlNode& node, const Reading& at, Script& out);

bool read_step(const YamlNode& node, const Reading& at, Script& out) {
  if (node.kind == YamlNode::Kind::Sequence) {
    ParallelStep parallel;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      Script branch;
      const bool many = node.items[i].kind == YamlNode::Kind::Sequence;
      const bool read = many ? read_steps(node.items[i], at.item(i), branch)
                             : read_step(node.items[i], at.item(i), branch);
      if (!read) return false;
      parallel.branches.push_back(std::move(branch));
    }
    out.push_back(std::move(parallel));
    return true;
  }
  if (node.find("call") != nullptr) {
    CallStep call;
    call.place = node.place;
    if (!call_table().read(node, at, call)) return false;
    call.request.authority = call.service;
    out.push_back(std::move(call));
    return true;
  }
  if (const YamlNode* work = node.find("latency")) {
    WorkStep step;
    if (!read_latency(*work, at.field("latency"), step.time)) return false;
    out.push_back(std::move(step));
    return true;
  }
  at.wrong_type(node, "{call: …}, {latency: …} or a nested list");
  return false;
}

bool read_steps(const YamlNode& node, const Reading& at, Script& out) {
  if (node.kind != YamlNode::Kind::Sequence) {
    at.wrong_type(node, "a list of steps");
    return false;
  }
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (!read_step(node.items[i], at.item(i), out)) return false;
  }
  return true;
}

Reader<Script> calls() {
  return custom<Script>({.kind = Shape::Kind::List, .of = {Shape{}}}, read_steps);
}

// ---- Behaviours
// -----------------------------------------------------------------------------------

Reader<Action> action() {
  return one_of<Action>({{"respond", Action::Respond},
                         {"reset", Action::Reset},
                         {"close", Action::Close},
                         {"reset_after_headers", Action::ResetAfterHeaders},
                         {"hang", Action::Hang}});
}

/// "1,3-5,9-".
bool read_counts(const YamlNode& node, const Reading& at, std::vector<CountRange>& out) {
  std::string word;
  const auto close = [&] {
    CountRange range;
    const std::size_t dash = word.find('-');
    const std::string first = word.substr(0, dash);
    const std::string last = dash == std::string::npos ? first : word.substr(dash + 1);
    const auto digits = [](const std::string& s) {
      return !s.empty() && s.size() < 19 && s.find_first_not_of("0123456789") == std::string::npos;
    };
    if (!digits(first) || !(last.empty() || digits(last))) return false;
    range.first = std::stoull(first);
    if (!last.empty()) range.last = std::stoull(last);
    out.push_back(range);
    word.clear();
    return true;
  };
  for (const char c : node.scalar) {
    if (c == ' ') continue;
    if (c != ',') {
      word += c;
    } else if (!close()) {
      at.wrong_type(node, "counts such as \"1,3-5,9-\"");
      return false;
    }
  }
  if (close()) return true;
  at.wrong_type(node, "counts such as \"1,3-5,9-\"");
  return false;
}

struct CycleForm {
  std::uint32_t of = 0;
  std::vector<std::uint32_t> at;
};
const Table<CycleForm>& cycle_table() {
  static const Table<CycleForm> table(
      "Cycle", "Positions of a cycle.",
      {required("of", &CycleForm::of, integer<std::uint32_t>(1, 64), "Length."),
       required("at", &CycleForm::at, list(integer<std::uint32_t>(1, 64)), "Positions.")});
  return table;
}

struct ChanceForm {
  double p = 0;
  std::uint64_t seed = 0;
};
const Table<ChanceForm>& chance_table() {
  static const Table<ChanceForm> table(
      "Chance", "A keyed chance.",
      {required("p", &ChanceForm::p, number(0, 1), "Probability."),
       simulated("seed", &ChanceForm::seed, integer<std::uint64_t>(0), "0", "Of the draws.")});
  return table;
}

bool read_cycle(const YamlNode& node, const Reading& at, Condition& out) {
  CycleForm form;
  if (!cycle_table().read(node, at, form)) return false;
  out.cycle_of = form.of;
  out.cycle_at = form.at;
  return true;
}
bool read_chance(const YamlNode& node, const Reading& at, Condition& out) {
  ChanceForm form;
  if (!chance_table().read(node, at, form)) return false;
  out.chance = form.p;
  out.chance_seed = form.seed;
  return true;
}

const Table<RuleSpec>& rule_table() {
  const auto when = [](auto which) {
    return [which](RuleSpec& r) -> auto& { return r.when.*which; };
  };
  const auto then = [](auto which) {
    return [which](RuleSpec& r) -> auto& { return r.then.*which; };
  };
  const auto whole = [](RuleSpec& r) -> auto& { return r.when; };
  static const Table<RuleSpec> table(
      "Rule", "Conditions and what they replace.",
      {simulated("after", when(&Condition::after), time(), "", "Arrival not before."),
       simulated("before", when(&Condition::before), time(), "", "Arrival before."),
       simulated("nth", when(&Condition::nth),
                 custom<std::vector<CountRange>>({.kind = Shape::Kind::IntOrText}, read_counts), "",
                 "Numbers of received requests."),
       simulated("cycle", whole, custom<Condition>({.kind = Shape::Kind::Any}, read_cycle), "",
                 "Positions of a cycle."),
       simulated("header", when(&Condition::headers), header_map(), "", "Exact header values."),
       simulated("path", when(&Condition::path), text(), "", "Exact path as received."),
       simulated("chance", whole, custom<Condition>({.kind = Shape::Kind::Any}, read_chance), "",
                 "Keyed chance."),
       simulated("action", then(&AnswerSpec::action), action(), "", "What is done."),
       simulated("status", then(&AnswerSpec::status), http_status(), "", "Status."),
       simulated("headers", then(&AnswerSpec::headers), response_header_map(), "",
                 "Response headers."),
       simulated("body", then(&AnswerSpec::body_bytes), body_size(), "", "Bytes."),
       simulated("latency", then(&AnswerSpec::time), latency(), "", "Service time."),
       simulated("calls", then(&AnswerSpec::script), calls(), "", "Steps.")},
      [](const YamlNode&, const Reading&, RuleSpec& rule) {
        // The recorded servers compared without the query: in route-rewrite-redirect the path
        // /auth/v2/login?next=%2F meets the rule of /auth/v2/login.
        std::optional<std::string>& path = rule.when.path;
        if (path && path->find('?') == std::string::npos) *path += "?*";
      });
  return table;
}

const Table<DownSpec>& down_table() {
  static const Table<DownSpec> table(
      "Down", "A time in which the port is closed.",
      {simulated("from", &DownSpec::from, time(), "0s", "Start."),
       simulated("to", &DownSpec::to, time(), "for ever", "End."),
       simulated("how", &DownSpec::drop, one_of<bool>({{"refuse", false}, {"drop", true}}),
                 "refuse", "What becomes of connection attempts."),
       simulated("keep", &DownSpec::keep_connections, boolean(), "false",
                 "Established connections stay.")});
  return table;
}

const Table<WorkloadBehaviour>& behaviour_table() {
  using B = WorkloadBehaviour;
  static const Table<B> table(
      "Behaviour", "How an instance answers.",
      {simulated("workers", &B::workers, integer<std::uint32_t>(1), "unlimited",
                 "Requests served at the same time."),
       simulated("queue", &B::queue, integer<std::uint32_t>(0), "unlimited", "Waiting places."),
       simulated("overflow", &B::overflow_status, http_status(), "503", "Answer beyond."),
       simulated("cancel", &B::cancel, one_of<bool>({{"continue", false}, {"stop", true}}),
                 "continue", "What giving up does to work."),
       simulated("action", &B::action, action(), "respond", "What is done."),
       simulated("status", &B::status, http_status(), "200", "Status."),
       simulated("headers", &B::response_headers, header_map(), "", "Response headers."),
       simulated("body", &B::response_bytes, body_size(), "0", "Bytes."),
       simulated("latency", &B::time, latency(), "0", "Service time."),
       simulated("rules", &B::rules, list(object(rule_table)), "", "First match replaces."),
       simulated("down", &B::downs, list(object(down_table)), "", "Times of a closed port."),
       simulated("calls", &B::script, calls(), "", "Steps before the answer.")});
  return table;
}

// ---- The case
// -------------------------------------------------------------------------------------

const Table<Client>& client_table() {
  static const Table<Client> table(
      "Client", "The calling workload.",
      {simulated("workload", &Client::workload, text(), "client", "Name."),
       simulated("namespace", &Client::name_space, text(), "default", "Namespace."),
       simulated("labels", &Client::labels, text_map(), "app", "Labels."),
       simulated("locality", &Client::locality, text(), "region1/zone1/", "Locality."),
       simulated("port", &Client::port, integer<std::uint32_t>(1, 65535), "80", "Port."),
       simulated("type", &Client::gateway, one_of<bool>({{"sidecar", false}, {"gateway", true}}),
                 "sidecar", "Kind of proxy."),
       simulated("concurrency", &Client::concurrency, integer<std::uint32_t>(1, 64), "1",
                 "Worker threads.")});
  return table;
}

/// An instance whose behaviour may be the name of one.
struct InstanceForm : Instance {
  const YamlNode* behaviour_node = nullptr;
};

const Table<InstanceForm>& instance_table() {
  using I = InstanceForm;
  static const Table<I> table(
      "Instance", "Upstream instances.",
      {required("name", &I::name, text(), "Name in measures."),
       simulated("service", &I::service, text(), "", "Service that selects it."),
       simulated("labels", &I::labels, text_map(), "", "Further labels."),
       required("address", &I::address, text(), "Address of the first."),
       simulated("port", &I::port, integer<std::uint32_t>(1, 65535), "8080", "Port."),
       simulated("count", &I::count, integer<std::uint32_t>(1, 1000), "1", "How many."),
       simulated("locality", &I::locality, text(), "the client's", "Locality."),
       simulated("protocol", &I::http2, one_of<bool>({{"http1", false}, {"h2", true}}), "http1",
                 "Protocol."),
       simulated("server_sidecar", &I::server_sidecar, boolean(), "false", "Receiving Envoy."),
       simulated("workload", &I::workload, text(), "the name", "Name of its hop."),
       simulated(
           "behaviour", &I::behaviour_node,
           custom<const YamlNode*>({.kind = Shape::Kind::Any},
                                   [](const YamlNode& node, const Reading&, const YamlNode*& out) {
                                     out = &node;
                                     return true;
                                   }),
           "200 at once", "Name or mapping.")});
  return table;
}

const Table<RequestSpec>& request_table() {
  static const Table<RequestSpec> table(
      "Request", "A request.",
      joined_rows<RequestSpec>(
          {simulated("authority", &RequestSpec::authority, text(), "", "Host header.")},
          request_fields<RequestSpec>([](RequestSpec& r) -> auto& { return r; })));
  return table;
}

const Table<Phase>& phase_table() {
  static const Table<Phase> table(
      "Phase", "Requests of one kind.",
      {simulated("at", &Phase::at, time(), "after the one before", "Start."),
       simulated("duration", &Phase::duration, time(), "", "Length."),
       simulated("rate", &Phase::rate, number(0, 1e6), "", "Requests per second."),
       simulated("process", &Phase::poisson, one_of<bool>({{"poisson", true}, {"constant", false}}),
                 "constant", "Arrivals."),
       simulated("seed", &Phase::seed, integer<std::uint64_t>(0), "0", "Of Poisson arrivals."),
       simulated("burst", &Phase::burst, integer<std::uint32_t>(1, 1'000'000), "", "At once."),
       simulated("offsets", &Phase::offsets, list(time()), "", "Explicit times."),
       simulated("users", &Phase::users, integer<std::uint32_t>(1, 100'000), "", "Closed loop."),
       simulated("think", &Phase::think, latency(), "0s", "Between answer and request."),
       simulated("stagger", &Phase::stagger, time(), "0s", "Between the starts of users."),
       simulated("per_user", &Phase::per_user, integer<std::uint64_t>(1), "no limit",
                 "Requests of a user."),
       simulated("request", &Phase::request, any_text(), "", "Name of a request.")});
  return table;
}

bool read_requests(const YamlNode& node, const Reading& at, std::vector<NamedRequest>& out) {
  if (node.kind != YamlNode::Kind::Mapping) {
    at.wrong_type(node, "a mapping of names to requests");
    return false;
  }
  for (const auto& [key, value] : node.entries) {
    NamedRequest named{.name = key.scalar};
    if (request_table().read(value, at.field(key.scalar), named.request)) out.push_back(named);
  }
  return true;
}

const Table<Load>& load_table() {
  static const Table<Load> table(
      "Load", "What is sent when.",
      {simulated("request", &Load::request, object(request_table), "", "The usual request."),
       simulated("requests", &Load::requests,
                 custom<std::vector<NamedRequest>>({.kind = Shape::Kind::Map, .of = {Shape{}}},
                                                   read_requests),
                 "", "Further named ones."),
       simulated("phases", &Load::phases, list(object(phase_table)), "", "Phases."),
       simulated("arrivals", &Load::arrivals, text(), "", "File of arrivals."),
       simulated("start_after", &Load::start_after, time(), "1s; 2s with calls",
                 "Creation of the clusters before the load."),
       simulated("connections", &Load::connections, integer<std::uint32_t>(1, 100'000), "50",
                 "Opened before."),
       simulated("timeout", &Load::timeout, time(), "never", "The client gives up."),
       simulated("settle", &Load::settle, time(), "20s", "Longest wait at the end.")});
  return table;
}

const Table<Row>& row_table() {
  static const Table<Row> table(
      "Compare", "What must be reproduced.",
      {required("measure", &Row::measure, any_text(), "Name in expected.json."),
       required("kind", &Row::kind,
                one_of<Kind>({{"exact", Kind::Exact},
                              {"share", Kind::Share},
                              {"mean", Kind::Mean},
                              {"quantile", Kind::Quantile},
                              {"timeline", Kind::Timeline},
                              {"sequence", Kind::Sequence}}),
                "How."),
       simulated("tolerance", &Row::tolerance, any_text(), "", "How near."),
       simulated("note", &Row::note, any_text(), "", "Why.")});
  return table;
}

struct CaseForm : Case {
  std::vector<InstanceForm> forms;
  const YamlNode* behaviours = nullptr;
};

const Table<CaseForm>& case_table() {
  using C = CaseForm;
  static const Table<C> table(
      "Case", "A recorded experiment.",
      {required("title", &C::title, text(), "One line."),
       required("question", &C::question, text(), "One line."),
       simulated("repeat", &C::repeat, integer<std::uint32_t>(1, 1000), "3", "Runs."),
       simulated("client", &C::client, object(client_table), "", "The caller."),
       simulated(
           "behaviours", &C::behaviours,
           custom<const YamlNode*>({.kind = Shape::Kind::Map, .of = {Shape{}}},
                                   [](const YamlNode& node, const Reading&, const YamlNode*& out) {
                                     out = &node;
                                     return true;
                                   }),
           "", "Named behaviours."),
       required("instances", &C::forms, list(object(instance_table)), "Upstreams."),
       required("load", &C::load, object(load_table), "Load."),
       required("compare", &C::compare, list(object(row_table)), "Rows.")});
  return table;
}

bool makes_calls(const WorkloadBehaviour& b) {
  if (b.script && !b.script->empty()) return true;
  for (const RuleSpec& rule : b.rules) {
    if (rule.then.script && !rule.then.script->empty()) return true;
  }
  return false;
}

/// Behaviours that stand under a name, or in place.
void read_behaviour(const InstanceForm& form, const CaseForm& whole, const Reading& at,
                    Instance& out) {
  const YamlNode* node = form.behaviour_node;
  if (node == nullptr) return;
  if (node->kind == YamlNode::Kind::Scalar) {
    const YamlNode* named =
        whole.behaviours == nullptr ? nullptr : whole.behaviours->find(node->scalar);
    if (named == nullptr) {
      at.error(code::unknown_field, *node, "there is no behaviour \"" + node->scalar + "\"",
               "name one of `behaviours`");
      return;
    }
    node = named;
  }
  behaviour_table().read(*node, at, out.behaviour);
}

}  // namespace

Case read_case(const std::string& folder, Diagnostics& problems) {
  const std::filesystem::path path(folder);
  CaseForm form;
  form.folder = folder;
  form.name = case_name(folder);
  const std::vector<YamlNode> documents = read_yaml_file((path / "case.yaml").string(), problems);
  const CaseFile file(folder, "case.yaml");
  if (documents.empty()) {
    if (!problems.has_errors()) {
      problems.add(file.error(code::missing_field, 0, "case.yaml", "is empty"));
    }
    return form;
  }
  if (documents.size() > 1) {
    problems.add(file.error(code::second_scenario, documents[1].place.line, "case.yaml",
                            "holds a second document", "make it a folder of its own"));
  }
  const Reading at("case " + form.name, problems);
  case_table().read(documents.front(), at, form);
  for (std::size_t i = 0; i < form.forms.size(); ++i) {
    Instance instance = form.forms[i];
    read_behaviour(form.forms[i], form, at.field("instances").item(i).field("behaviour"), instance);
    instance.calls = makes_calls(instance.behaviour);
    form.instances.push_back(std::move(instance));
  }
  if (!problems.has_errors()) check_case(form, problems);
  return form;
}

}  // namespace mesh::verify
