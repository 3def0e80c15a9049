#include "attention/normalise.h"

#include <cmath>

#include "attention/softmax.h"
#include "attention/sparse.h"

namespace heed::attention {
namespace {

template <class T>
void sigmoid(std::span<const T> scores, std::span<T> weights) {
  for (size_t i = 0; i < scores.size(); ++i) {  // the exponential of a number <= 0 cannot overflow
    const T e = std::exp(-std::abs(scores[i]));
    weights[i] = scores[i] >= 0 ? 1 / (1 + e) : e / (1 + e);
  }
}

}  // namespace

template <class T>
T normalise(const Variant& variant, std::span<const T> scores, std::span<const T> ramp, std::span<T> weights,
            RowName name) {
  if (scores.empty()) return 0;
  switch (variant.normaliser) {
    case Normaliser::softmax:
      return softmax(scores, ramp, weights);
    case Normaliser::sum:
      sum_ratio(variant.sum_guard, scores, weights, name);
      break;
    case Normaliser::sigmoid:
      sigmoid(scores, weights);
      break;
    case Normaliser::sparsemax:
      sparsemax(scores, weights);
      break;
    case Normaliser::entmax15:
      entmax15(scores, weights);
      break;
    case Normaliser::hard:
      hard(variant.hard_top, scores, weights);
      break;
  }
  return 0;
}

template <class T>
void normalise_backward(const Variant& variant, std::span<const T> scores, std::span<const T> weights,
                        std::span<const T> d_weights, std::span<T> d_scores) {
  if (scores.empty()) return;
  switch (variant.normaliser) {
    case Normaliser::hard:  // keys that were not kept have weight 0, and so gradient 0
    case Normaliser::softmax:
      return softmax_backward(weights, d_weights, d_scores);
    case Normaliser::sum:
      return sum_ratio_backward(variant.sum_guard, scores, weights, d_weights, d_scores);
    case Normaliser::sigmoid:
      for (size_t i = 0; i < weights.size(); ++i) d_scores[i] = weights[i] * (1 - weights[i]) * d_weights[i];
      return;
    case Normaliser::sparsemax:
      return sparsemax_backward(weights, d_weights, d_scores);
    case Normaliser::entmax15:
      return entmax15_backward(weights, d_weights, d_scores);
  }
}

template float normalise<float>(const Variant&, std::span<const float>, std::span<const float>,
                                std::span<float>, RowName);
template double normalise<double>(const Variant&, std::span<const double>, std::span<const double>,
                                  std::span<double>, RowName);
template void normalise_backward<float>(const Variant&, std::span<const float>, std::span<const float>,
                                        std::span<const float>, std::span<float>);
template void normalise_backward<double>(const Variant&, std::span<const double>, std::span<const double>,
                                         std::span<const double>, std::span<double>);

}  // namespace heed::attention
