#include "kernels/cross_entropy.h"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cross_entropy.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cross_entropy-inl.h"

#if HWY_ONCE
#include <cmath>

namespace heed::kernels {
namespace {

HWY_EXPORT(greatest_and_sum);
HWY_EXPORT(exponentials);
HWY_EXPORT(scale_and_shift);

// `exponentials` holds exp(logit - greatest) afterwards, or nothing where it is null.
RowLoss row_loss(const float* logits, float* exponentials, int64_t vocabulary, int64_t label, double* total) {
  const GreatestAndSum row = HWY_DYNAMIC_DISPATCH(greatest_and_sum)(logits, vocabulary);
  const double own = logits[label];
  *total = HWY_DYNAMIC_DISPATCH(exponentials)(logits, exponentials, vocabulary, row.greatest);
  if (std::isnan(row.sum)) *total = row.sum;  // comparisons and Exp lose a NaN
  const double log_sum = row.greatest + std::log(*total);
  return {.negative_log_likelihood = log_sum - own,
          .uniform = log_sum - row.sum / static_cast<double>(vocabulary),
          .correct = own >= row.greatest};
}

}  // namespace

RowLoss cross_entropy_gradient(float* logits, int64_t vocabulary, int64_t label, double smoothing,
                               double scale) {
  double total = 0.0;
  const RowLoss loss = row_loss(logits, logits, vocabulary, label, &total);
  const auto each = static_cast<float>(-scale * smoothing / static_cast<double>(vocabulary));
  HWY_DYNAMIC_DISPATCH(scale_and_shift)(logits, vocabulary, static_cast<float>(scale / total), each);
  logits[label] -= static_cast<float>(scale * (1.0 - smoothing));
  return loss;
}

RowLoss cross_entropy(const float* logits, int64_t vocabulary, int64_t label) {
  double total = 0.0;
  return row_loss(logits, nullptr, vocabulary, label, &total);
}

}  // namespace heed::kernels
#endif  // HWY_ONCE
