// The rows of one root request and of all below it, found once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "libmesh/telemetry/run_record.h"

namespace mesh {

/// Row numbers of the per-request tables by request id: attempts by number, visits by arrival,
/// children by start. Only ids above the parent's count as its children, so that a table of any
/// content has no circles.
class RequestTree {
 public:
  using Rows = std::vector<std::size_t>;

  RequestTree(const RunRecord& record, std::uint64_t root);

  const Rows& attempts_of(std::uint64_t request) const { return of(attempts_, request); }
  const Rows& visits_of(std::uint64_t request) const { return of(visits_, request); }
  /// What its proxy saw and decided, by number of the attempt.
  const Rows& picks_of(std::uint64_t request) const { return of(picks_, request); }
  const Rows& compared_of(std::uint64_t request) const { return of(compared_, request); }
  const Rows& decisions_of(std::uint64_t request) const { return of(decisions_, request); }
  const Rows& children_of(std::uint64_t request) const { return of(children_, request); }

 private:
  using ById = std::map<std::uint64_t, Rows>;
  static const Rows& of(const ById& rows, std::uint64_t request);

  ById attempts_, visits_, children_, picks_, compared_, decisions_;
};

}  // namespace mesh
