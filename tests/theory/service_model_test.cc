// Known values of impatient and of urgent customers, each met by the real engine.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "libmesh/mesh.h"
#include "tests/theory/units.h"

namespace mesh {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): all words of units.h

/// Mean number of those who wait, as the sampler saw it after the warm-up.
double waiting(const RunRecord& record) {
  double sum = 0, count = 0;
  const WorkloadSamples& samples = record.samples;
  for (std::size_t i = 0; i < samples.at_ns.size(); ++i) {
    if (samples.workload[i] != Station::server.value) continue;
    if (samples.at_ns[i] < record.info.warmup.ns) continue;
    sum += samples.queued[i];
    count += 1;
  }
  return sum / count;
}

/// Of all who came: those who waited, whether they were served or not.
double ever_waited(const RunRecord& record) {
  const double lost = failed(record);
  return lost + (1 - lost) * waiting_share(record);
}

std::shared_ptr<const Plan> sampled_often(const std::shared_ptr<const Plan>& plan) {
  Plan changed = *plan;
  changed.record.bucket = unit * 5;
  return std::make_shared<const Plan>(changed);
}

TEST_CASE("theory: Q42-Q45 Erlang A: who waits, who leaves, how many wait") {
  struct Row {
    const char* id;
    double arrivals;
    std::uint32_t servers;
    double leaving_rate, requests;
    double waits, leaves, waiting;
  };
  for (const Row& row : {
           Row{"Q42", 10, 10, 1, 100'000, 0.542070, 0.125110, 1.251100},
           Row{"Q43", 12, 10, 0.5, 100'000, 0.850385, 0.195656, 4.695743},
           Row{"Q44", 8, 5, 2, 100'000, 0.814775, 0.411977, 1.647910},
           Row{"Q45", 90, 100, 0.5, 400'000, 0.176868, 0.005686, 1.023495},
       }) {
    CAPTURE(row.id);
    const auto patience = nanoseconds(static_cast<std::int64_t>(unit_s * 1e9 / row.leaving_rate));
    const Records records = runs_of(sampled_often(
        Station{.workers = row.servers, .patience = Distribution(Exponential{patience})}.open(
            row.arrivals / unit_s, length_of(row.requests, row.arrivals))));
    check_mean(records, ever_waited, row.waits);
    check_mean(records, failed, row.leaves);
    check_mean(records, waiting, row.waiting);
  }
}

TEST_CASE("theory: Q46-Q49 M/M/1 with fixed patience: who leaves, who is answered") {
  struct Row {
    const char* id;
    double arrivals, patience, leaves, answered;
  };
  for (const Row& row :
       {Row{"Q46", 0.8, 2, 0.187832, 0.649734}, Row{"Q47", 1, 5, 0.142857, 0.857143},
        Row{"Q48", 1.2, 5, 0.223855, 0.931373}, Row{"Q49", 2, 1, 0.550643, 0.898715}}) {
    CAPTURE(row.id);
    const auto patience = nanoseconds(static_cast<std::int64_t>(row.patience * unit_s * 1e9));
    const Records records = runs_of(Station{.patience = Distribution(Constant{patience})}.open(
        row.arrivals / unit_s, length_of(50'000, row.arrivals)));
    check_mean(records, failed, row.leaves);
    check_mean(records, answered, row.answered);
  }
}

TEST_CASE("theory: Q32-Q34 two classes, the urgent one first, nobody interrupted: both waits") {
  struct Row {
    const char* id;
    double urgent, plain, requests;
    double urgent_wait, plain_wait;
  };
  for (const Row& row : {Row{"Q32", 0.3, 0.5, 100'000, 1.142857, 5.714286},
                         Row{"Q33", 0.4, 0.4, 100'000, 1.333333, 6.666667},
                         Row{"Q34", 0.6, 0.3, 400'000, 2.250000, 22.500000}}) {
    CAPTURE(row.id);
    HandPlan hand;
    const WorkloadId server = hand.service("server", {.pods = 1, .workers = 1});
    const WorkloadId client = hand.client("client");
    hand.open_load("plain", client, server, row.plain / unit_s);
    hand.open_load("urgent", client, server, row.urgent / unit_s);
    Plan& plan = hand.plan();
    const TemplateId urgent = plan.templates.add(plan.templates[hand.request_to(server)]);
    plan.loads[LoadId{1}].requests = {{urgent, 1.0}};
    plan.workloads[server].first_come = false;
    plan.workloads[server].discipline.order = QueueOrder::Priority;
    hand.handler_of(server).priority = 1;
    Plan built = *finished(hand, length_of(row.requests, row.urgent + row.plain));
    HandlerPlan first = built.handlers[built.workloads[server].handler_of[urgent]];
    first.priority = 0;
    built.workloads[server].handler_of[urgent] = built.handlers.add(first);
    ProxyConfig& proxy = built.versions.front().proxies[client];
    proxy.route_of[urgent] = {proxy.route_of[hand.request_to(server)].route, urgent};
    const Records records = runs_of(std::make_shared<const Plan>(built));
    const auto wait_of = [](std::uint32_t load) {
      return [load](const RunRecord& record) {
        const Histogram& latency = record.latency_by_load[load];
        return as_seconds(latency.sum()) / static_cast<double>(latency.count()) / unit_s - 1;
      };
    };
    check_mean(records, wait_of(1), row.urgent_wait);
    check_mean(records, wait_of(0), row.plain_wait);
  }
}

TEST_CASE("theory: E17 controlled delay keeps a server busy with what is still wanted") {
  // One server, 1,000/s, exponential; callers leave after 500 ms. Reference runs of the same model:
  // goodput per second, within 2 %, with LIFO 2.5 %: it does not say exactly when it turns the
  // queue round. Eight replications of 60 s each, a tenth of it warm-up.
  struct Row {
    double offered, fifo, codel, codel_lifo;
  };
  for (const Row& row : {Row{900, 900, 871, 868}, Row{1100, 0, 958, 948}, Row{1500, 0, 989, 979},
                         Row{2000, 0, 997, 991}}) {
    CAPTURE(row.offered);
    const auto goodput = [&row](const QueueDiscipline& discipline) {
      HandPlan hand;
      const WorkloadId server = hand.service(
          "server", {.pods = 1, .workers = 1, .time = Distribution(Exponential{milliseconds(1)})});
      const LoadId load = hand.open_load("callers", hand.client("client"), server, row.offered);
      hand.plan().loads[load].timeout = milliseconds(500);
      hand.plan().workloads[server].first_come = false;
      hand.plan().workloads[server].discipline = discipline;
      double sum = 0;
      const Records records = replicate(finished(hand, seconds(60)), replication_seeds(7, 8));
      for (const auto& record : records) sum += loads(*record).goodput_rps / 8;
      return sum;
    };
    const Duration target = milliseconds(5);
    CHECK(std::abs(goodput({}) - row.fifo) <= 0.02 * row.fifo + 0.01 * 1000);
    CHECK(goodput({.codel = target}) == doctest::Approx(row.codel).epsilon(0.02));
    CHECK(goodput({.order = QueueOrder::Adaptive, .codel = target}) ==
          doctest::Approx(row.codel_lifo).epsilon(0.025));
  }
}

}  // namespace
}  // namespace mesh
