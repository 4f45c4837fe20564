// Tables from reset reasons to what the client and the access log see.
#include "libmesh/policy/reset_reason.h"

#include "libmesh/base/check.h"

namespace mesh {
namespace {

struct Row {
  ResponseFlag flag;
  std::string_view text, details;
};

// In the order of ResetReason.
constexpr Row rows[] = {
    {ResponseFlag::LR, "local reset", "local_reset"},
    {ResponseFlag::LR, "local refused stream reset", "local_refused_stream_reset"},
    {ResponseFlag::UR, "remote reset", "remote_reset"},
    {ResponseFlag::UR, "remote refused stream reset", "remote_refused_stream_reset"},
    {ResponseFlag::UF, "local connection failure", "local_connection_failure"},
    {ResponseFlag::UF, "remote connection failure", "remote_connection_failure"},
    {ResponseFlag::UF, "connection timeout", "connection_timeout"},
    {ResponseFlag::UC, "connection termination", "connection_termination"},
    {ResponseFlag::UO, "overflow", "overflow"},
    {ResponseFlag::UR, "remote error with CONNECT request", "remote_error_with_CONNECT_request"},
    {ResponseFlag::UPE, "protocol error", "protocol_error"},
    {ResponseFlag::OM, "overload manager reset", "overload_manager_reset"},
};

const Row& row(ResetReason reason) {
  const auto index = static_cast<std::size_t>(reason);
  MESH_CHECK(index < std::size(rows));
  return rows[index];
}

}  // namespace

ResponseFlag flag_of(ResetReason reason) {
  return row(reason).flag;
}

std::uint16_t status_of(ResetReason reason) {
  return reason == ResetReason::ProtocolError ? 502 : 503;
}

std::string_view to_string(ResetReason reason) {
  return row(reason).text;
}

std::string_view details_of(ResetReason reason) {
  return row(reason).details;
}

}  // namespace mesh
