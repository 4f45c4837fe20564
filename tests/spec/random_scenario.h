// Random scenarios for round trips: every member of every struct takes several values.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "libmesh/spec/scenario.h"
#include "tests/spec/random_faults.h"
#include "tests/spec/random_guards.h"
#include "tests/spec/random_stores.h"

namespace mesh::testing {

/// Makes values that the scenario grammar can express, the same for the same seed.
class RandomScenario {
 public:
  explicit RandomScenario(std::uint64_t seed) : random_(seed) {}

  Scenario scenario() {
    Scenario s;
    s.name = word();
    s.platform = {.istio_version = "1." + std::to_string(below(30)),
                  .internal_requests = below(2) == 0,
                  .same_zone = {time(), time()},
                  .cross_zone = {time(), time()},
                  .sidecar_cost = law(),
                  .sidecar_concurrency = 1 + below(8)};
    s.defaults = {.workers = below(100), .queue = below(1000), .time = law()};
    s.stores = random_stores(*this);
    for (std::uint32_t i = below(4); i > 0; --i) {
      s.behaviour.push_back(behaviour());
      s.behaviour.back().workload = "w" + std::to_string(i) + "." + word();
    }
    for (std::uint32_t i = below(4); i > 0; --i) s.loads.push_back(load(i));
    for (std::uint32_t i = below(4); i > 0; --i) s.faults.push_back(random_fault(*this));
    for (std::uint32_t i = below(3); i > 0; --i) {
      s.changes.push_back({.at = time(),
                           .label = word(),
                           .documents = {},
                           .scale_workload = word(),
                           .replicas = below(9),
                           .place = {}});
    }
    if (flip()) s.run.until = seconds(100 + below(100));
    s.run.warmup = seconds(below(99));
    s.run.seed = below(1000);
    s.run.replications = 1 + below(9);
    s.run.memory_limit_bytes = (1ull << 20) + below(1'000'000);
    for (std::uint32_t i = below(4); i > 0; --i) s.thresholds.push_back(threshold());
    s.record.requests = flip();
    if (s.record.requests) {
      s.record.sample = share();
      s.record.keep_errors = flip();
      s.record.keep_slowest = below(100);
    }
    s.record.timeseries = time() + nanoseconds(1);
    return s;
  }

  WorkloadBehaviour behaviour() {
    WorkloadBehaviour b;
    if (flip()) b.workers = below(100);
    if (flip()) b.queue = flip() ? 0xffffffffu : below(100);
    if (flip()) b.discipline = discipline();
    if (flip()) b.patience = law();
    b.priority = below(priority_classes);
    b.limiter = random_limiter(*this);
    if (flip()) b.processor.cores = 1 + below(9);
    if (b.processor.cores > 0 && flip()) {
      b.processor.limit_milli = 1 + below(999);
      b.processor.period = milliseconds(1 + below(500));
    }
    b.overflow_status = status();
    if (flip()) b.cancel = flip();
    b.obeys_deadlines = flip();
    if (flip()) b.time = law();
    if (flip()) b.script = script(0);
    if (flip()) b.error_rate = share();
    b.error_status = status();
    b.status = status();
    b.action = action();
    b.response_headers = headers();
    b.response_bytes = below(5000);
    for (std::uint32_t i = below(3); i > 0; --i) b.handlers.push_back(handler());
    for (std::uint32_t i = below(3); i > 0; --i) b.rules.push_back(rule());
    for (std::uint32_t i = below(3); i > 0; --i) {
      const Duration from = time();
      DownSpec down{
          .from = from, .to = {}, .drop = flip(), .keep_connections = flip(), .place = {}};
      if (flip()) down.to = from + seconds(1);
      b.downs.push_back(down);
    }
    if (flip()) b.sidecar = flip();
    if (b.sidecar == true && flip()) {
      b.sides = flip() ? SidecarSides::OutboundOnly : SidecarSides::InboundOnly;
    }
    if (flip()) b.locality = "r1/z" + std::to_string(below(3));
    return b;
  }

  Distribution law(int depth = 0) {
    const Duration t = time() + nanoseconds(1);
    switch (below(depth < 2 ? 12 : 11)) {
      case 0:
        return Distribution(Uniform{t, t + time()});
      case 1:
        return Distribution(Exponential{t});
      case 2:
        return Distribution(Lognormal{t, number()});
      case 3:
        return Distribution(Gamma{t, number()});
      case 4:
        return Distribution(Pareto{t, 1.1 + number(), flip() ? Duration{0} : t + time()});
      case 5:
        return Distribution(Weibull{t, 0.1 + number()});
      case 6:
        return Distribution(Hyperexponential{{number() + 0.1, number()}, {t, time()}});
      case 7:
        return Distribution(Empirical{{0.1 + share() / 10, 0.5, 0.9 + share() / 10},
                                      {t, t + seconds(1), t + seconds(2)}});
      case 8:
        return Distribution(Cycle{{t, time(), time()}});
      case 9:
        return Distribution(
            Seeded{.shape = Seeded::Shape::Exponential, .scale = t, .seed = below(99)});
      case 11:
        return Distribution(
            std::vector<Mixture>{{number() + 0.1, law(depth + 1)}, {number(), law(depth + 1)}});
      default:
        return Distribution(Constant{time()});
    }
  }

  // ---- dice -------------------------------------------------------------------------------------

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool flip() { return below(2) == 0; }
  double share() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  double number() { return share() * 10; }
  std::uint16_t status() { return static_cast<std::uint16_t>(200 + below(400)); }
  Duration time() { return {static_cast<std::int64_t>(random_() % 100'000'000'000) >> below(30)}; }
  std::string word() {
    const char* const words[] = {"cart", "yes", "12",  "1.5",  "null",   "a b", "x:y",
                                 "# no", "~",   "1e3", "0x1f", "\u00e4", "-",   "it's"};
    return words[below(std::size(words))];
  }

 private:
  std::vector<std::pair<std::string, std::string>> headers() {
    std::vector<std::pair<std::string, std::string>> list;
    for (std::uint32_t i = below(3); i > 0; --i)
      list.emplace_back("x-" + std::to_string(i), word());
    return list;
  }

  Action action() { return static_cast<Action>(below(5)); }

  QueueDiscipline discipline() {
    QueueDiscipline d{.order = static_cast<QueueOrder>(below(4)),
                      .when_full = static_cast<QueueFull>(below(2)),
                      .congested_after = milliseconds(50) + time(),
                      .shed_late = flip()};
    if (flip()) d.codel = milliseconds(1 + below(40));
    if (d.shed_late) d.margin = time();
    return d;
  }

  RequestSpec request() {
    RequestSpec r;
    r.method = flip() ? "GET" : "POST";
    r.path = "/p" + std::to_string(below(9)) + (flip() ? "?x={i%7}" : "");
    if (flip()) r.authority = "host" + std::to_string(below(9));
    r.headers = headers();
    r.body_bytes = below(5000);
    return r;
  }

  Script script(int depth) {
    Script steps;
    for (std::uint32_t i = below(4); i > 0; --i) {
      switch (below(depth < 3 ? 9 : 3)) {
        case 0:
          steps.push_back(WorkStep{law()});
          break;
        case 1:
          steps.push_back(SleepStep{law()});
          break;
        case 2: {
          CallStep call;
          call.service = word();
          call.request = request();
          if (flip()) call.timeout = time() + nanoseconds(1);
          call.on_error = flip() ? OnError::Fail : OnError::Ignore;
          call.status_on_error = flip() ? std::uint16_t{0} : status();
          if (flip()) call.retry = random_retry(*this);
          if (flip()) call.guards = random_guards(*this);
          if (below(4) == 0) {
            call.waits = false;
            call.retry.reset();
            call.guards = {.deadline = call.guards.deadline};
            call.on_error = OnError::Fail;
            call.status_on_error = 500;
          }
          steps.push_back(std::move(call));
          break;
        }
        case 3: {
          ParallelStep parallel;
          for (std::uint32_t k = 1 + below(3); k > 0; --k) {
            parallel.branches.push_back(script(depth + 1));
          }
          if (flip()) {
            parallel.wait_for = 1 + below(static_cast<std::uint32_t>(parallel.branches.size()));
          }
          steps.push_back(std::move(parallel));
          break;
        }
        case 4:
          steps.push_back(RepeatStep{.times = 1 + below(9),
                                     .chance = flip() ? 1.0 : share(),
                                     .script = script(depth + 1)});
          break;
        case 5:
          steps.push_back(CacheStep{.cache = word(),
                                    .key = random_key(*this),
                                    .hit = script(depth + 1),
                                    .miss = script(depth + 1),
                                    .fill = static_cast<CacheFill>(below(3)),
                                    .coalesce = flip(),
                                    .place = {}});
          break;
        case 6: {
          WithStep with{.pool = word(), .wait = {}, .script = script(depth + 1), .place = {}};
          if (flip()) with.wait = time() + nanoseconds(1);
          steps.push_back(std::move(with));
          break;
        }
        case 7:
          steps.push_back(PublishStep{.topic = word(), .place = {}});
          break;
        default: {
          ChooseStep choose;
          for (std::uint32_t k = 1 + below(3); k > 0; --k) {
            choose.choices.push_back({number() + 0.1, script(depth + 1)});
          }
          steps.push_back(std::move(choose));
        }
      }
    }
    return steps;
  }

  istio::StringMatch match() {
    using Kind = istio::StringMatch::Kind;
    if (flip()) return {Kind::Exact, "/x" + word()};
    if (flip()) return {Kind::Regex, "a.*" + std::to_string(below(9))};
    return flip() ? istio::StringMatch{Kind::Prefix, "/p"} : istio::StringMatch{};
  }

  HandlerSpec handler() {
    HandlerSpec h;
    if (flip()) h.name = word();
    if (flip()) h.path = match();
    if (flip()) h.method = match();
    if (flip()) h.headers = {{"x-a", match()}, {"x-b", match()}};
    if (flip()) h.time = law();
    if (flip()) h.script = script(0);
    if (flip()) h.error_rate = share();
    h.error_status = status();
    h.status = status();
    h.action = action();
    h.response_headers = headers();
    h.response_bytes = below(5000);
    if (flip()) h.priority = below(priority_classes);
    for (std::uint32_t i = below(3); i > 0; --i) h.rules.push_back(rule());
    return h;
  }

  RuleSpec rule() {
    RuleSpec r;
    if (flip()) r.when.after = time();
    if (flip()) r.when.before = r.when.after.value_or(Duration{0}) + seconds(1);
    if (flip()) r.when.nth = {{1, 1}, {3, 5}, {9, CountRange{}.last}};
    if (flip()) {
      r.when.cycle_of = 4;
      r.when.cycle_at = {1, 3};
    }
    r.when.headers = headers();
    if (flip()) r.when.path = "/x" + word();
    if (flip()) {
      r.when.chance = share();
      r.when.chance_seed = below(99);
    }
    if (flip()) r.then.time = law();
    if (flip()) r.then.script = script(0);
    if (flip()) r.then.status = status();
    if (flip()) r.then.headers = headers();
    if (flip()) r.then.body_bytes = below(99);
    if (flip()) r.then.action = action();
    return r;
  }

  LoadSpec load(std::uint32_t number_in_list) {
    LoadSpec l;
    l.name = "l" + std::to_string(number_in_list) + word();
    (flip() ? l.gateway : l.service) = "to" + word();
    if (l.gateway.empty() && flip()) l.from = word();
    if (flip()) l.port = 1 + below(60'000);
    for (std::uint32_t i = 1 + below(3); i > 0; --i) {
      l.requests.push_back({.name = flip() ? "" : "r" + std::to_string(i),
                            .weight = number() + 0.1,
                            .request = request()});
    }
    switch (below(3)) {
      case 0:
        l.open = OpenLoad{.arrivals = static_cast<OpenLoad::Arrivals>(below(2)),
                          .rate = {{{}, number() + 0.1, false}, {seconds(1), number(), flip()}}};
        if (l.open->arrivals == OpenLoad::Arrivals::Poisson && flip()) {
          l.open->gaps = Distribution(Gamma{seconds(1), 3.0});
        }
        if (flip()) l.open->repeat = seconds(2);
        break;
      case 1:
        l.closed =
            ClosedLoad{.users = 1 + below(99), .stagger = time(), .per_user = flip() ? 0u : 5u};
        if (flip()) {
          l.closed->think = law();
        } else if (flip()) {
          l.closed->qps = number() + 0.1;
          l.closed->catch_up = flip();
        }
        break;
      default:
        l.arrivals = {{{}, ""}, {seconds(1), l.requests[0].name}};
    }
    l.connections = flip() ? 0 : 1 + below(9);
    l.start = time();
    if (flip()) l.stop = l.start + seconds(1);
    if (flip()) l.timeout = seconds(1);
    if (flip()) l.retry = random_retry(*this);
    if (flip()) l.priority = below(8);
    return l;
  }

  ThresholdSpec threshold() {
    ThresholdSpec t;
    if (flip()) {
      t.metric = "p99";
      t.max = 800.0;
      t.max_text = "800ms";
    } else {
      t.metric = "rps";
      t.min = 5.0;
      t.min_text = "5";
    }
    if (flip()) {
      t.edge = "a->b";
    } else if (flip()) {
      t.load = word();
    }
    return t;
  }

  std::mt19937_64 random_;
};

}  // namespace mesh::testing
