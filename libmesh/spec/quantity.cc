// Readers of scalars in the dialects of Go and Kubernetes.
#include "libmesh/spec/quantity.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace mesh {
namespace {

constexpr std::int64_t int64_max = std::numeric_limits<std::int64_t>::max();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Length of the run of digits at the front.
std::size_t digits_at(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_digit(text[n])) ++n;
  return n;
}

// ---- durations (Go: src/time/format.go, ParseDuration) --------------------------------------

std::uint64_t unit_ns(std::string_view unit) {
  struct Unit {
    std::string_view name;
    std::uint64_t ns;
  };
  // Both spellings of the micro sign, U+00B5 and U+03BC, as in Go.
  constexpr Unit units[] = {
      {"ns", 1},         {"us", 1'000},        {"\u00b5s", 1'000},    {"\u03bcs", 1'000},
      {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}};
  for (const Unit& u : units) {
    if (u.name == unit) return u.ns;
  }
  return 0;
}

struct Fraction {
  std::uint64_t digits = 0;
  double scale = 1;
};

/// Digits after the point; those beyond 63 bits are dropped, as Go does.
Fraction read_fraction(std::string_view digits) {
  Fraction f;
  for (const char c : digits) {
    const auto d = static_cast<std::uint64_t>(c - '0');
    if (f.digits > (std::uint64_t{1} << 63) / 10 - 1) break;
    f.digits = f.digits * 10 + d;
    f.scale *= 10;
  }
  return f;
}

/// One "number unit" at the front of `text`, in nanoseconds, taken off; nullopt when malformed.
std::optional<std::uint64_t> take_component(std::string_view& text) {
  constexpr std::uint64_t limit = std::uint64_t{1} << 63;
  const std::size_t whole = digits_at(text);
  std::uint64_t value = 0;
  for (const char c : text.substr(0, whole)) {
    if (value > limit / 10) return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (value > limit) return std::nullopt;
  }
  text.remove_prefix(whole);
  Fraction fraction;
  std::size_t decimals = 0;
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    decimals = digits_at(text);
    fraction = read_fraction(text.substr(0, decimals));
    text.remove_prefix(decimals);
  }
  if (whole + decimals == 0) return std::nullopt;

  std::size_t length = 0;
  while (length < text.size() && text[length] != '.' && !is_digit(text[length])) ++length;
  const std::uint64_t unit = unit_ns(text.substr(0, length));
  text.remove_prefix(length);
  if (unit == 0 || value > limit / unit) return std::nullopt;
  value *= unit;
  if (fraction.digits > 0) {
    value += static_cast<std::uint64_t>(static_cast<double>(fraction.digits) *
                                        (static_cast<double>(unit) / fraction.scale));
    if (value > limit) return std::nullopt;
  }
  return value;
}

// ---- quantities (Kubernetes: apimachinery/pkg/api/resource/quantity.go) ----------------------

/// mantissa * 10^ten * 2^two.
struct Suffix {
  int ten = 0, two = 0;
};

std::optional<Suffix> read_suffix(std::string_view text) {
  if (text.empty()) return Suffix{};
  constexpr std::string_view binary = "KMGTPE";
  if (text.size() == 2 && text[1] == 'i') {
    const std::size_t k = binary.find(text[0]);
    if (k == std::string_view::npos) return std::nullopt;
    return Suffix{0, 10 * (static_cast<int>(k) + 1)};
  }
  if (text.size() == 1) {
    constexpr std::string_view decimal = "num kMGTPE";  // from 10^-9; the blank is 10^0
    const std::size_t k = decimal.find(text[0]);
    if (text[0] == ' ' || k == std::string_view::npos) return std::nullopt;
    return Suffix{3 * (static_cast<int>(k) - 3), 0};
  }
  if (text[0] != 'e' && text[0] != 'E') return std::nullopt;
  text.remove_prefix(1);
  if (text[0] == '+') {
    text.remove_prefix(1);
    if (text.empty() || !is_digit(text[0])) return std::nullopt;
  }
  int exponent = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Suffix{exponent, 0};
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return Duration{0};
  if (text.empty()) return std::nullopt;
  std::uint64_t total = 0;
  while (!text.empty()) {
    const auto component = take_component(text);
    if (!component) return std::nullopt;
    total += *component;
    if (total > std::uint64_t{1} << 63) return std::nullopt;
  }
  if (negative) return Duration{static_cast<std::int64_t>(-total)};
  if (total > static_cast<std::uint64_t>(int64_max)) return std::nullopt;
  return Duration{static_cast<std::int64_t>(total)};
}

std::optional<std::int64_t> parse_quantity_milli(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::string_view whole = text.substr(0, digits_at(text));
  text.remove_prefix(whole.size());
  std::string_view decimals;
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    decimals = text.substr(0, digits_at(text));
    text.remove_prefix(decimals.size());
  }
  if (whole.empty() && decimals.empty()) return std::nullopt;
  const std::optional<Suffix> suffix = read_suffix(text);
  if (!suffix) return std::nullopt;

  // Exact in 128 bits for what can matter: 20 digits before the point and 12 after it. Larger
  // values are cut to the largest; what is lost below a thousandth rounds away from zero. Both as
  // Kubernetes does.
  constexpr __int128 ceiling = static_cast<__int128>(int64_max) << 60;
  constexpr std::size_t decimals_kept = 12;
  const std::size_t zeros = std::min(whole.find_first_not_of('0'), whole.size());
  if (whole.size() - zeros > 20) return negative ? -int64_max : int64_max;
  __int128 value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  for (const char c : decimals.substr(0, decimals_kept)) value = value * 10 + (c - '0');
  bool lost = decimals.size() > decimals_kept &&
              decimals.find_first_not_of('0', decimals_kept) != std::string_view::npos;
  const auto shift = static_cast<std::int64_t>(std::min(decimals.size(), decimals_kept));
  std::int64_t ten = std::int64_t{suffix->ten} + 3 - shift;
  for (int k = 0; k < suffix->two && value < ceiling; ++k) value *= 2;
  for (; ten > 0 && value > 0 && value < ceiling; --ten) value *= 10;
  for (; ten < 0 && value > 0; ++ten) {
    lost = lost || value % 10 != 0;
    value /= 10;
  }
  if (lost) ++value;
  if (value > int64_max) value = int64_max;
  return static_cast<std::int64_t>(negative ? -value : value);
}

std::optional<double> parse_percent(std::string_view text) {
  if (text.empty() || text.back() != '%') return std::nullopt;
  text.remove_suffix(1);
  std::string_view digits = text;
  if (!digits.empty() && (digits[0] == '-' || digits[0] == '+')) digits.remove_prefix(1);
  const std::size_t whole = digits_at(digits);
  std::string_view rest = digits.substr(whole);
  if (whole == 0) return std::nullopt;
  if (!rest.empty()) {
    if (rest[0] != '.' || rest.size() == 1) return std::nullopt;
    if (digits_at(rest.substr(1)) != rest.size() - 1) return std::nullopt;
  }
  // The exponent divides by 100 without a second rounding: 0.1% is exactly the double 0.001.
  std::string shifted(text[0] == '+' ? text.substr(1) : text);
  shifted += "e-2";
  double value = 0;
  const auto result = std::from_chars(shifted.data(), shifted.data() + shifted.size(), value);
  if (result.ec != std::errc()) return std::nullopt;
  return value;
}

std::string to_string(Duration d) {
  if (d.ns == 0) return "0s";
  std::string text = d.ns < 0 ? "-" : "";
  std::uint64_t left =
      d.ns < 0 ? -static_cast<std::uint64_t>(d.ns) : static_cast<std::uint64_t>(d.ns);
  struct Unit {
    const char* name;
    std::uint64_t ns;
  };
  constexpr Unit whole_units[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}};
  for (const Unit& unit : whole_units) {
    if (left < unit.ns) continue;
    text += std::to_string(left / unit.ns) + unit.name;
    left %= unit.ns;
  }
  if (left == 0) return text;
  // The rest as one decimal number, in the largest unit that it fills; seconds after h or m.
  constexpr Unit units[] = {{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}};
  const bool alone = text.empty() || text == "-";
  for (const Unit& unit : units) {
    if (alone && left < unit.ns) continue;
    text += std::to_string(left / unit.ns);
    if (const std::uint64_t rest = left % unit.ns; rest != 0) {
      std::string decimals = std::to_string(unit.ns + rest).substr(1);
      decimals.erase(decimals.find_last_not_of('0') + 1);
      text += '.' + decimals;
    }
    return text + unit.name;
  }
  return text;
}

}  // namespace mesh
