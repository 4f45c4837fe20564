// A hand-made record of one second in a tiny shop, for tests of what reads records.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "libmesh/telemetry/recorder.h"

namespace mesh::testing {

/// ingress → shop-v1 (one pod) → stock (pods stock-v1-0, stock-v1-1), one load "buyers".
struct SmallShop {
  static constexpr WorkloadId ingress{0}, shop{1}, stock{2};
  static constexpr EndpointId ingress_0{0}, shop_0{1}, stock_0{2}, stock_1{3};
  static constexpr ServiceId shop_service{0}, stock_service{1};
  static constexpr ClusterId to_shop{0}, to_stock{1};
  static constexpr RouteId shop_route{0}, stock_route{1};
  static constexpr TemplateId get_shop{0}, get_stock{1};
  static constexpr LoadId buyers{0};

  static Names names() {
    Names n;
    for (const char* name : {"ingress", "shop-v1", "stock-v1"}) n.workloads.add(name);
    for (const char* name : {"istio-system", "default", "default"}) {
      n.workload_namespaces.add(name);
    }
    for (const char* version : {"", "v1", "v1"}) n.versions.add(version);
    for (const char* locality : {"", "", "r1/z1"}) n.localities.add(locality);
    n.services.add("shop.default.svc.cluster.local");
    n.services.add("stock.default.svc.cluster.local");
    for (const char* pod : {"ingress-0", "shop-v1-0", "stock-v1-0", "stock-v1-1"}) {
      n.endpoints.add(pod);
    }
    for (const WorkloadId w : {ingress, shop, stock, stock}) n.endpoint_workload.add(w);
    n.clusters.add("outbound|80||shop.default.svc.cluster.local");
    n.clusters.add("outbound|80||stock.default.svc.cluster.local");
    n.routes.add("shop/http[0]");
    n.routes.add("default");
    n.route_places.add("shop.yaml:9");
    n.route_places.add("");
    n.requests.add("GET shop:80/");
    n.requests.add("GET stock:80/items");
    n.loads.add("buyers");
    n.faults.add("slow stock-v1 x8");
    n.changes.add("apply stock-v2.yaml");
    return n;
  }

  static constexpr Instant at(std::int64_t ms) { return Instant{ms * 1'000'000}; }

  Recorder recorder;
  std::uint64_t next_id = 0;

  explicit SmallShop(RecordOptions options = {.requests = true}) : recorder(options, names(), 1) {}

  EdgeSlot shop_edge() { return recorder.edge(ingress, shop_service, shop); }
  EdgeSlot stock_edge() { return recorder.edge(shop, stock_service, stock); }

  void visit(std::uint64_t request, EndpointId pod, Instant arrived, Instant started, Instant ended,
             std::uint16_t code) {
    const WorkloadId workload = pod == shop_0 ? shop : stock;
    recorder.visit_ended({.request = request,
                          .workload = workload,
                          .endpoint = pod,
                          .arrived = arrived,
                          .started = started,
                          .ended = ended,
                          .code = code});
  }
  AttemptEnded attempt(std::uint64_t request, EndpointId pod, std::uint16_t number, Instant started,
                       Instant ended, std::uint16_t code) {
    const bool shop_side = pod == shop_0;
    return {.request = request,
            .edge = shop_side ? shop_edge() : stock_edge(),
            .cluster = shop_side ? to_shop : to_stock,
            .host = pod,
            .number = number,
            .started = started,
            .connected = started,
            .ended = ended,
            .code = code,
            .details = code == 0 ? Details::PerTryTimeout : Details::ViaUpstream,
            .reached = true};
  }
  RequestEnded inner(std::uint64_t id, std::uint64_t root, EndpointId pod, Instant started,
                     Instant ended, std::uint16_t code, std::uint16_t attempts) {
    return {.id = id,
            .parent = root,
            .root = root,
            .edge = stock_edge(),
            .request = get_stock,
            .source = shop,
            .proxy = shop_0,
            .cluster = to_stock,
            .route = stock_route,
            .host = pod,
            .started = started,
            .ended = ended,
            .code = code,
            .details = Details::ViaUpstream,
            .attempts = attempts};
  }
  RequestEnded outer(std::uint64_t id, Instant started, Instant ended, std::uint16_t code) {
    return {.id = id,
            .root = id,
            .edge = shop_edge(),
            .load = buyers,
            .request = get_shop,
            .source = ingress,
            .proxy = ingress_0,
            .cluster = to_shop,
            .route = shop_route,
            .host = shop_0,
            .started = started,
            .ended = ended,
            .code = code,
            .details = Details::ViaUpstream,
            .attempts = 1};
  }

  /// A buyer's request at `ms`: 10 ms, answered well, one nested call of 4 ms.
  void good(std::int64_t ms) {
    const std::uint64_t id = next_id++, child = next_id++;
    AttemptEnded nested = attempt(child, stock_0, 1, at(ms + 3), at(ms + 7), 200);
    visit(child, stock_0, at(ms + 4), at(ms + 4), at(ms + 6), 200);
    recorder.attempt_ended(nested);
    recorder.request_ended(inner(child, id, stock_0, at(ms + 3), at(ms + 7), 200, 1));
    visit(id, shop_0, at(ms + 1), at(ms + 2), at(ms + 9), 200);
    AttemptEnded first = attempt(id, shop_0, 1, at(ms), at(ms + 10), 200);
    first.new_connection = id == 0;
    first.connected = id == 0 ? Instant{at(ms).ns + 500'000} : at(ms);
    recorder.attempt_ended(first);
    recorder.request_ended(outer(id, at(ms), at(ms + 10), 200));
  }
  /// One whose nested call is tried again after 503 and then succeeds: 40 ms.
  void retried(std::int64_t ms) {
    const std::uint64_t id = next_id++, child = next_id++;
    visit(child, stock_0, at(ms + 4), at(ms + 4), at(ms + 6), 503);
    recorder.attempt_ended(attempt(child, stock_0, 1, at(ms + 3), at(ms + 7), 503));
    visit(child, stock_1, at(ms + 27), at(ms + 29), at(ms + 31), 200);
    recorder.attempt_ended(attempt(child, stock_1, 2, at(ms + 26), at(ms + 32), 200));
    recorder.request_ended(inner(child, id, stock_1, at(ms + 3), at(ms + 32), 200, 2));
    visit(id, shop_0, at(ms + 1), at(ms + 2), at(ms + 39), 200);
    recorder.attempt_ended(attempt(id, shop_0, 1, at(ms), at(ms + 40), 200));
    recorder.request_ended(outer(id, at(ms), at(ms + 40), 200));
  }
  /// One whose nested call times out after 100 ms, so that the buyer gets 500 after 110 ms.
  void failed(std::int64_t ms) {
    const std::uint64_t id = next_id++, child = next_id++;
    AttemptEnded slow = attempt(child, stock_1, 1, at(ms + 3), at(ms + 103), 0);
    slow.details = Details::ResponseTimeout;
    recorder.attempt_ended(slow);
    RequestEnded call = inner(child, id, stock_1, at(ms + 3), at(ms + 103), 504, 1);
    call.flags.set(ResponseFlag::UT);
    call.details = Details::ResponseTimeout;
    recorder.request_ended(call);
    visit(id, shop_0, at(ms + 1), at(ms + 2), at(ms + 109), 500);
    recorder.attempt_ended(attempt(id, shop_0, 1, at(ms), at(ms + 110), 500));
    recorder.request_ended(outer(id, at(ms), at(ms + 110), 500));
    recorder.visit_ended({.request = child,  // the work went on for nobody
                          .workload = stock,
                          .endpoint = stock_1,
                          .arrived = at(ms + 4),
                          .started = at(ms + 4),
                          .ended = at(ms + 204),
                          .code = 200,
                          .abandoned = true});
  }
  /// One that finds no healthy host: 503 UH at once.
  void refused(std::int64_t ms) {
    RequestEnded fact = outer(next_id++, at(ms), at(ms), 503);
    fact.host = EndpointId::none();
    fact.edge = recorder.edge(ingress, shop_service, WorkloadId::none());
    fact.flags.set(ResponseFlag::UH);
    fact.details = Details::NoHealthyUpstream;
    recorder.request_ended(fact);
  }

  static RunInfo info() {
    RunInfo info;
    info.scenario = "small-shop";
    info.version = "test";
    info.seed = 1;
    info.until = info.ended = at(1000);
    return info;
  }
  std::shared_ptr<const RunRecord> finish(RunInfo with = info()) {
    with.requests_created = next_id;
    return recorder.finish(std::move(with), {});
  }
};

/// Ten buyers in one second: seven good ones, one retry, one failure, one refusal.
inline std::shared_ptr<const RunRecord> small_record() {
  SmallShop shop;
  for (std::int64_t i = 0; i < 7; ++i) shop.good(i * 50);
  shop.retried(400);
  shop.failed(500);
  shop.refused(900);
  shop.recorder.note({.at = SmallShop::at(610),
                      .what = EventNote::Eject,
                      .proxy_workload = SmallShop::shop,
                      .proxy = SmallShop::shop_0,
                      .cluster = SmallShop::to_stock,
                      .endpoint = SmallShop::stock_1});
  for (std::int64_t ms = 100; ms <= 1000; ms += 100) {
    shop.recorder.sample(SmallShop::at(ms), SmallShop::shop, 1, 0, 1, 1);
    shop.recorder.sample(SmallShop::at(ms), SmallShop::stock, 1, 0, 1, 2);
  }
  return shop.finish();
}

}  // namespace mesh::testing
