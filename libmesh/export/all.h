// Every exporter, one line each.
#pragma once

#include "libmesh/export/csv.h"
#include "libmesh/export/envoy_bootstrap.h"
#include "libmesh/export/json.h"
#include "libmesh/export/outlier_log.h"
