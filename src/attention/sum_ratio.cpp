#include "attention/sum_ratio.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include "attention/softmax.h"
#include "base/error.h"

namespace heed::attention {
namespace {

// As a share of count * max|score|.
constexpr double kSumTolerance = 1e-6;

enum class SumCase { ratio, absolute, uniform, softmax };

// Which formula a row of plain ratios takes; `sum` is of the scores, or of their absolute values for
// `absolute`.
template <class T>
SumCase sum_case(SumGuard guard, std::span<const T> scores, RowName name, T& sum) {
  sum = std::accumulate(scores.begin(), scores.end(), T(0));
  T size = 0;
  bool negative = false;
  for (const T score : scores) {
    size = std::max(size, std::abs(score));
    negative = negative || score < 0;
  }
  const T noise = static_cast<T>(kSumTolerance) * static_cast<T>(scores.size()) * size;
  if (!negative && !(std::abs(sum) <= noise)) return SumCase::ratio;
  if (guard == SumGuard::softmax) return SumCase::softmax;
  if (guard == SumGuard::absolute) {
    sum = 0;
    for (const T score : scores) sum += std::abs(score);
    return sum == 0 ? SumCase::uniform : SumCase::absolute;
  }
  std::ostringstream text;
  text << "attention normaliser 'sum': row " << name.row << ", head " << name.head
       << ": expected scores >= 0 with a sum above zero, found "
       << (negative ? "a negative score" : "none above zero") << " and the sum " << sum
       << "; set sum_guard to 'absolute' or 'softmax', or use another normaliser";
  throw Error(ErrorCode::invalid_argument, text.str());
}

}  // namespace

template <class T>
void sum_ratio(SumGuard guard, std::span<const T> scores, std::span<T> weights, RowName name) {
  T sum = 0;
  switch (sum_case(guard, scores, name, sum)) {
    case SumCase::ratio:
    case SumCase::absolute:
      for (size_t i = 0; i < scores.size(); ++i) weights[i] = std::abs(scores[i]) / sum;
      return;
    case SumCase::uniform:
      std::fill(weights.begin(), weights.end(), T(1) / static_cast<T>(weights.size()));
      return;
    case SumCase::softmax:
      softmax<T>(scores, {}, weights);
      return;
  }
}

template <class T>
void sum_ratio_backward(SumGuard guard, std::span<const T> scores, std::span<const T> weights,
                        std::span<const T> d_weights, std::span<T> d_scores) {
  T sum = 0;
  const SumCase which = sum_case(guard, scores, RowName{}, sum);
  if (which == SumCase::softmax) return softmax_backward(weights, d_weights, d_scores);
  std::fill(d_scores.begin(), d_scores.end(), T(0));
  if (which == SumCase::uniform) return;
  const T mean = std::inner_product(weights.begin(), weights.end(), d_weights.begin(), T(0));
  for (size_t i = 0; i < scores.size(); ++i) {
    // A plain ratio has a slope at zero too; an absolute value has none there.
    const T sign = scores[i] > 0 || which == SumCase::ratio ? T(1) : (scores[i] < 0 ? T(-1) : T(0));
    d_scores[i] = sign * (d_weights[i] - mean) / sum;
  }
}

template void sum_ratio<float>(SumGuard, std::span<const float>, std::span<float>, RowName);
template void sum_ratio_backward<float>(SumGuard, std::span<const float>, std::span<const float>,
                                        std::span<const float>, std::span<float>);
template void sum_ratio<double>(SumGuard, std::span<const double>, std::span<double>, RowName);
template void sum_ratio_backward<double>(SumGuard, std::span<const double>, std::span<const double>,
                                         std::span<const double>, std::span<double>);

}  // namespace heed::attention
