#include "metrics/direction.h"

#include <algorithm>
#include <array>

namespace heed::metrics {

bool greater_is_better(std::string_view metric) {
  static constexpr std::array<std::string_view, 4> kLess = {"loss", "perplexity", "calibration_error",
                                                            "hamming_loss"};
  const std::string_view name = metric.substr(metric.rfind('/') + 1);
  return std::ranges::find(kLess, name) == kLess.end();
}

}  // namespace heed::metrics
