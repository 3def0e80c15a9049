#pragma once

#include <string_view>

namespace heed::metrics {

// True where a greater value of the metric is the better one. A head's own figure counts as the figure
// ("intent/accuracy").
bool greater_is_better(std::string_view metric);

}  // namespace heed::metrics
