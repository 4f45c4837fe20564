// Tests of stories: a golden of every kind of request in the small shop, and single lines.
#include "libmesh/analysis/explain.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/golden.h"
#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

bool has(const std::string& story, const std::string& part) {
  return story.find(part) != std::string::npos;
}

TEST_CASE("explain: golden stories of a good, a retried, a failed and a refused request") {
  const auto record = testing::small_record();
  std::string text;
  for (const std::uint64_t id : {0, 14, 16, 18}) text += explain(*record, id).value() + "\n";
  testing::check_golden("explain_small_shop.txt", text);
}

TEST_CASE("explain: a nested request is told relative to its root") {
  const auto record = testing::small_record();
  const std::string story = explain(*record, 17).value();
  CHECK(story.starts_with("       3.000 ms  shop-v1-0 sends GET stock:80/items (request 17)"));
  CHECK_FALSE(has(story, "request 16"));
}

TEST_CASE("explain: a request that was not kept has no story") {
  CHECK_FALSE(explain(*testing::small_record(), 4711).has_value());
  CHECK_FALSE(explain(*SmallShop(RecordOptions{}).finish(), 0).has_value());
}

TEST_CASE("explain: slowest and errors name requests of loads") {
  const auto record = testing::small_record();
  CHECK(slowest(*record, 3) == std::vector<std::uint64_t>{16, 14, 0});
  CHECK(slowest(*record, 100).size() == 10);
  CHECK(errors(*record, 1) == std::vector<std::uint64_t>{16});
  CHECK(errors(*record, 9) == std::vector<std::uint64_t>{16, 18});
}

struct Line {
  const char* name;
  void (*change)(SmallShop&, RequestEnded&, AttemptEnded&, VisitEnded&);
  const char* expected;
};

TEST_CASE("explain: lines of unusual lives") {
  const Line lines[] = {
      {"no route", [](auto&, RequestEnded& r, auto&, auto&) { r.route = RouteId::none(); },
       "no route matched"},
      {"an injected delay",
       [](auto&, RequestEnded& r, AttemptEnded& a, auto&) {
         r.flags.set(ResponseFlag::DI);
         a.started = a.connected = SmallShop::at(2);
       },
       "the fault rule delays it by 2 ms (DI)"},
      {"an injected abort",
       [](auto&, RequestEnded& r, auto&, auto&) { r.flags.set(ResponseFlag::FI); },
       "the fault rule aborts it (FI)"},
      {"no connection",
       [](auto&, auto&, AttemptEnded& a, auto&) {
         a.connected = never;
         a.reached = false;
         a.details = Details::ConnectionTimeout;
       },
       "attempt 1: shop-v1-0, no connection became ready"},
      {"the reset of a host that never saw it",
       [](auto&, auto&, AttemptEnded& a, auto&) {
         a.reached = false;
         a.details = Details::ConnectionTimeout;
       },
       "upstream_reset_before_response_started{connection_timeout}, the host never saw it"},
      {"a full queue",
       [](auto&, auto&, auto&, VisitEnded& v) {
         v.overflowed = true;
         v.started = v.ended = v.arrived;
         v.code = 503;
       },
       "shop-v1-0 turns it away, its queue is full: 503"},
      {"a place in the queue given up",
       [](auto&, auto&, auto&, VisitEnded& v) {
         v.started = v.ended;
         v.code = 0;
       },
       "leaves the queue of shop-v1-0 without a worker after 7 ms"},
      {"work that the end of the run cut off",
       [](auto&, auto&, auto&, VisitEnded& v) {
         v.code = 0;
         v.unfinished = true;
       },
       "shop-v1-0 still works on it when the run ends"},
      {"a wait that the end of the run cut off",
       [](auto&, auto&, auto&, VisitEnded& v) {
         v.started = v.ended;
         v.code = 0;
         v.unfinished = true;
       },
       "shop-v1-0 still has it in its queue when the run ends"},
      {"a sender whose pod is not known",
       [](auto&, RequestEnded& r, auto&, auto&) { r.proxy = EndpointId::none(); },
       "load buyers sends GET shop:80/ by ingress (request 0)"},
      {"a caller that went away",
       [](auto&, RequestEnded& r, auto&, auto&) {
         r.code = 0;
         r.flags.set(ResponseFlag::DC);
         r.details = Details::DownstreamDisconnect;
       },
       "request 0 ends after 10 ms: no answer DC (downstream_remote_disconnect)"},
      {"a mirrored copy",
       [](SmallShop& shop, auto&, auto&, auto&) {
         RequestEnded copy = shop.outer(1, SmallShop::at(1), SmallShop::at(9), 200);
         copy.parent = copy.root = 0;
         copy.load = LoadId::none();
         copy.mirror = true;
         shop.recorder.request_ended(copy);
       },
       "ingress-0 sends a mirrored copy of GET shop:80/ (request 1)"},
      {"the receiving sidecar refuses",
       [](SmallShop& shop, auto&, AttemptEnded& a, VisitEnded& v) {
         v.request = 99;
         a.code = 503;
         RequestEnded inbound = shop.outer(1, SmallShop::at(1), SmallShop::at(1), 503);
         inbound.parent = inbound.root = 0;
         inbound.load = LoadId::none();
         inbound.source = SmallShop::shop;
         inbound.flags.set(ResponseFlag::UO);
         inbound.details = Details::Overflow;
         inbound.inbound = true;
         shop.recorder.request_ended(inbound);
       },
       "the sidecar of shop-v1 ends it: 503 UO "
       "(upstream_reset_before_response_started{overflow})"},
      {"a second attempt beside the first",
       [](SmallShop& shop, auto&, auto&, auto&) {
         shop.recorder.attempt_ended(
             shop.attempt(0, SmallShop::shop_0, 2, SmallShop::at(5), SmallShop::at(8), 200));
       },
       "hedged: tried again while the attempt before was open"},
  };
  for (const Line& line : lines) {
    CAPTURE(line.name);
    SmallShop shop;
    RequestEnded request = shop.outer(0, SmallShop::at(0), SmallShop::at(10), 200);
    AttemptEnded attempt =
        shop.attempt(0, SmallShop::shop_0, 1, SmallShop::at(0), SmallShop::at(10), 200);
    VisitEnded visit{.request = 0,
                     .workload = SmallShop::shop,
                     .endpoint = SmallShop::shop_0,
                     .arrived = SmallShop::at(2),
                     .started = SmallShop::at(3),
                     .ended = SmallShop::at(9),
                     .code = 200};
    line.change(shop, request, attempt, visit);
    shop.recorder.visit_ended(visit);
    shop.recorder.attempt_ended(attempt);
    shop.recorder.request_ended(request);
    const std::string story = explain(*shop.finish(), 0).value();
    CAPTURE(story);
    CHECK(has(story, line.expected));
  }
}

TEST_CASE("explain: visits behind a receiving sidecar are told below the caller's attempt") {
  SmallShop shop;
  shop.recorder.visit_ended({.request = 1,
                             .workload = SmallShop::shop,
                             .endpoint = SmallShop::shop_0,
                             .arrived = SmallShop::at(2),
                             .started = SmallShop::at(2),
                             .ended = SmallShop::at(8),
                             .code = 200});
  shop.recorder.request_ended(
      shop.inner(2, 0, SmallShop::stock_0, SmallShop::at(4), SmallShop::at(6), 200, 1));
  RequestEnded inbound = shop.outer(1, SmallShop::at(1), SmallShop::at(8), 200);
  inbound.parent = inbound.root = 0;
  inbound.load = LoadId::none();
  inbound.source = SmallShop::shop;
  inbound.inbound = true;
  shop.recorder.request_ended(inbound);
  shop.recorder.attempt_ended(
      shop.attempt(0, SmallShop::shop_0, 1, SmallShop::at(0), SmallShop::at(10), 200));
  shop.recorder.request_ended(shop.outer(0, SmallShop::at(0), SmallShop::at(10), 200));
  RunRecord record = *shop.finish();
  record.requests.parent[0] = 1;  // the application's call, on behalf of what its sidecar passed on
  const std::string story = explain(record, 0).value();
  CAPTURE(story);
  const std::size_t attempt = story.find("attempt 1: shop-v1-0"),
                    arrival = story.find("arrives at"),
                    call = story.find("shop-v1-0 sends GET stock"),
                    done = story.find("is done after"), end = story.find("attempt 1 ends");
  CHECK(attempt < arrival);
  CHECK(arrival < call);
  CHECK(call < done);
  CHECK(done < end);
  CHECK(end != std::string::npos);
}

TEST_CASE("explain: tables that refer in circles or beyond the names still end") {
  RunRecord record = *testing::small_record();
  for (auto& parent : record.requests.parent) parent = 0;
  for (auto& host : record.attempts.host) host = 999;
  for (auto& details : record.attempts.details) details = 255;
  for (auto& request : record.requests.request) request = 77;
  record.requests.parent[0] = 1;
  CHECK(explain(record, 0).has_value());
  CHECK(explain(record, 1).has_value());
}

}  // namespace
}  // namespace mesh
