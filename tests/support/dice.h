// Dice of random scenarios: numbers, words and times of a seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace mesh::testing {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool flip() { return below(2) == 0; }
  bool rarely() { return below(5) == 0; }
  std::string pick(const std::vector<std::string>& from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }
  static std::string text(std::uint32_t n) { return std::to_string(n); }
  std::string ms(std::uint32_t from, std::uint32_t to) {
    return text(from + below(to - from + 1)) + "ms";
  }
  std::string percent(std::uint32_t most) { return text(below(most + 1)) + "%"; }

 private:
  std::mt19937_64 random_;
};

}  // namespace mesh::testing
