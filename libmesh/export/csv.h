// Tables of a record as CSV.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// loads, edges, attempts_by_edge, latency_by_load, latency_by_edge, series_by_load,
/// series_by_edge, visits_by_endpoint, samples, events, stats, requests, attempts, visits,
/// stores.
std::span<const std::string_view> csv_tables();

/// One of those tables as RFC 4180: a header, then one line per row, lines end in CRLF. Names stand
/// in place of ids, empty where there is none; times are in seconds (at_s) or milliseconds (…_ms)
/// with all their digits. The same record gives the same bytes. Empty when the table is unknown.
std::string to_csv(const RunRecord& record, std::string_view table);

}  // namespace mesh
