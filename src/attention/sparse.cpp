#include "attention/sparse.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "attention/softmax.h"

namespace heed::attention {
namespace {

// `scale` (scores - max), largest first, of those above -1: no other can have a weight, since that of the
// greatest, at 0, is at most 1.
template <class T>
std::vector<T> sorted_below_top(std::span<const T> scores, T scale) {
  T top = scores.front();
  for (const T score : scores) {
    if (sorts_before(score, top)) top = score;
  }
  std::vector<T> sorted;
  for (const T score : scores) {
    const T below = (score - top) * scale;
    if (!(below <= -1)) sorted.push_back(below);
  }
  std::sort(sorted.begin(), sorted.end(), sorts_before<T>);
  return sorted;
}

}  // namespace

template <class T>
void sparsemax(std::span<const T> scores, std::span<T> weights) {
  const std::vector<T> sorted = sorted_below_top(scores, T(1));
  T sum = 0;
  T threshold = 0;
  for (size_t k = 1; k <= sorted.size(); ++k) {
    sum += sorted[k - 1];
    if (1 + static_cast<T>(k) * sorted[k - 1] <= sum) break;
    threshold = (sum - 1) / static_cast<T>(k);
  }
  const T top = *std::max_element(scores.begin(), scores.end());
  for (size_t i = 0; i < scores.size(); ++i) weights[i] = std::max(scores[i] - top - threshold, T(0));
}

template <class T>
void sparsemax_backward(std::span<const T> weights, std::span<const T> d_weights, std::span<T> d_scores) {
  T sum = 0;
  T count = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    sum += d_weights[i];
    count += 1;
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    d_scores[i] = weights[i] > 0 ? d_weights[i] - sum / count : T(0);
  }
}

template <class T>
void entmax15(std::span<const T> scores, std::span<T> weights) {
  const std::vector<T> sorted = sorted_below_top(scores, T(0.5));
  T mean = 0;
  T mean_square = 0;
  T threshold = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    const T k = static_cast<T>(i + 1);
    mean += (sorted[i] - mean) / k;
    mean_square += (sorted[i] * sorted[i] - mean_square) / k;
    const T room = (1 - k * (mean_square - mean * mean)) / k;
    const T candidate = mean - std::sqrt(std::max(room, T(0)));
    if (candidate > sorted[i]) break;
    threshold = candidate;
  }
  const T top = *std::max_element(scores.begin(), scores.end());
  for (size_t i = 0; i < scores.size(); ++i) {
    const T root = std::max((scores[i] - top) / 2 - threshold, T(0));
    weights[i] = root * root;
  }
}

template <class T>
void entmax15_backward(std::span<const T> weights, std::span<const T> d_weights, std::span<T> d_scores) {
  T sum = 0;
  T weighted = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const T root = std::sqrt(weights[i]);
    sum += root;
    weighted += root * d_weights[i];
  }
  for (size_t i = 0; i < weights.size(); ++i) {
    d_scores[i] = std::sqrt(weights[i]) * (d_weights[i] - weighted / sum);
  }
}

template void sparsemax<float>(std::span<const float>, std::span<float>);
template void sparsemax_backward<float>(std::span<const float>, std::span<const float>, std::span<float>);
template void entmax15<float>(std::span<const float>, std::span<float>);
template void entmax15_backward<float>(std::span<const float>, std::span<const float>, std::span<float>);
template void sparsemax<double>(std::span<const double>, std::span<double>);
template void sparsemax_backward<double>(std::span<const double>, std::span<const double>, std::span<double>);
template void entmax15<double>(std::span<const double>, std::span<double>);
template void entmax15_backward<double>(std::span<const double>, std::span<const double>, std::span<double>);

}  // namespace heed::attention
