// What follows from the reason of a reset.
#include "libmesh/policy/reset_reason.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace mesh;

TEST_CASE("reset_reason: flag, status, text of each") {
  using R = ResetReason;
  using F = ResponseFlag;
  struct Row {
    ResetReason reason;
    ResponseFlag flag;
    std::uint16_t status;
    std::string_view text;
  };
  const Row rows[] = {
      {R::LocalReset, F::LR, 503, "local reset"},
      {R::LocalRefusedStream, F::LR, 503, "local refused stream reset"},
      {R::RemoteReset, F::UR, 503, "remote reset"},
      {R::RemoteRefusedStream, F::UR, 503, "remote refused stream reset"},
      {R::LocalConnectionFailure, F::UF, 503, "local connection failure"},
      {R::RemoteConnectionFailure, F::UF, 503, "remote connection failure"},
      {R::ConnectionTimeout, F::UF, 503, "connection timeout"},
      {R::ConnectionTermination, F::UC, 503, "connection termination"},
      {R::Overflow, F::UO, 503, "overflow"},
      {R::ConnectError, F::UR, 503, "remote error with CONNECT request"},
      {R::ProtocolError, F::UPE, 502, "protocol error"},
      {R::OverloadManager, F::OM, 503, "overload manager reset"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(flag_of(row.reason) == row.flag);
    CHECK(status_of(row.reason) == row.status);
    CHECK(to_string(row.reason) == row.text);
    std::string details(row.text);
    std::replace(details.begin(), details.end(), ' ', '_');
    CHECK(details_of(row.reason) == details);
    CHECK(is_reported_to_outlier(row.reason) == (row.reason != R::Overflow));
    CHECK(is_connection_failure(row.reason) == (row.flag == F::UF));
  }
}
