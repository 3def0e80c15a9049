#include "attention/fused.h"

#include <cstdint>
#include <vector>

// Vectors whose length is not known when compiling cannot stand in the arrays that hold a block's
// accumulators.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/fused.cpp"
#include <hwy/foreach_target.h>

#include "attention/fused_backward-inl.h"
#include "attention/fused_forward-inl.h"

#if HWY_ONCE
namespace heed::attention {
namespace {

HWY_EXPORT(run_forward);
HWY_EXPORT(run_backward);

}  // namespace

bool fused_covers(const Variant& variant) {
  return variant.normaliser == Normaliser::softmax &&
         (variant.score == Score::dot || variant.score == Score::scaled_dot);
}

void fused_forward(const Variant& variant, const Inputs<float>& inputs, Heads<float> output, Saved* saved,
                   Tap* tap, const ParallelFor& parallel) {
  const int64_t rows = query_rows(inputs.sequences);
  if (saved != nullptr) saved->log_sum.assign(static_cast<size_t>(rows * inputs.heads), 0.0F);
  if (tap != nullptr) clear_tap(*tap, rows, inputs.heads);
  const ForwardJob job{variant, inputs, output, saved, tap};
  parallel(static_cast<int64_t>(inputs.sequences.size()) * inputs.key_heads, [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(run_forward)(job, begin, end);
  });
}

void fused_backward(const Variant& variant, const Inputs<float>& inputs, Heads<const float> output,
                    const Saved& saved, Heads<const float> d_output, const Gradients<float>& gradients,
                    const ParallelFor& parallel) {
  const BackwardUnits units(inputs, gradients);
  LearnedParts<float> parts(variant, inputs, gradients, units.sequence_groups());
  clear_bias(inputs, gradients.bias);
  const BackwardJob job{variant, inputs, output, saved, d_output, gradients, units, parts};
  parallel(units.count(), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(run_backward)(job, begin, end);
  });
  parts.sum();
}

}  // namespace heed::attention
#endif  // HWY_ONCE
