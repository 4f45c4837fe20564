// Field tables of open load: how arrivals follow each other, and the curve of their rate.
#include <array>

#include "libmesh/spec/object_table.h"
#include "libmesh/spec/scenario_tables.h"

namespace mesh {
namespace {

const Table<RatePoint>& rate_point_table() {
  static const Table<RatePoint> table(
      "RatePoint", "The rate from a time on.",
      {
          required("at", &RatePoint::at, time_span(), "Since the start of the run."),
          required("rps", &RatePoint::rps, number(0, rps_max), "Requests per second."),
          simulated("ramp", &RatePoint::ramp, boolean(), "false",
                    "Changes evenly from the point before, instead of at once."),
      });
  return table;
}

void check_rate(const YamlNode& node, const Reading& at, const std::vector<RatePoint>& rate) {
  bool any = false;
  for (std::size_t i = 0; i < rate.size(); ++i) {
    any = any || rate[i].rps > 0;
    if (i == 0 || rate[i - 1].at < rate[i].at) continue;
    at.item(i).error(code::invalid_time, node.items[i], "must be later than the point before");
  }
  if (!any) at.error(code::out_of_range, node, "no request would ever be sent");
  if (rate.front().ramp) {
    at.item(0).error(code::invalid_load, node.items[0], "there is no point before to ramp from",
                     "begin with {at: 0s, rps: 0}");
  }
}

Reader<std::vector<RatePoint>> rate() {
  const Reader<double> single = number(0, rps_max);
  const Reader<std::vector<RatePoint>> points = list(object(rate_point_table));
  return custom<std::vector<RatePoint>>(
      {.kind = Shape::Kind::OneOf, .of = {single.shape, points.shape}},
      [single, points](const YamlNode& node, const Reading& at, std::vector<RatePoint>& out) {
        if (node.kind != YamlNode::Kind::Sequence) {
          RatePoint point;
          if (!single.read(node, at, point.rps)) return false;
          if (point.rps == 0) {
            at.error(code::out_of_range, node, "no request would ever be sent");
            return false;
          }
          out = {point};
          return true;
        }
        if (!points.read(node, at, out)) return false;
        if (out.size() != node.items.size()) return false;  // said already
        if (out.empty()) {
          at.error(code::missing_field, node, "must not be empty");
          return false;
        }
        check_rate(node, at, out);
        return true;
      });
}

/// `poisson`, `constant`, or the law of the gaps.
Field<OpenLoad> arrivals_row() {
  const Reader<OpenLoad::Arrivals> words = one_of<OpenLoad::Arrivals>(
      {{"poisson", OpenLoad::Arrivals::Poisson}, {"constant", OpenLoad::Arrivals::Constant}});
  const Reader<Distribution> law = distribution();
  return simulated_whole<OpenLoad>(
      "arrivals", {.kind = Shape::Kind::OneOf, .of = {words.shape, law.shape}},
      [words, law](const YamlNode& node, const Reading& at, OpenLoad& out) {
        if (node.kind == YamlNode::Kind::Scalar) {
          words.read(node, at, out.arrivals);
          return;
        }
        Distribution gaps;
        if (!law.read(node, at, gaps)) return;
        const double mean = gaps.mean_ns();
        if (!(mean > 0) || mean > 1e300) {
          at.error(code::out_of_range, node, "the gaps have no mean to scale",
                   "write {gamma: {mean: 1s, cv: 3}}");
          return;
        }
        out.gaps = std::move(gaps);
      },
      "poisson",
      "At random, evenly, or by a law of the gaps that is scaled to the rate: "
      "{gamma: {mean: 1s, cv: 3}} comes in bursts.");
}

/// A day between its quietest and its busiest hour.
struct Diurnal {
  double trough = 0, peak = 0;
  Duration period = hours(24);
  Duration peak_at{0};
};

const Table<Diurnal>& diurnal_table() {
  static const Table<Diurnal> table(
      "Diurnal", "A rate that goes up and down evenly, like a cosine, again and again.",
      {
          required("trough", &Diurnal::trough, number(0, rps_max), "Least rate, per second."),
          required("peak", &Diurnal::peak, number(0.001, rps_max), "Greatest rate, per second."),
          simulated("period", &Diurnal::period, positive_time_span(), "24h", "Length of a day."),
          simulated("peakAt", &Diurnal::peak_at, time_span(), "0s", "When the peak is."),
      },
      [](const YamlNode& node, const Reading& at, Diurnal& day) {
        if (day.trough > day.peak) {
          at.field("trough").error(code::out_of_range, child_or_self(node, "trough"),
                                   "must not be above peak");
        }
      });
  return table;
}

/// The cosine of a turn's part, 0 at its beginning, as 24 straight pieces.
double cosine_of_turn(double part) {
  constexpr std::array<double, 7> quarter{
      1.0, 0.96592582628906831, 0.86602540378443865, 0.70710678118654752, 0.5, 0.25881904510252074,
      0.0};
  const auto corner = [&quarter](std::size_t k) {
    k %= 24;
    if (k > 12) k = 24 - k;
    return k <= 6 ? quarter[k] : -quarter[12 - k];
  };
  const double at = part * 24.0;
  const auto left = static_cast<std::size_t>(at);
  const double beyond = at - static_cast<double>(left);
  return corner(left) + (corner(left + 1) - corner(left)) * beyond;
}

Field<OpenLoad> diurnal_row() {
  const Reader<Diurnal> reader = object(diurnal_table);
  return simulated_whole<OpenLoad>(
      "diurnal", reader.shape,
      [reader](const YamlNode& node, const Reading& at, OpenLoad& out) {
        Diurnal day;
        if (!reader.read(node, at, day)) return;
        const double phase = static_cast<double>(day.peak_at.ns % day.period.ns) /
                             static_cast<double>(day.period.ns);
        for (std::int64_t k = 0; k <= 24; ++k) {
          const double turn = static_cast<double>(k) / 24.0 + 1.0 - phase;
          const double cosine = cosine_of_turn(turn >= 1.0 ? turn - 1.0 : turn);
          out.rate.push_back(
              {.at = {day.period.ns / 24 * k},
               .rps = (day.peak + day.trough) / 2 + (day.peak - day.trough) / 2 * cosine,
               .ramp = k > 0});
        }
        out.rate.back().at = day.period;
        out.repeat = day.period;
      },
      "", "In place of rate: {trough: 100, peak: 300}.");
}

void check_open(const YamlNode& node, const Reading& at, OpenLoad& open) {
  const bool rate = node.find("rate") != nullptr, day = node.find("diurnal") != nullptr;
  if (rate == day) {
    at.error(rate ? code::exclusive_fields : code::one_needed, node,
             rate ? "only one of rate, diurnal may be set" : "rate is needed",
             rate ? "" : "write rate: 100 for 100 requests per second");
  }
  if (day && node.find("repeat") != nullptr) {
    at.field("repeat").error(code::exclusive_fields, child_or_self(node, "repeat"),
                             "diurnal repeats by itself", "set diurnal.period");
    return;
  }
  if (!rate || !open.repeat || open.rate.empty() || open.rate.back().at <= *open.repeat) return;
  at.field("repeat").error(code::invalid_time, child_or_self(node, "repeat"),
                           "must not be before the last point of rate");
}

}  // namespace

const Table<OpenLoad>& open_load_table() {
  static const Table<OpenLoad> table(
      "OpenLoad", "Arrivals that do not wait for answers.",
      {
          arrivals_row(),
          simulated("rate", &OpenLoad::rate, rate(), "",
                    "Requests per second: 200, or [{at: 0s, rps: 200}, {at: 2m, rps: 800}]."),
          simulated("repeat", &OpenLoad::repeat, positive_time_span(), "never",
                    "The curve of rate begins again after this: bursts, and days."),
          diurnal_row(),
      },
      check_open);
  return table;
}

}  // namespace mesh
