#include "attention/linear.h"

#include <algorithm>
#include <vector>

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "attention/linear.cpp"
#include <hwy/foreach_target.h>

#include "attention/linear_backward-inl.h"
#include "attention/linear_forward-inl.h"
#include "attention/place.h"
#include "attention/reference.h"

#if HWY_ONCE
namespace heed::attention {
namespace {

HWY_EXPORT(run_linear_forward);
HWY_EXPORT(run_linear_backward);

int64_t units(const Inputs<float>& inputs) {
  return static_cast<int64_t>(inputs.sequences.size()) * inputs.key_heads;
}

void tap_reference(const Variant& variant, const Inputs<float>& inputs, Tap& tap,
                   const ParallelFor& parallel) {
  const int64_t stride = inputs.heads * inputs.value_width;
  std::vector<float> unused(static_cast<size_t>(query_rows(inputs.sequences) * stride));
  reference_forward<float>(variant, inputs, {unused.data(), stride, inputs.value_width}, nullptr, &tap,
                           parallel);
}

}  // namespace

bool linear_covers(const Variant& variant, const Inputs<float>& inputs) {
  return variant.score == Score::linear && variant.normaliser == Normaliser::sum && variant.window == 0 &&
         !variant.alibi && variant.relative_reach == 0 && inputs.span == nullptr && !inputs.mask &&
         !inputs.bias && inputs.dropout == 0;
}

void linear_forward(const Variant& variant, const Inputs<float>& inputs, Heads<float> output, Saved* saved,
                    Tap* tap, const ParallelFor& parallel) {
  if (saved != nullptr) {
    saved->log_sum.assign(static_cast<size_t>(query_rows(inputs.sequences) * inputs.heads), 0.0F);
  }
  const LinearForwardJob job{variant.causal, inputs, output, saved};
  parallel(units(inputs), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(run_linear_forward)(job, begin, end);
  });
  if (tap != nullptr) tap_reference(variant, inputs, *tap, parallel);
}

void linear_backward(const Variant& variant, const Inputs<float>& inputs, Heads<const float> output,
                     const Saved& saved, Heads<const float> d_output, const Gradients<float>& gradients,
                     const ParallelFor& parallel) {
  if (gradients.log_temperature != nullptr) std::fill_n(gradients.log_temperature, inputs.heads, 0.0F);
  const LinearBackwardJob job{variant.causal, inputs, output, saved, d_output, gradients};
  parallel(units(inputs), [&](int64_t begin, int64_t end) {
    HWY_DYNAMIC_DISPATCH(run_linear_backward)(job, begin, end);
  });
}

}  // namespace heed::attention
#endif  // HWY_ONCE
