// How results of a product reach memory, compiled once for each instruction set.
#if defined(HEED_KERNELS_STORE_OUTPUTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_KERNELS_STORE_OUTPUTS_INL_H_
#undef HEED_KERNELS_STORE_OUTPUTS_INL_H_
#else
#define HEED_KERNELS_STORE_OUTPUTS_INL_H_
#endif

#include <cstdint>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A vector of results, finished (finish.h), into y or its first `left` numbers where a vector has more.
template <bool kRelu, bool kAdd>
HWY_INLINE void store_outputs(hn::Vec<hn::ScalableTag<float>> result, int64_t left, float* y) {
  const hn::ScalableTag<float> d;
  if (kRelu) result = hn::IfThenZeroElse(hn::Lt(result, hn::Zero(d)), result);  // NaN stays
  if (left >= static_cast<int64_t>(hn::Lanes(d))) {
    if (kAdd) result = hn::Add(result, hn::LoadU(d, y));
    return hn::StoreU(result, d, y);
  }
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(result, d, lanes);
  for (int64_t i = 0; i < left; ++i) y[i] = kAdd ? y[i] + lanes[i] : lanes[i];
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
