// The step over vectors of units, compiled once for each instruction set.
#if defined(HEED_KERNELS_LSTM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_KERNELS_LSTM_INL_H_
#undef HEED_KERNELS_LSTM_INL_H_
#else
#define HEED_KERNELS_LSTM_INL_H_
#endif

#include <cstdint>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace heed::kernels::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
using V = hn::Vec<D>;

template <class D>
V<D> sigmoid(D d, V<D> x) {
  const V<D> half = hn::Set(d, 0.5F);
  return hn::MulAdd(half, hn::Tanh(d, hn::Mul(half, x)), half);
}

// Unit i of one row; d says how many units follow it at once.
template <class D>
void step_units(D d, float* gates, const float* cell_before, float* cell, float* hidden, int64_t i,
                int64_t width) {
  float* at = gates + i;
  const V<D> in = sigmoid(d, hn::LoadU(d, at));
  const V<D> forget = sigmoid(d, hn::LoadU(d, at + width));
  const V<D> candidate = hn::Tanh(d, hn::LoadU(d, at + 2 * width));
  const V<D> out = sigmoid(d, hn::LoadU(d, at + 3 * width));
  const V<D> c = hn::MulAdd(forget, hn::LoadU(d, cell_before + i), hn::Mul(in, candidate));
  hn::StoreU(in, d, at);
  hn::StoreU(forget, d, at + width);
  hn::StoreU(candidate, d, at + 2 * width);
  hn::StoreU(out, d, at + 3 * width);
  hn::StoreU(c, d, cell + i);
  hn::StoreU(hn::Mul(out, hn::Tanh(d, c)), d, hidden + i);
}

template <class D>
void backward_units(D d, const float* gates, const float* cell_before, const float* cell,
                    const float* d_hidden, float* d_cell, float* d_gates, int64_t i, int64_t width) {
  const V<D> one = hn::Set(d, 1.0F);
  const V<D> in = hn::LoadU(d, gates + i), forget = hn::LoadU(d, gates + width + i);
  const V<D> candidate = hn::LoadU(d, gates + 2 * width + i), out = hn::LoadU(d, gates + 3 * width + i);
  const V<D> tanh_c = hn::Tanh(d, hn::LoadU(d, cell + i)), d_h = hn::LoadU(d, d_hidden + i);
  // h = o tanh(c)
  const V<D> d_out = hn::Mul(d_h, tanh_c);
  const V<D> d_c =
      hn::MulAdd(hn::Mul(d_h, out), hn::NegMulAdd(tanh_c, tanh_c, one), hn::LoadU(d, d_cell + i));
  // c = f c' + i g
  const V<D> d_in = hn::Mul(d_c, candidate), d_candidate = hn::Mul(d_c, in);
  const V<D> d_forget = hn::Mul(d_c, hn::LoadU(d, cell_before + i));
  hn::StoreU(hn::Mul(d_c, forget), d, d_cell + i);
  // i = sigmoid(a_i), g = tanh(a_g)
  const auto through = [one](V<D> gate, V<D> d_gate) {
    return hn::Mul(d_gate, hn::Mul(gate, hn::Sub(one, gate)));
  };
  hn::StoreU(through(in, d_in), d, d_gates + i);
  hn::StoreU(through(forget, d_forget), d, d_gates + width + i);
  hn::StoreU(hn::Mul(d_candidate, hn::NegMulAdd(candidate, candidate, one)), d, d_gates + 2 * width + i);
  hn::StoreU(through(out, d_out), d, d_gates + 3 * width + i);
}

void run_step(float* gates, const float* cell_before, float* cell, float* hidden, int64_t rows,
              int64_t width) {
  const hn::ScalableTag<float> many;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<int64_t>(hn::Lanes(many));
  for (int64_t r = 0; r < rows; ++r) {
    int64_t i = 0;
    for (; i + lanes <= width; i += lanes) step_units(many, gates, cell_before, cell, hidden, i, width);
    for (; i < width; ++i) step_units(one, gates, cell_before, cell, hidden, i, width);
    gates += 4 * width, cell_before += width, cell += width, hidden += width;
  }
}

void run_backward(const float* gates, const float* cell_before, const float* cell, const float* d_hidden,
                  float* d_cell, float* d_gates, int64_t rows, int64_t width) {
  const hn::ScalableTag<float> many;
  const hn::CappedTag<float, 1> one;
  const auto lanes = static_cast<int64_t>(hn::Lanes(many));
  for (int64_t r = 0; r < rows; ++r) {
    int64_t i = 0;
    for (; i + lanes <= width; i += lanes)
      backward_units(many, gates, cell_before, cell, d_hidden, d_cell, d_gates, i, width);
    for (; i < width; ++i) backward_units(one, gates, cell_before, cell, d_hidden, d_cell, d_gates, i, width);
    gates += 4 * width, cell_before += width, cell += width, d_hidden += width;
    d_cell += width, d_gates += 4 * width;
  }
}

}  // namespace heed::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
