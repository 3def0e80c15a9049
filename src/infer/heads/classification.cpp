#include "infer/heads/classification.h"

#include <algorithm>
#include <cmath>

namespace heed::infer {

std::vector<double> ClassificationHead::probabilities(std::span<const float> logits) const {
  std::vector<double> values;
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0.0;
  for (const float logit : logits) {
    const double value = config_.multi_label ? 1.0 / (1.0 + std::exp(-logit / config_.temperature))
                                             : std::exp((logit - largest) / config_.temperature);
    values.push_back(value);
    sum += value;
  }
  if (config_.multi_label) return values;
  for (double& value : values) value /= sum;
  return values;
}

}  // namespace heed::infer
