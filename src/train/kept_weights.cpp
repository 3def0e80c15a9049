#include "train/kept_weights.h"

#include <algorithm>
#include <set>
#include <string>

namespace heed::train {
namespace {

namespace fs = std::filesystem;

// The steps of the last `count` of `validations`, oldest first.
std::vector<int64_t> last_steps(const std::vector<Validation>& validations, int64_t count) {
  std::vector<int64_t> steps;
  const auto size = static_cast<int64_t>(validations.size());
  for (int64_t i = std::max<int64_t>(0, size - count); i < size; ++i) steps.push_back(validations[i].step);
  std::sort(steps.begin(), steps.end());
  return steps;
}

}  // namespace

std::vector<int64_t> KeptWeights::last(const std::vector<Validation>& validations) const {
  return last_steps(validations, options_.last);
}

std::vector<int64_t> KeptWeights::best(const std::vector<Validation>& validations) const {
  std::vector<Validation> ordered(validations.rbegin(), validations.rend());
  std::stable_sort(ordered.begin(), ordered.end(), [this](const Validation& a, const Validation& b) {
    return options_.greater_is_better ? a.metric < b.metric : a.metric > b.metric;  // the best come last
  });
  return last_steps(ordered, options_.best);
}

fs::path KeptWeights::file(int64_t step) const {
  return folder_ / ("weights-" + std::to_string(step) + ".safetensors");
}

void KeptWeights::keep(int64_t step, const Parameters& parameters) const {
  if (options_.last > 0 || options_.best > 0) save_weights(file(step), parameters);
}

void KeptWeights::prune(const std::vector<Validation>& validations) const {
  std::set<fs::path> needed;
  for (const int64_t step : last(validations)) needed.insert(file(step));
  for (const int64_t step : best(validations)) needed.insert(file(step));
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("weights-") && name.ends_with(".safetensors") && !needed.contains(entry.path()))
      fs::remove(entry.path());
  }
}

std::vector<torch::Tensor> KeptWeights::mean(const std::vector<int64_t>& steps,
                                             const Parameters& parameters) const {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> mean;
  for (const auto& [name, tensor] : parameters.all()) mean.push_back(torch::zeros_like(tensor.detach()));
  for (size_t i = 0; i < steps.size(); ++i) {
    const SafetensorsFile weights(file(steps[i]));
    for (size_t p = 0; p < mean.size(); ++p) {
      const std::string& name = parameters.all()[p].first;
      const torch::Tensor one = torch::empty_like(mean[p]);
      copy_from_file(weights.at(name), one, file(steps[i]).string() + ": tensor '" + name + "'");
      mean[p].lerp_(one, 1.0 / static_cast<double>(i + 1));
    }
  }
  return mean;
}

}  // namespace heed::train
