// Activations over a row, compiled once for each instruction set.
#if defined(HEED_KERNELS_ACTIVATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_KERNELS_ACTIVATION_INL_H_
#undef HEED_KERNELS_ACTIVATION_INL_H_
#else
#define HEED_KERNELS_ACTIVATION_INL_H_
#endif

#include <cstdint>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Half of erfc(|x| / sqrt 2): a polynomial in t times exp(-x^2 / 2).
template <class D, class V>
HWY_INLINE V upper_tail(D d, V x) {
  constexpr float kRate = 0.3275911F * 0.70710678F;
  const V t = hn::Div(hn::Set(d, 1.0F), hn::MulAdd(hn::Set(d, kRate), hn::Abs(x), hn::Set(d, 1.0F)));
  V sum = hn::Set(d, 0.5F * 1.061405429F);
  for (const float next : {-1.453152027F, 1.421413741F, -0.284496736F, 0.254829592F})
    sum = hn::MulAdd(sum, t, hn::Set(d, 0.5F * next));
  return hn::Mul(hn::Mul(sum, t), hn::Exp(d, hn::Mul(hn::Mul(x, x), hn::Set(d, -0.5F))));
}

struct Gelu {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    const V tail = upper_tail(d, x);
    return hn::Mul(x, hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(hn::Set(d, 1.0F), tail)));
  }
};

struct Silu {
  template <class D, class V>
  HWY_INLINE V operator()(D d, V x) const {
    return hn::Div(x, hn::Add(hn::Set(d, 1.0F), hn::Exp(d, hn::Neg(x))));
  }
};

template <class Function>
HWY_INLINE void apply(float* x, int64_t count, const Function& function) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(function(d, hn::LoadU(d, x + i)), d, x + i);
  for (; i < count; ++i) x[i] = hn::GetLane(function(one, hn::Set(one, x[i])));
}

void gelu_all(float* x, int64_t count) { apply(x, count, Gelu()); }
void silu_all(float* x, int64_t count) { apply(x, count, Silu()); }

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
