// Lets Python see signals and progress about 20 times a second while C++ runs without the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <exception>
#include <utility>

#include "libmesh/engine/simulation.h"

namespace mesh::python {

namespace py = pybind11;

class Watch {
 public:
  /// `callback(share, events)` may return False to stop; None = only signals are looked at.
  explicit Watch(py::object callback) : callback_(std::move(callback)) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// What the simulation calls; valid as long as this object.
  Progress progress() {
    return [this](double share, std::uint64_t events) { return look(share, events); };
  }
  /// With the GIL: raises what a signal handler or the callback raised, apart from Ctrl-C.
  void finish() {
    if (raised_) std::rethrow_exception(std::exchange(raised_, nullptr));
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool look(double share, std::uint64_t events) {
    const auto now = Clock::now();
    if (now < next_) return !stopped_;
    const py::gil_scoped_acquire gil;
    try {
      call(share, events);
    } catch (py::error_already_set& error) {
      stopped_ = true;  // Ctrl-C keeps what is finished; anything else is raised by finish()
      if (!error.matches(PyExc_KeyboardInterrupt)) raised_ = std::current_exception();
    }
    next_ = Clock::now() + std::chrono::milliseconds(50);
    return !stopped_;
  }
  void call(double share, std::uint64_t events) {
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (callback_.is_none()) return;
    const py::object answer = callback_(share, events);
    if (answer.is(py::bool_(false))) stopped_ = true;
  }

  py::object callback_;
  Clock::time_point next_ = Clock::now();
  bool stopped_ = false;
  std::exception_ptr raised_;
};

}  // namespace mesh::python
