#pragma once

#include <cstdint>

// Cross-entropy over a vocabulary, a row at a time while it stands in the nearest cache.
namespace heed::kernels {

struct RowLoss {
  double negative_log_likelihood = 0.0;  // -log p of the label
  double uniform = 0.0;                  // mean over all V of -log p: what label smoothing adds
  bool correct = false;                  // no logit is greater than the label's
};

// Of logits [V], in whose place it leaves scale * (p - wanted), wanted being 1 - smoothing on the label plus
// smoothing / V on every word: the gradient of
// scale * ((1 - smoothing) * negative_log_likelihood + smoothing * uniform).
RowLoss cross_entropy_gradient(float* logits, int64_t vocabulary, int64_t label, double smoothing,
                               double scale);

// The same figures; logits stay.
RowLoss cross_entropy(const float* logits, int64_t vocabulary, int64_t label);

}  // namespace heed::kernels
