// What an application instance does with a request it has worked on.
#pragma once

#include <cstdint>

namespace mesh {

/// Respond: the answer. Reset: TCP RST or RST_STREAM. Close: FIN. ResetAfterHeaders: headers, then
/// a reset 5 ms later. Hang: never anything. RefuseStream: RST_STREAM with REFUSED_STREAM; on
/// HTTP/1 the same as Reset.
enum class Action : std::uint8_t { Respond, Reset, Close, ResetAfterHeaders, Hang, RefuseStream };

}  // namespace mesh
