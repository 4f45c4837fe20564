// Phases as times, or the times as they were written down.
#include "libmesh/verify/arrivals.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>

#include "libmesh/verify/case_file.h"

namespace mesh::verify {
namespace {

constexpr const char* recorded_file = "arrivals.csv";
constexpr const char* header = "offset_us,request";
constexpr std::int64_t longest_us = 366LL * 24 * 3600 * 1'000'000;
/// A file with more wrong lines than this is another kind of file.
constexpr std::size_t complaints_max = 5;

Duration length_of(const Phase& phase) {
  return phase.duration.value_or(Duration{0});
}

void constant_arrivals(const Phase& phase, Duration start, std::vector<Arrival>& out) {
  const double n = *phase.rate * as_seconds(length_of(phase)) + 0.5;
  for (std::uint64_t k = 0; k < static_cast<std::uint64_t>(n); ++k) {
    const double seconds = static_cast<double>(k) / *phase.rate;
    out.push_back({start + Duration{static_cast<std::int64_t>(seconds * 1e9)}, phase.request});
  }
}

void phase_arrivals(const Phase& phase, Duration start, std::vector<Arrival>& out) {
  if (phase.users) return;
  if (phase.rate && !phase.poisson) constant_arrivals(phase, start, out);
  for (std::uint32_t k = 0; k < phase.burst.value_or(0); ++k) out.push_back({start, phase.request});
  for (const Duration offset : phase.offsets) out.push_back({start + offset, phase.request});
}

/// Lines "offset_us,request" below that header; the name may be empty.
class ArrivalsFile {
 public:
  ArrivalsFile(const Case& recorded, const std::string& name, Diagnostics& problems)
      : name_(name), file_(recorded.folder, name), problems_(problems) {
    if (recorded.load.request) requests_.insert("");
    for (const NamedRequest& named : recorded.load.requests) requests_.insert(named.name);
  }

  void read(std::vector<Arrival>& out) {
    const std::optional<std::string> text = file_.read(problems_);
    if (!text) return;
    std::istringstream stream(*text);
    std::string line;
    std::getline(stream, line);
    if (trimmed(line) != header) {
      return complain(code::wrong_type, 1, "does not begin with \"" + std::string(header) + "\"");
    }
    std::size_t wrong = 0;
    for (std::uint32_t number = 2; std::getline(stream, line); ++number) {
      if (trimmed(line).empty()) continue;
      if (!read_line(trimmed(line), number, out) && ++wrong == complaints_max) return;
    }
  }

 private:
  static std::string trimmed(const std::string& line) {
    const std::size_t end = line.find_last_not_of(" \r\t");
    return end == std::string::npos ? "" : line.substr(0, end + 1);
  }

  bool read_line(const std::string& line, std::uint32_t number, std::vector<Arrival>& out) {
    std::int64_t us = 0;
    const char* end = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data(), end, us);
    if (error != std::errc{} || stop == end || *stop != ',') {
      complain(code::malformed_value, number, "expected microseconds, a comma and a request");
      return false;
    }
    if (us < 0 || us > longest_us) {
      complain(code::out_of_range, number, "the offset must lie between 0 and a year");
      return false;
    }
    const std::string request(stop + 1, end);
    if (!requests_.contains(request)) {
      complain(code::unknown_word, number, "there is no request \"" + request + "\"",
               "name one of `load.requests`, or none for `load.request`");
      return false;
    }
    out.push_back({microseconds(us), request});
    return true;
  }

  void complain(const code::Code& code, std::uint32_t line, std::string what,
                std::string hint = "") {
    problems_.add(file_.error(code, line, name_, std::move(what), std::move(hint)));
  }

  std::string name_;
  CaseFile file_;
  Diagnostics& problems_;
  std::set<std::string> requests_;
};

}  // namespace

std::vector<Duration> phase_starts(const Load& load) {
  std::vector<Duration> starts;
  Duration clock{0};
  for (const Phase& phase : load.phases) {
    starts.push_back(phase.at.value_or(clock));
    clock = starts.back() + length_of(phase);
  }
  return starts;
}

double planned_arrivals(const Load& load) {
  double count = 0;
  for (const Phase& phase : load.phases) {
    count += phase.rate.value_or(0) * as_seconds(length_of(phase));
    count += phase.burst.value_or(0) + static_cast<double>(phase.offsets.size());
  }
  return count;
}

std::vector<Arrival> open_arrivals(const Case& recorded, Diagnostics& problems) {
  const Load& load = recorded.load;
  std::vector<Arrival> arrivals;
  const bool random = std::any_of(load.phases.begin(), load.phases.end(),
                                  [](const Phase& phase) { return phase.poisson; });
  if (random) {
    ArrivalsFile(recorded, recorded_file, problems).read(arrivals);
  } else {
    const std::vector<Duration> starts = phase_starts(load);
    for (std::size_t i = 0; i < starts.size(); ++i) {
      phase_arrivals(load.phases[i], starts[i], arrivals);
    }
    if (!load.arrivals.empty()) ArrivalsFile(recorded, load.arrivals, problems).read(arrivals);
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const Arrival& a, const Arrival& b) { return a.at < b.at; });
  return arrivals;
}

}  // namespace mesh::verify
