#include "kernels/int8_weights.h"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/int8_weights.cpp"
#include <hwy/foreach_target.h>

#include "kernels/int8_weights-inl.h"

#if HWY_ONCE
#include <algorithm>
#include <cstring>
#include <numeric>

namespace heed::kernels {
namespace {

HWY_EXPORT(int8_block);
HWY_EXPORT(cut_rows);
HWY_EXPORT(multiply_rows);

constexpr int64_t kWord = 4;
constexpr int64_t kRowsAtOnce = 64;  // cut into bytes and multiplied while they are near

}  // namespace

Int8Weights::Int8Weights(std::span<const int8_t> weight, std::span<const float> scale,
                         std::span<const float> bias, int64_t out, int64_t in)
    : out_(out), in_(in), words_((in + kWord - 1) / kWord) {
  const int64_t block = HWY_DYNAMIC_DISPATCH(int8_block)();
  const auto padded = static_cast<size_t>((out + block - 1) / block * block);
  packed_.resize(padded * static_cast<size_t>(words_));
  scale_.resize(padded);
  sums_.resize(padded);
  bias_.resize(padded);
  auto* const bytes = reinterpret_cast<unsigned char*>(packed_.data());
  for (int64_t o = 0; o < out; ++o) {
    unsigned char* const to = bytes + (o / block * block * words_ + o % block) * kWord;
    const int8_t* const from = weight.data() + o * in;
    for (int64_t word = 0; word < words_; ++word) {
      const int64_t count = std::min(kWord, in - word * kWord);
      std::memcpy(to + word * block * kWord, from + word * kWord, static_cast<size_t>(count));
    }
    const int32_t sum = std::accumulate(from, from + in, int32_t{0});
    const auto index = static_cast<size_t>(o);
    scale_[index] = scale[index];
    sums_[index] = scale[index] * static_cast<float>(sum);
    if (!bias.empty()) bias_[index] = bias[index];
  }
}

void Int8Weights::multiply(const float* x, int64_t rows, float* y, Finish finish) const {
  const int64_t stride = words_ * kWord;
  thread_local std::vector<uint8_t> bytes;
  bytes.resize(std::max(bytes.size(), static_cast<size_t>(kRowsAtOnce * stride)));
  float step[kRowsAtOnce], low[kRowsAtOnce];
  const Int8View weights = {packed_.data(), scale_.data(), sums_.data(), bias_.data(), out_, words_};
  for (int64_t r = 0; r < rows; r += kRowsAtOnce) {
    const int64_t count = std::min(kRowsAtOnce, rows - r);
    HWY_DYNAMIC_DISPATCH(cut_rows)(x + r * in_, count, in_, bytes.data(), stride, step, low);
    HWY_DYNAMIC_DISPATCH(multiply_rows)
    ({bytes.data(), stride, step, low, count}, weights, y + r * out_, finish);
  }
}

}  // namespace heed::kernels
#endif  // HWY_ONCE
