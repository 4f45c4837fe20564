// Hosts that predicates refuse, priorities that were tried.
#include "libmesh/policy/retry_selection.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mesh;

TEST_CASE("retry_selection: the first accepted pick wins, else the last one is used") {
  const std::vector<std::uint32_t> picks = {3, 3, 5, 7};
  std::uint32_t asked = 0;
  const auto pick = [&](std::uint32_t i) {
    ++asked;
    return picks[i];
  };
  const std::vector<std::uint32_t> attempted = {3};
  const auto refuses = [&](std::uint32_t host) { return was_attempted(attempted, host); };

  CHECK(select_host(1, pick, refuses) == 3);  // Envoy's one extra attempt meets 3 again
  CHECK(asked == 2);
  asked = 0;
  CHECK(select_host(5, pick, refuses) == 5);
  CHECK(asked == 3);
  CHECK(select_host(0, pick, refuses) == 3);
  CHECK(select_host(3, pick, [](std::uint32_t) { return true; }) == 7);
}

TEST_CASE("retry_selection: no host ends the search at once") {
  std::uint32_t asked = 0;
  const auto pick = [&](std::uint32_t) {
    ++asked;
    return no_host;
  };
  CHECK(select_host(5, pick, [](std::uint32_t) { return true; }) == no_host);
  CHECK(asked == 1);
}

namespace {

struct Request {
  explicit Request(std::size_t n) : tried(n), excluded(n), share(n) {}
  PreviousPriorities state;
  std::vector<std::uint8_t> tried, excluded;
  std::vector<PriorityShare> share;

  bool load(std::uint32_t frequency, const std::vector<Availability>& health) {
    return previous_priorities_load(state, frequency, health, tried, excluded, share);
  }
};

}  // namespace

TEST_CASE("previous_priorities: with frequency 2 the second attempt in P0 moves all load to P1") {
  const std::vector<Availability> health = {{100, 0}, {100, 0}};
  Request request(2);
  CHECK_FALSE(request.load(2, health));
  note_attempt(request.state, request.tried, 0);
  CHECK_FALSE(request.load(2, health));
  note_attempt(request.state, request.tried, 0);
  REQUIRE(request.load(2, health));
  CHECK(request.share == std::vector<PriorityShare>{{0, 0}, {100, 0}});

  // Between multiples of the frequency the adjusted load stays.
  note_attempt(request.state, request.tried, 1);
  REQUIRE(request.load(2, health));
  CHECK(request.share == std::vector<PriorityShare>{{0, 0}, {100, 0}});
}

TEST_CASE("previous_priorities: when all were attempted everything starts over") {
  const std::vector<Availability> health = {{100, 0}, {100, 0}};
  Request request(2);
  note_attempt(request.state, request.tried, 0);
  note_attempt(request.state, request.tried, 1);
  REQUIRE(request.load(2, health));
  CHECK(request.share == std::vector<PriorityShare>{{100, 0}, {0, 0}});
  CHECK(request.state.attempted == 0);
  CHECK(request.excluded == std::vector<std::uint8_t>{0, 0});
}

TEST_CASE("previous_priorities: the rest is shared by health, rounding goes round again") {
  const std::vector<Availability> health = {{100, 0}, {35, 10}, {35, 0}};
  Request request(3);
  note_attempt(request.state, request.tried, 0);
  REQUIRE(request.load(1, health));
  // 80 left: 43 + 43 healthy, 12 degraded, 2 more to the first one.
  CHECK(request.share == std::vector<PriorityShare>{{0, 0}, {45, 12}, {43, 0}});
}

TEST_CASE("previous_priorities: when everything is down the original load is used") {
  const std::vector<Availability> health = {{0, 0}, {0, 0}};
  Request request(2);
  note_attempt(request.state, request.tried, 0);
  CHECK_FALSE(request.load(1, health));
}

TEST_CASE("previous_priorities: frequency 0 is off") {
  Request request(1);
  note_attempt(request.state, request.tried, 0);
  CHECK_FALSE(request.load(0, {{100, 0}}));
}
