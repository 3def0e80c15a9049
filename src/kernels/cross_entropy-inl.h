// Passes over a row, compiled once for each instruction set.
#if defined(HEED_KERNELS_CROSS_ENTROPY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_KERNELS_CROSS_ENTROPY_INL_H_
#undef HEED_KERNELS_CROSS_ENTROPY_INL_H_
#else
#define HEED_KERNELS_CROSS_ENTROPY_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#ifndef HEED_KERNELS_GREATEST_AND_SUM_
#define HEED_KERNELS_GREATEST_AND_SUM_
namespace heed::kernels {
struct GreatestAndSum {
  float greatest;
  double sum;
};
}  // namespace heed::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kSumBlock = 1024;  // fp32 sums are added up in fp64 after so many numbers

inline GreatestAndSum greatest_and_sum(const float* x, int64_t count) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  GreatestAndSum row{.greatest = x[0], .sum = 0.0};
  for (int64_t begin = 0; begin < count; begin += kSumBlock) {
    const int64_t end = std::min(count, begin + kSumBlock);
    auto greatest = hn::Set(d, row.greatest);
    auto sum = hn::Zero(d);
    int64_t i = begin;
    for (; i + lanes <= end; i += lanes) {
      const auto v = hn::LoadU(d, x + i);
      greatest = hn::Max(greatest, v);
      sum = hn::Add(sum, v);
    }
    row.greatest = hn::GetLane(hn::MaxOfLanes(d, greatest));
    row.sum += hn::GetLane(hn::SumOfLanes(d, sum));
    for (; i < end; ++i) {
      row.greatest = std::max(row.greatest, x[i]);
      row.sum += x[i];
    }
  }
  return row;
}

// The sum of exp(x - greatest), each left in `y` where that is not null; x and y may be one.
inline double exponentials(const float* x, float* y, int64_t count, float greatest) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto shift = hn::Set(d, greatest);
  double total = 0.0;
  for (int64_t begin = 0; begin < count; begin += kSumBlock) {
    const int64_t end = std::min(count, begin + kSumBlock);
    auto sum = hn::Zero(d);
    int64_t i = begin;
    for (; i + lanes <= end; i += lanes) {
      const auto e = hn::Exp(d, hn::Sub(hn::LoadU(d, x + i), shift));
      if (y != nullptr) hn::StoreU(e, d, y + i);
      sum = hn::Add(sum, e);
    }
    total += hn::GetLane(hn::SumOfLanes(d, sum));
    const hn::CappedTag<float, 1> one;
    for (; i < end; ++i) {
      const float e = hn::GetLane(hn::Exp(one, hn::Set(one, x[i] - greatest)));
      if (y != nullptr) y[i] = e;
      total += e;
    }
  }
  return total;
}

inline void scale_and_shift(float* x, int64_t count, float scale, float shift) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto factor = hn::Set(d, scale), more = hn::Set(d, shift);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(hn::MulAdd(factor, hn::LoadU(d, x + i), more), d, x + i);
  for (; i < count; ++i) x[i] = scale * x[i] + shift;
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
