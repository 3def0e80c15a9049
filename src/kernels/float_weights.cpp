#include "kernels/float_weights.h"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/float_weights.cpp"
#include <hwy/foreach_target.h>

#include "kernels/float_weights-inl.h"

#if HWY_ONCE
namespace heed::kernels {
namespace {

HWY_EXPORT(float_block);
HWY_EXPORT(multiply_floats);

constexpr int64_t kRowsAtOnce = 48;  // whole tiles, and near while they meet all weights

}  // namespace

FloatWeights::FloatWeights(std::span<const float> weight, std::span<const float> bias, int64_t out,
                           int64_t in)
    : out_(out), in_(in) {
  const int64_t block = HWY_DYNAMIC_DISPATCH(float_block)();
  const auto padded = static_cast<size_t>((out + block - 1) / block * block);
  packed_.resize(padded * static_cast<size_t>(in));
  bias_.resize(padded);
  std::copy(bias.begin(), bias.end(), bias_.begin());
  for (int64_t o = 0; o < out; ++o) {
    float* const to = packed_.data() + o / block * block * in + o % block;
    for (int64_t i = 0; i < in; ++i) to[i * block] = weight[static_cast<size_t>(o * in + i)];
  }
}

void FloatWeights::multiply(const float* x, int64_t rows, float* y, Finish finish) const {
  for (int64_t r = 0; r < rows; r += kRowsAtOnce) {
    const int64_t count = std::min(kRowsAtOnce, rows - r);
    HWY_DYNAMIC_DISPATCH(multiply_floats)
    ({x + r * in_, packed_.data(), bias_.data(), count, in_, out_}, y + r * out_, finish);
  }
}

}  // namespace heed::kernels
#endif  // HWY_ONCE
