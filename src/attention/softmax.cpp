#include "attention/softmax.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace heed::attention {

template <class T>
T softmax(std::span<const T> scores, std::span<const T> ramp, std::span<T> weights) {
  const T top = *std::max_element(scores.begin(), scores.end());
  T sum = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    weights[i] = std::exp(scores[i] - top) * (ramp.empty() ? T(1) : ramp[i]);
    sum += weights[i];
  }
  for (T& weight : weights) weight /= sum;
  return top + std::log(sum);
}

template <class T>
void softmax_backward(std::span<const T> weights, std::span<const T> d_weights, std::span<T> d_scores) {
  const T mean = std::inner_product(weights.begin(), weights.end(), d_weights.begin(), T(0));
  for (size_t i = 0; i < weights.size(); ++i) d_scores[i] = weights[i] * (d_weights[i] - mean);
}

template <class T>
void hard(int64_t top, std::span<const T> scores, std::span<T> weights) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return sorts_before(scores[a], scores[b]); });
  order.resize(std::min<size_t>(order.size(), static_cast<size_t>(top)));
  const T greatest = scores[order.front()];
  T sum = 0;
  for (const size_t i : order) sum += std::exp(scores[i] - greatest);
  std::fill(weights.begin(), weights.end(), T(0));
  for (const size_t i : order) weights[i] = std::exp(scores[i] - greatest) / sum;
}

template float softmax<float>(std::span<const float>, std::span<const float>, std::span<float>);
template void softmax_backward<float>(std::span<const float>, std::span<const float>, std::span<float>);
template void hard<float>(int64_t, std::span<const float>, std::span<float>);
template double softmax<double>(std::span<const double>, std::span<const double>, std::span<double>);
template void softmax_backward<double>(std::span<const double>, std::span<const double>, std::span<double>);
template void hard<double>(int64_t, std::span<const double>, std::span<double>);

}  // namespace heed::attention
