// Tests of how retries multiply by layer.
#include "libmesh/analysis/retry_amplification.h"

#include <doctest/doctest.h>

#include "tests/support/small_record.h"

namespace mesh {
namespace {

using testing::SmallShop;

TEST_CASE("retry_amplification: the small shop retries once below the ingress") {
  const RetryAmplification result = retry_amplification(*testing::small_record());
  REQUIRE(result.layers.size() == 2);
  CHECK(result.layers[0].requests == 10);
  CHECK(result.layers[0].attempts == 10);  // the refused request owes an attempt to nobody
  CHECK(result.layers[0].factor == 1);
  CHECK(result.layers[1].requests == 9);
  CHECK(result.layers[1].attempts == 10);
  CHECK(result.layers[1].factor == doctest::Approx(10.0 / 9));
  CHECK(result.layers[1].cumulative == doctest::Approx(10.0 / 9));
  CHECK(result.edges.size() == 3);
}

/// `requests` requests on an edge with `attempts` attempts.
void traffic(Recorder& recorder, EdgeSlot edge, int requests, int attempts) {
  for (int i = 0; i < attempts; ++i) {
    AttemptEnded attempt;
    attempt.edge = edge;
    attempt.code = 503;
    recorder.attempt_ended(attempt);
  }
  for (int i = 0; i < requests; ++i) {
    RequestEnded request;
    request.edge = edge;
    request.code = 503;
    recorder.request_ended(request);
  }
}

TEST_CASE("retry_amplification: three tries in each of two layers make nine at the bottom") {
  SmallShop shop;
  traffic(shop.recorder, shop.shop_edge(), 100, 300);
  traffic(shop.recorder, shop.stock_edge(), 300, 900);
  const RetryAmplification result = retry_amplification(*shop.finish());
  REQUIRE(result.layers.size() == 2);
  CHECK(result.layers[0].cumulative == doctest::Approx(3));
  CHECK(result.layers[1].factor == doctest::Approx(3));
  CHECK(result.layers[1].cumulative == doctest::Approx(9));
  CHECK(result.edges[0].layer == 0);
  CHECK(result.edges[1].layer == 1);
}

TEST_CASE("retry_amplification: a retry that went to another workload counts for its service") {
  SmallShop shop;
  const EdgeSlot first = shop.stock_edge();
  const EdgeSlot other =
      shop.recorder.edge(SmallShop::shop, SmallShop::stock_service, SmallShop::ingress);
  traffic(shop.recorder, first, 0, 10);   // first tries
  traffic(shop.recorder, other, 10, 10);  // where the requests ended
  const RetryAmplification result = retry_amplification(*shop.finish());
  REQUIRE(result.layers.size() == 1);
  CHECK(result.layers[0].factor == doctest::Approx(2));
}

TEST_CASE("retry_amplification: cycles and empty records end") {
  SmallShop shop;
  traffic(shop.recorder, shop.stock_edge(), 1, 1);
  traffic(shop.recorder,
          shop.recorder.edge(SmallShop::stock, SmallShop::shop_service, SmallShop::shop), 1, 2);
  const RetryAmplification cycle = retry_amplification(*shop.finish());
  REQUIRE(cycle.layers.size() == 2);
  CHECK(cycle.layers[1].factor == doctest::Approx(2));
  CHECK(retry_amplification(*SmallShop().finish()).layers.empty());
}

}  // namespace
}  // namespace mesh
