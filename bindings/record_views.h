// Read-only NumPy views on a record's memory; the owner is kept alive by every view.
#pragma once

#include <pybind11/numpy.h>

#include <type_traits>
#include <vector>

#include "libmesh/telemetry/histogram.h"

namespace mesh::python {

namespace py = pybind11;

inline py::array read_only(py::array array) {
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

/// A vector of numbers.
template <class T>
py::array view(const std::vector<T>& column, py::handle owner) {
  return read_only(py::array_t<T>(static_cast<py::ssize_t>(column.size()), column.data(), owner));
}

/// One member of every item of a vector, seen as numbers of type T: a strided view.
template <class T, class Item, class Member>
py::array member_view(const std::vector<Item>& items, Member Item::*member, py::handle owner) {
  static_assert(sizeof(Member) >= sizeof(T) && std::is_standard_layout_v<Member>);
  const T* first = nullptr;
  if (!items.empty()) first = reinterpret_cast<const T*>(&(items.front().*member));
  const auto size = static_cast<py::ssize_t>(items.size());
  const auto stride = static_cast<py::ssize_t>(sizeof(Item));
  return read_only(py::array(py::dtype::of<T>(), std::vector<py::ssize_t>{size},
                             std::vector<py::ssize_t>{stride}, first, owner));
}

/// A column that exists nowhere as such: computed, then read-only like the others.
template <class T, class Item, class Get>
py::array computed(const std::vector<Item>& items, Get&& get) {
  py::array_t<T> out(static_cast<py::ssize_t>(items.size()));
  T* to = out.mutable_data();
  for (const Item& item : items) *to++ = static_cast<T>(get(item));
  return read_only(std::move(out));
}

/// Histograms as sparse rows (row, bin, count) under `table`.
inline void add_histograms(const std::string& table, const std::vector<Histogram>& histograms,
                           py::dict& out) {
  std::vector<std::uint32_t> row, bin;
  std::vector<std::uint64_t> count;
  for (std::size_t i = 0; i < histograms.size(); ++i) {
    const auto& bins = histograms[i].bins();
    for (std::size_t b = 0; b < bins.size(); ++b) {
      if (bins[b] == 0) continue;
      row.push_back(static_cast<std::uint32_t>(i));
      bin.push_back(histograms[i].first_bin() + static_cast<std::uint32_t>(b));
      count.push_back(bins[b]);
    }
  }
  const auto same = [](auto v) { return v; };
  out[py::str(table + ".row")] = computed<std::uint32_t>(row, same);
  out[py::str(table + ".bin")] = computed<std::uint32_t>(bin, same);
  out[py::str(table + ".count")] = computed<std::uint64_t>(count, same);
  const auto total = [&](const char* name, auto get) {
    out[py::str(table + "." + name)] = computed<std::int64_t>(histograms, get);
  };
  total("total", [](const Histogram& h) { return h.count(); });
  total("sum_ns", [](const Histogram& h) { return h.sum().ns; });
  total("min_ns", [](const Histogram& h) { return h.min().ns; });
  total("max_ns", [](const Histogram& h) { return h.max().ns; });
}

}  // namespace mesh::python
