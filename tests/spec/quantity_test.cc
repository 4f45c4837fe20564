// Durations, quantities and percentages as Go and Kubernetes read them.
#include "libmesh/spec/quantity.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>

using namespace mesh;

namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();

std::string random_text(std::mt19937_64& random, std::string_view alphabet) {
  std::string text;
  for (std::uint64_t n = random() % 12; n > 0; --n) text += alphabet[random() % alphabet.size()];
  return text;
}

}  // namespace

TEST_CASE("quantity: durations that Go accepts") {
  struct Row {
    const char* text;
    std::int64_t ns;
  };
  const Row rows[] = {
      {"0", 0},
      {"5s", 5'000'000'000},
      {"30s", 30'000'000'000},
      {"1478s", 1'478'000'000'000},
      {"-5s", -5'000'000'000},
      {"+5s", 5'000'000'000},
      {"-0", 0},
      {"+0", 0},
      {"5.0s", 5'000'000'000},
      {"5.6s", 5'600'000'000},
      {"5.s", 5'000'000'000},
      {".5s", 500'000'000},
      {"1.004s", 1'004'000'000},
      {"100.00100s", 100'001'000'000},
      {"10ns", 10},
      {"11us", 11'000},
      {"12\u00b5s", 12'000},
      {"12\u03bcs", 12'000},
      {"13ms", 13'000'000},
      {"15m", 900'000'000'000},
      {"16h", 57'600'000'000'000},
      {"3h30m", 12'600'000'000'000},
      {"1h10m", 4'200'000'000'000},
      {"10.5s4m", 250'500'000'000},
      {"-2m3.4s", -123'400'000'000},
      {"1h2m3s4ms5us6ns", 3'723'004'005'006},
      {"39h9m14.425s", 140'954'425'000'000},
      {"52763797000ns", 52'763'797'000},
      {"0.3333333333333333333h", 1'200'000'000'000},  // more digits than 63 bits hold
      {"9007199254740993ns", 9'007'199'254'740'993},  // 2^53 + 1: not through a double
      {"9223372036854775807ns", largest},
      {"-9223372036854775808ns", smallest},
      {"9223372036s854ms775us807ns", largest},
      {"0.100000000000000000000h", 360'000'000'000},
      {"0.830103483285477580700h", 2'988'372'539'827},
      {"1.5ms", 1'500'000},
      {"0.4ms", 400'000},
      {"0.35ms", 350'000},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto parsed = parse_duration(row.text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->ns == row.ns);
  }
}

TEST_CASE("quantity: durations that Go refuses") {
  const char* const rows[] = {"",
                              "3",
                              "-",
                              "s",
                              ".",
                              "-.",
                              ".s",
                              "+.s",
                              "1d",
                              "1 s",
                              " 1s",
                              "1s ",
                              "1S",
                              "1e3s",
                              "1s1",
                              "--1s",
                              "+-1s",
                              "1,5s",
                              "1min",
                              "1sec",
                              "\xff\xff",
                              "1hour",
                              "0x1s",
                              "infs",
                              "nan",
                              "5m s",
                              "1..5s",
                              "1s-1s",
                              "9223372036854775808ns",
                              "9223372036854775.808us",
                              "9223372036854ms775us808ns",
                              "-9223372036854775809ns",
                              "99999999999999999999s",
                              "3000000h"};
  for (const char* const row : rows) {
    CAPTURE(row);
    CHECK_FALSE(parse_duration(row).has_value());
  }
}

TEST_CASE("quantity: durations are written as short as they can be read") {
  struct Row {
    std::int64_t ns;
    const char* text;
  };
  const Row rows[] = {
      {0, "0s"},
      {1, "1ns"},
      {1'100, "1.1us"},
      {2'200'000, "2.2ms"},
      {1'500'000'000, "1.5s"},
      {60'000'000'000, "1m"},
      {90'000'000'000, "1m30s"},
      {3'600'000'000'000, "1h"},
      {4'200'000'000'000, "1h10m"},
      {3'600'000'000'001, "1h0.000000001s"},
      {-250'000, "-250us"},
      {100'000'000, "100ms"},
      {largest, "2562047h47m16.854775807s"},
      {smallest, "-2562047h47m16.854775808s"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.ns);
    CHECK(to_string(Duration{row.ns}) == row.text);
  }
}

TEST_CASE("quantity: every duration survives writing and reading") {
  std::mt19937_64 random(20250101);
  for (int i = 0; i < 20'000; ++i) {
    const auto bits = static_cast<std::int64_t>(random());
    const Duration d{bits >> (random() % 64)};
    CAPTURE(d.ns);
    const auto again = parse_duration(to_string(d));
    REQUIRE(again.has_value());
    // Above 2^53 ns Go's reader may lose a nanosecond of the fraction; 104 days are below it.
    if (d.ns > -(1LL << 53) && d.ns < (1LL << 53)) CHECK(again->ns == d.ns);
    CHECK(again->ns - d.ns <= 1);
    CHECK(d.ns - again->ns <= 1);
  }
}

TEST_CASE("quantity: durations agree with exact arithmetic on random text") {
  std::mt19937_64 random(7);
  const std::pair<const char*, std::int64_t> units[] = {{"ns", 1},
                                                        {"us", 1'000},
                                                        {"ms", 1'000'000},
                                                        {"s", 1'000'000'000},
                                                        {"m", 60'000'000'000},
                                                        {"h", 3'600'000'000'000}};
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    std::int64_t expected = 0;
    for (std::uint64_t n = 1 + random() % 3; n > 0; --n) {
      const auto& [unit, ns] = units[random() % 6];
      const std::uint64_t whole = random() % 1000, thousandths = random() % 1000;
      const std::string decimals = std::to_string(1000 + thousandths).substr(1);
      text += std::to_string(whole) + '.' + decimals + unit;
      expected += static_cast<std::int64_t>(whole) * ns;
      expected += static_cast<std::int64_t>(thousandths) * ns / 1000;
    }
    CAPTURE(text);
    const auto parsed = parse_duration(text);
    REQUIRE(parsed.has_value());
    CHECK(parsed->ns <= expected);
    CHECK(parsed->ns >= expected - 3);  // Go multiplies fractions as doubles
  }
}

TEST_CASE("quantity: Kubernetes quantities in thousandths") {
  struct Row {
    const char* text;
    std::int64_t milli;
  };
  const Row rows[] = {
      {"0", 0},
      {"2", 2'000},
      {"500m", 500},
      {"0.5", 500},
      {".5", 500},
      {"5.", 5'000},
      {"+1", 1'000},
      {"-1", -1'000},
      {"1k", 1'000'000},
      {"1Ki", 1'024'000},
      {"1Mi", 1'048'576'000},
      {"1Gi", 1'073'741'824'000},
      {"1.5Gi", 1'610'612'736'000},
      {"8Gi", 8'589'934'592'000},
      {"1Ti", 1'099'511'627'776'000},
      {"1M", 1'000'000'000},
      {"1G", 1'000'000'000'000},
      {"1e3", 1'000'000},
      {"1E3", 1'000'000},
      {"1e+3", 1'000'000},
      {"12e-1", 1'200},
      {"100u", 1},  // rounds away from zero
      {"1n", 1},
      {"-1n", -1},
      {"1000001u", 1'001},
      {"0.0001", 1},
      {"0.1000000000000001", 101},
      {"0n", 0},
      {"00012", 12'000},
      {"9007199254740.993", 9'007'199'254'740'993},
      {"9223372036854775.807", largest},
      {"9223372036854775.808", largest},
      {"1E", largest},  // exa, cut as Kubernetes cuts
      {"-1Ei", -largest},
      {"1e300", largest},
      {"99999999999999999999999999999", largest},
      {"0e999999999", 0},
      {"1e-999999999", 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const auto parsed = parse_quantity_milli(row.text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == row.milli);
  }
  for (const char* const text :
       {"",    "-",    ".",   "Gi",  "1gi",   "1GI",  "1K",           "1kb",  "1 Gi",
        " 1",  "1 ",   "1e",  "1e+", "1e+-3", "1e 3", "1ee3",         "0x10", "1_000",
        "1,5", "1Gi1", "inf", "1i",  "m",     "--1",  "1e99999999999"}) {
    CAPTURE(text);
    if (std::string_view(text) == "1E") continue;
    CHECK_FALSE(parse_quantity_milli(text).has_value());
  }
}

TEST_CASE("quantity: quantities agree with 128-bit arithmetic on random text") {
  std::mt19937_64 random(11);
  const std::pair<const char*, std::int64_t> suffixes[] = {
      {"", 1},         {"k", 1'000},      {"M", 1'000'000},    {"Ki", 1'024},
      {"Mi", 1 << 20}, {"Gi", 1LL << 30}, {"G", 1'000'000'000}};
  for (int i = 0; i < 20'000; ++i) {
    const auto& [suffix, factor] = suffixes[random() % 7];
    const std::uint64_t whole = random() % 1'000'000, millionths = random() % 1'000'000;
    const std::string text =
        std::to_string(whole) + '.' + std::to_string(1'000'000 + millionths).substr(1) + suffix;
    const __int128 exact = static_cast<__int128>(whole * 1'000'000 + millionths) * factor * 1000;
    const auto expected = static_cast<std::int64_t>((exact + 999'999) / 1'000'000);
    CAPTURE(text);
    CHECK(parse_quantity_milli(text) == expected);
  }
}

TEST_CASE("quantity: percentages are fractions, without rounding twice") {
  struct Row {
    const char* text;
    double value;
  };
  const Row rows[] = {{"50%", 0.5},  {"100%", 1.0},        {"0%", 0.0},   {"0.1%", 0.001},
                      {"1%", 0.01},  {"99.9%", 0.999},     {"250%", 2.5}, {"-5%", -0.05},
                      {"+5%", 0.05}, {"0.0001%", 0.000001}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(parse_percent(row.text) == row.value);
  }
  for (const char* const text : {"", "%", "50", "5 %", "%5", "5%%", ".5%", "5.%", "1e2%", "-%",
                                 "nan%", "inf%", "0x5%", "5,5%", "--5%", "+-5%"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_percent(text).has_value());
  }
}

TEST_CASE("quantity: random text never does harm") {
  std::mt19937_64 random(13);
  int durations = 0, quantities = 0, percents = 0;
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = random_text(random, "0123456789.+-eEnumskMGTPEiKh%\u00b5 ");
    if (const auto d = parse_duration(text)) {
      ++durations;
      CHECK(parse_duration(to_string(*d)).has_value());
    }
    quantities += parse_quantity_milli(text).has_value() ? 1 : 0;
    percents += parse_percent(text).has_value() ? 1 : 0;
  }
  CHECK(durations > 100);
  CHECK(quantities > 100);
  CHECK(percents > 10);
}
