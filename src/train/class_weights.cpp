#include "train/class_weights.h"

#include <algorithm>

namespace heed::train {

torch::Tensor balanced_class_weights(const std::vector<Example>& examples, size_t head, int64_t classes) {
  std::vector<int64_t> counts(static_cast<size_t>(classes));
  int64_t texts = 0;
  for (const Example& example : examples) {
    if (!example.labelled(head)) continue;
    ++counts[static_cast<size_t>(example.labels[head].front())];
    ++texts;
  }
  const auto present = classes - std::count(counts.begin(), counts.end(), 0);
  std::vector<float> weights;
  for (const int64_t count : counts) {
    const double even = static_cast<double>(texts) / static_cast<double>(present);
    weights.push_back(count > 0 ? static_cast<float>(even / static_cast<double>(count)) : 0.0F);
  }
  return torch::tensor(weights);
}

}  // namespace heed::train
