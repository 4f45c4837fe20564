// The stable codes of what analyzers find: configuration that works otherwise than it looks.
#pragma once

#include "libmesh/spec/diagnostic_codes.h"

namespace mesh::lint_code {

using code::Code;

// MS06xx: nothing is refused, and still something will surprise.
inline constexpr Code never_ejects{"MS0601", "Outlier detection can never eject a host."};
inline constexpr Code short_timeout{"MS0602", "A timeout ends before the tries that it allows."};
inline constexpr Code retry_amplification{"MS0603", "Retries of several layers multiply."};
inline constexpr Code weight_to_nothing{"MS0604", "A route leads to a subset without pods."};
inline constexpr Code workload_without_service{"MS0605", "No Service selects a workload."};
inline constexpr Code service_without_pods{"MS0606", "A Service selects no pods."};
inline constexpr Code one_connection{"MS0607", "One connection carries one request at a time."};
inline constexpr Code endless_queue{"MS0608", "A connection limit lets requests wait for ever."};
inline constexpr Code no_hash_key{"MS0609", "Requests to a hashed cluster carry no key."};
inline constexpr Code unknown_locality{"MS0610", "A locality setting names a place without pods."};
inline constexpr Code split_hides_hangs{"MS0611",
                                        "Split local-origin errors let a hanging host stay."};
inline constexpr Code failover_off{"MS0612", "Failover needs outlier detection."};
inline constexpr Code early_panic{"MS0613", "Panic uses ejected hosts before the ejection limit."};
inline constexpr Code all_ejected{"MS0614", "Every host may be ejected, and there is no panic."};

}  // namespace mesh::lint_code
