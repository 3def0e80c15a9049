#include "kernels/row_scan.h"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/row_scan.cpp"
#include <hwy/foreach_target.h>

#include "kernels/cross_entropy-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

float greatest_of(const float* x, int64_t count) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto top = hn::Set(d, x[0]), nothing = hn::Zero(d);
  float rest = x[0], no_rest = 0.0F;
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto v = hn::LoadU(d, x + i);
    top = hn::Max(top, v);
    nothing = hn::MulAdd(v, hn::Zero(d), nothing);  // a comparison loses a NaN
  }
  for (; i < count; ++i) {
    rest = std::max(rest, x[i]);
    no_rest += 0.0F * x[i];
  }
  return std::max(rest, hn::GetLane(hn::MaxOfLanes(d, top))) + no_rest +
         hn::GetLane(hn::SumOfLanes(d, nothing));
}

int64_t first_above(const float* x, int64_t begin, int64_t count, float threshold) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto limit = hn::Set(d, threshold);
  int64_t i = begin;
  for (; i + lanes <= count; i += lanes) {
    const auto above = hn::Gt(hn::LoadU(d, x + i), limit);
    if (!hn::AllFalse(d, above)) return i + hn::FindFirstTrue(d, above);
  }
  for (; i < count; ++i) {
    if (x[i] > threshold) return i;
  }
  return count;
}

double sum_exponentials(const float* x, int64_t count, float shift) {
  return exponentials(x, nullptr, count, shift);
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace heed::kernels {

HWY_EXPORT(greatest_of);
HWY_EXPORT(first_above);
HWY_EXPORT(sum_exponentials);

float greatest(const float* x, int64_t count) { return HWY_DYNAMIC_DISPATCH(greatest_of)(x, count); }

double sum_of_exponentials(const float* x, int64_t count, float shift) {
  return HWY_DYNAMIC_DISPATCH(sum_exponentials)(x, count, shift);
}

int64_t find_above(const float* x, int64_t begin, int64_t count, float threshold) {
  return HWY_DYNAMIC_DISPATCH(first_above)(x, begin, count, threshold);
}

}  // namespace heed::kernels
#endif  // HWY_ONCE
