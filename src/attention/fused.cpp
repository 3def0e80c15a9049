#include "attention/fused.h"

#include <cstdint>
#include <vector>

// Vectors whose length is not known when compiling cannot stand in the arrays that hold a block's
// accumulators.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/fused.cpp"
#include <hwy/foreach_target.h>

#include "attention/fused_exact-inl.h"
#include "attention/fused_forward-inl.h"
#include "attention/place.h"
#include "attention/tap.h"

#if HWY_ONCE
namespace heed::attention {
namespace {

HWY_EXPORT(run_forward_float);
HWY_EXPORT(run_forward_bfloat16);
HWY_EXPORT(run_backward_float);
HWY_EXPORT(run_backward_bfloat16);
HWY_EXPORT(run_exact_forward);
HWY_EXPORT(run_exact_backward);

void run_forward(const ForwardJob<float>& job, int64_t begin, int64_t end) {
  if (job.variant.normaliser != Normaliser::softmax) {
    return HWY_DYNAMIC_DISPATCH(run_exact_forward)(job, begin, end);
  }
  HWY_DYNAMIC_DISPATCH(run_forward_float)(job, begin, end);
}
void run_forward(const ForwardJob<BFloat16>& job, int64_t begin, int64_t end) {
  HWY_DYNAMIC_DISPATCH(run_forward_bfloat16)(job, begin, end);
}
void run_backward(const BackwardJob<float>& job, int64_t begin, int64_t end) {
  if (job.variant.normaliser != Normaliser::softmax) {
    return HWY_DYNAMIC_DISPATCH(run_exact_backward)(job, begin, end);
  }
  HWY_DYNAMIC_DISPATCH(run_backward_float)(job, begin, end);
}
void run_backward(const BackwardJob<BFloat16>& job, int64_t begin, int64_t end) {
  HWY_DYNAMIC_DISPATCH(run_backward_bfloat16)(job, begin, end);
}

}  // namespace

bool fused_covers(const Variant& variant) {
  return variant.score == Score::dot || variant.score == Score::scaled_dot;
}

template <class T>
void fused_forward(const Variant& variant, const Inputs<T>& inputs, Heads<float> output, Saved* saved,
                   Tap* tap, const ParallelFor& parallel) {
  const int64_t rows = query_rows(inputs.sequences);
  if (saved != nullptr) saved->log_sum.assign(static_cast<size_t>(rows * inputs.heads), 0.0F);
  ForwardJob<T> job{variant, inputs, output, saved, tap, {}};
  if (tap != nullptr) {
    clear_tap(*tap, inputs.sequences, inputs.heads);
    job.first_keys = first_keys(inputs.sequences);
  }
  parallel(static_cast<int64_t>(inputs.sequences.size()) * inputs.key_heads,
           [&](int64_t begin, int64_t end) { run_forward(job, begin, end); });
}

template <class T>
void fused_backward(const Variant& variant, const Inputs<T>& inputs, Heads<const float> output,
                    const Saved& saved, Heads<const float> d_output, const Gradients<float>& gradients,
                    const ParallelFor& parallel) {
  const BackwardUnits units(inputs, gradients);
  LearnedParts<float> parts(variant, inputs.heads, inputs.width, gradients, units.sequence_groups());
  clear_bias(inputs.sequences, inputs.heads, gradients.bias);
  const BackwardJob<T> job{variant, inputs, output, saved, d_output, gradients, units, parts};
  parallel(units.count(), [&](int64_t begin, int64_t end) { run_backward(job, begin, end); });
  parts.sum();
}

template void fused_forward<float>(const Variant&, const Inputs<float>&, Heads<float>, Saved*, Tap*,
                                   const ParallelFor&);
template void fused_forward<BFloat16>(const Variant&, const Inputs<BFloat16>&, Heads<float>, Saved*, Tap*,
                                      const ParallelFor&);
template void fused_backward<float>(const Variant&, const Inputs<float>&, Heads<const float>, const Saved&,
                                    Heads<const float>, const Gradients<float>&, const ParallelFor&);
template void fused_backward<BFloat16>(const Variant&, const Inputs<BFloat16>&, Heads<const float>,
                                       const Saved&, Heads<const float>, const Gradients<float>&,
                                       const ParallelFor&);

}  // namespace heed::attention
#endif  // HWY_ONCE
