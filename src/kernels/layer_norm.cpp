#include "kernels/layer_norm.h"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/layer_norm.cpp"
#include <cmath>

#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Sums term(vector or number) over a row.
template <class Term>
HWY_INLINE float sum_row(const float* HWY_RESTRICT x, int64_t width, const Term& term) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto sum = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= width; i += lanes) sum = hn::Add(sum, term(d, hn::LoadU(d, x + i)));
  float total = hn::GetLane(hn::SumOfLanes(d, sum));
  for (; i < width; ++i) total += hn::GetLane(term(one, hn::Set(one, x[i])));
  return total;
}

void normalise_rows(const float* x, int64_t rows, int64_t width, const float* weight, const float* bias,
                    float* y) {
  constexpr float kEpsilon = 1e-5F;
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto count = static_cast<float>(width);
  for (int64_t r = 0; r < rows; ++r, x += width, y += width) {
    const float mean = sum_row(x, width, [](auto, auto v) HWY_ATTR { return v; }) / count;
    const float variance = sum_row(x, width,
                                   [mean](auto tag, auto v) HWY_ATTR {
                                     const auto off = hn::Sub(v, hn::Set(tag, mean));
                                     return hn::Mul(off, off);
                                   }) /
                           count;
    const float scale = 1.0F / std::sqrt(variance + kEpsilon);
    const auto centre = hn::Set(d, mean), factor = hn::Set(d, scale);
    int64_t i = 0;
    for (; i + lanes <= width; i += lanes) {
      const auto normal = hn::Mul(hn::Sub(hn::LoadU(d, x + i), centre), factor);
      hn::StoreU(hn::MulAdd(normal, hn::LoadU(d, weight + i), hn::LoadU(d, bias + i)), d, y + i);
    }
    for (; i < width; ++i) y[i] = (x[i] - mean) * scale * weight[i] + bias[i];
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {

HWY_EXPORT(normalise_rows);

void layer_norm(const float* x, int64_t rows, int64_t width, const float* weight, const float* bias,
                float* y) {
  HWY_DYNAMIC_DISPATCH(normalise_rows)(x, rows, width, weight, bias, y);
}

}  // namespace heed::kernels
#endif  // HWY_ONCE
