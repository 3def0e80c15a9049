#pragma once

#include <vector>

#include "cli/report_chart.h"
#include "cli/run.h"

namespace heed::cli {

// What a run measured, as charts against the step: the loss of training and validation in one, then each
// metric of validation with a line a head, then the learning rate and the speed. Charts without a point are
// left out.
std::vector<Chart> curves(const Run& run, const Words& words);

}  // namespace heed::cli
