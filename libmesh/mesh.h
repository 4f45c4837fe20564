// The public surface of libmesh: a header is public iff this file includes it.
#pragma once

#include "libmesh/analysis/comparison.h"
#include "libmesh/base/version.h"
#include "libmesh/experiment/run.h"
#include "libmesh/experiment/study.h"
#include "libmesh/plan/compile.h"
#include "libmesh/plan/plan.h"
#include "libmesh/spec/builder.h"
#include "libmesh/spec/scenario.h"
#include "libmesh/spec/yaml_build.h"
#include "libmesh/telemetry/run_record.h"
