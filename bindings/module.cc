// The compiled module `meshsim._core`: a table of contents.
#include <charconv>
#include <stdexcept>

#include "bindings/bind.h"

namespace mesh::python {

std::string hex(std::uint64_t value) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) out[i] = digits[value & 15u];
  return out;
}

std::uint64_t from_hex(std::string_view digits) {
  std::uint64_t value = 0;
  const auto end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, value, 16);
  if (error != std::errc{} || stop != end) throw std::invalid_argument("not a hexadecimal number");
  return value;
}

}  // namespace mesh::python

PYBIND11_MODULE(_core, m) {
  using namespace mesh::python;
  m.doc() = "The compiled core of meshsim. Private: use the package `meshsim`.";
  bind_diagnostics(m);
  bind_scenario(m);
  bind_plan(m);
  bind_record(m);
  bind_record_input(m);
  bind_analysis(m);
  bind_arrow(m);
  bind_simulation(m);
  bind_run(m);
  bind_study(m);
  bind_builder(m);
  bind_verify(m);
  bind_export(m);
}
