// A tile of dot products [keys, queries]: scores -> logits -> weights, compiled once for each instruction
// set.
#if defined(HEED_ATTENTION_FUSED_SCORES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_SCORES_INL_H_
#undef HEED_ATTENTION_FUSED_SCORES_INL_H_
#else
#define HEED_ATTENTION_FUSED_SCORES_INL_H_
#endif

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include <hwy/highway.h>

#include "attention/dropout.h"
#include "attention/fused_matmul-inl.h"
#include "attention/place.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr float kHidden = -std::numeric_limits<float>::infinity();
constexpr float kLog2E = 1.44269504088896341F;
constexpr float kLn2 = 0.693147180559945309F;

// What turns the dot products of one head into logits. The temperature is folded into every factor, and so is
// 1 / ln 2 for softmax, whose weights are powers of two.
struct HeadFactors {
  int64_t head;
  int64_t key_head;
  float scale;
  float cooling;          // 1 / temperature
  float slope;            // ALiBi's
  const float* relative;  // [2 * reach + 1] or null
  float span;             // used where inputs.span is not null
};

template <class T>
HeadFactors head_factors(const Variant& variant, const Inputs<T>& inputs, int64_t head, float unit = kLog2E) {
  const float cooling =
      unit * (inputs.log_temperature == nullptr ? 1.0F : std::exp(-inputs.log_temperature[head]));
  const float scale =
      variant.score == Score::scaled_dot ? 1.0F / std::sqrt(static_cast<float>(inputs.width)) : 1.0F;
  HeadFactors factors{head, head / (inputs.heads / inputs.key_heads), scale * cooling, cooling, 0.0F, nullptr,
                      0.0F};
  if (variant.alibi) factors.slope = cooling * static_cast<float>(alibi_slope(head, inputs.heads));
  if (inputs.relative_bias != nullptr) {
    factors.relative = inputs.relative_bias + head * (2 * variant.relative_reach + 1);
  }
  if (inputs.span != nullptr) factors.span = inputs.span[head];
  return factors;
}

// Keys [key, key + keys) of sequence b.
struct Block {
  int64_t b;
  int64_t key;
  int64_t keys;
};

// 2^f of a fraction within half of 0: a polynomial of degree 6, within 1e-8 (relative) before rounding.
HWY_INLINE Float power_of_fraction(Float f) {
  const FloatTag d;
  Float p = hn::Set(d, 0x1.44138ap-13F);
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.5f0890p-10F));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.3b2a54p-7F));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.c6af6cp-5F));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.ebfbe0p-3F));
  p = hn::MulAdd(p, f, hn::Set(d, 0x1.62e430p-1F));
  return hn::MulAdd(p, f, hn::Set(d, 1.0F));
}

// 2^t for t up to a few units above 0; exactly 0 for minus infinity and far below 0, exactly 1 at 0; NaN
// stays NaN.
HWY_INLINE Float power_of_two(Float t) {
#if HWY_TARGET <= HWY_AVX3
  // The fraction that is left after rounding, and the power of two that it is scaled by, in one instruction
  // each.
  const __m512 f = _mm512_reduce_ps(t.raw, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  return Float{_mm512_scalef_ps(power_of_fraction(Float{f}).raw, _mm512_sub_ps(t.raw, f))};
#else
  const FloatTag d;
  const hn::RebindToUnsigned<FloatTag> du;
  const Float magic = hn::Set(d, 12582912.0F);  // 1.5 * 2^23: adding it rounds to a whole number
  const Float shifted = hn::Add(t, magic);
  const Float p = power_of_fraction(hn::Sub(t, hn::Sub(shifted, magic)));
  // The whole number stands in the low bits of `shifted`: it is added to the exponent. Below -125 the result
  // would leave the normal numbers.
  const auto bits = hn::Add(hn::BitCast(du, p), hn::ShiftLeft<23>(hn::BitCast(du, shifted)));
  return hn::IfThenZeroElse(hn::Lt(t, hn::Set(d, -125.0F)), hn::BitCast(d, bits));
#endif
}

// What logits are lowered by before the power: rows that see nothing must not give inf - inf.
HWY_INLINE Float finite_shift(Float shift) {
  const FloatTag d;
  return hn::IfThenZeroElse(hn::Eq(shift, hn::Set(d, kHidden)), shift);
}

// output = sums / sum; zeros for a row that sees no key.
inline void finish_row(const float* HWY_RESTRICT sums, int64_t width, float sum, float* HWY_RESTRICT output) {
  const FloatTag d;
  const float by = 1.0F / sum;
  int64_t i = 0;
  if (sum != 0.0F) {
    for (; i + lanes() <= width; i += lanes()) {
      hn::StoreU(hn::Mul(hn::Load(d, sums + i), hn::Set(d, by)), d, output + i);
    }
  }
  for (; i < width; ++i) output[i] = sum == 0.0F ? 0.0F : sums[i] * by;
}

template <class T>
void save_row(const ForwardJob<T>& job, int64_t row, int64_t head, float row_max, float row_sum) {
  const float log_sum = row_sum == 0.0F ? kHidden : kLn2 * row_max + std::log(row_sum);
  job.saved->log_sum[static_cast<size_t>(row * job.inputs.heads + head)] = log_sum;
}

// Four sums or maxima on their way at a time: one waits for its last step, the others go on.
template <class X>
struct Four {
  X a, b, c, d;
};

// x.a = step(s, x.a) for s = 0, 4, 8 ..., x.b for 1, 5 ..., and so on, for all s < count.
template <class X, class Step>
HWY_INLINE Four<X> in_fours(int64_t count, Four<X> x, const Step& step) {
  int64_t s = 0;
  for (; s + 4 <= count; s += 4) {
    x.a = step(s, x.a);
    x.b = step(s + 1, x.b);
    x.c = step(s + 2, x.c);
    x.d = step(s + 3, x.d);
  }
  if (s < count) x.a = step(s, x.a);
  if (s + 1 < count) x.b = step(s + 1, x.b);
  if (s + 2 < count) x.c = step(s + 2, x.c);
  return x;
}

// The logits of one head's tiles. Every pass over the scores (forward, backward, tap) comes through here, so
// that all see the same bits.
template <class T>
class Logits {
 public:
  Logits(const Variant& variant, const Inputs<T>& inputs) : variant_(variant), inputs_(inputs) {}

  // What the panel's queries know of themselves.
  void set_queries(const Sequence& sequence, int64_t head, const Panel& panel) const {
    if (places_are_alike() && !inputs_.mask && inputs_.dropout == 0) return;
    const int64_t stride = inputs_.bias ? inputs_.bias.query_stride : 0;
    for (int64_t q = 0; q < whole_vectors(panel.queries); ++q) {
      const int64_t t = panel.first + HWY_MIN(q, panel.queries - 1);
      const KeyRange keys = visible_keys(variant_, sequence, t);
      panel.position[q] = static_cast<float>(sequence.query_position + t);
      panel.begin[q] = static_cast<float>(keys.begin);
      panel.end[q] = static_cast<float>(keys.end);
      panel.place[q] = static_cast<int32_t>((t - panel.first) * stride);
      if (inputs_.dropout > 0) {
        const DropoutRow random = dropout_row(inputs_.dropout_seed, sequence.query_begin + t, head);
        panel.random_1[q] = random.first;
        panel.random_2[q] = random.second;
      }
    }
  }

  // The keys that any query of the panel sees, from the beginning of a block. Both ends of what a query sees
  // only move forward from query to query.
  KeyRange keys_of(const Sequence& sequence, const Panel& panel) const {
    return {visible_keys(variant_, sequence, panel.first).begin / kTileKeys * kTileKeys,
            visible_keys(variant_, sequence, panel.first + panel.queries - 1).end};
  }

  // Whether lengths, causal and window masks hide any key of the block from any query of the panel.
  bool is_cut(const Sequence& sequence, const Block& block, const Panel& panel) const {
    return visible_keys(variant_, sequence, panel.first + panel.queries - 1).begin > block.key ||
           visible_keys(variant_, sequence, panel.first).end < block.key + block.keys;
  }

  // Whether logits are more than the scaled dot products.
  bool is_plain(const Sequence& sequence, const Block& block, const Panel& panel) const {
    return !variant_.alibi && inputs_.relative_bias == nullptr && !inputs_.bias && !inputs_.mask &&
           inputs_.span == nullptr && (places_are_alike() || !is_cut(sequence, block, panel));
  }

  // Dot products -> logits in place; minus infinity for a hidden key.
  void make(const HeadFactors& factors, const Sequence& sequence, const Block& block, const Panel& panel,
            Tile scores) const {
    const FloatTag d;
    const bool cut = is_cut(sequence, block, panel);
    const float* bias =
        inputs_.bias ? &inputs_.bias.at(block.b, factors.head, panel.first, block.key) : nullptr;
    for (int64_t q = 0; q < whole_vectors(panel.queries); q += lanes()) {
      const Float position = hn::Load(d, panel.position + q);
      const Float begin = hn::Load(d, panel.begin + q);
      const Float end = hn::Load(d, panel.end + q);
      for (int64_t s = 0; s < block.keys; ++s) {
        float* HWY_RESTRICT score = scores.row(s) + q;
        const Float key = hn::Set(d, static_cast<float>(block.key + s));
        Float z = place(factors, hn::Load(d, score), key, position);
        if (bias != nullptr) z = add_bias(factors, bias + s * inputs_.bias.key_stride, panel.place + q, z);
        if (cut) z = cut_off(z, key, begin, end);
        hn::Store(z, d, score);
      }
    }
    if (inputs_.mask) hide_masked(factors.head, block, panel, scores);
  }

  // A dot product -> its logit but for grids: scale, biases of distance, and the end of the span.
  HWY_INLINE Float place(const HeadFactors& factors, Float dot, Float key, Float position) const {
    const FloatTag d;
    Float z = hn::Mul(dot, hn::Set(d, factors.scale));
    if (variant_.alibi) z = hn::NegMulAdd(hn::Set(d, factors.slope), hn::Abs(hn::Sub(position, key)), z);
    if (factors.relative != nullptr) z = add_relative(factors, hn::Sub(key, position), z);
    if (inputs_.span != nullptr) {
      const FloatMask seen = hn::Gt(span_weights(factors, key, position), hn::Zero(d));
      z = hn::IfThenElse(seen, z, hn::Set(d, kHidden));
    }
    return z;
  }

  // Minus infinity for a key outside [begin, end).
  static HWY_INLINE Float cut_off(Float z, Float key, Float begin, Float end) {
    const FloatMask seen = hn::And(hn::Ge(key, begin), hn::Lt(key, end));
    return hn::IfThenElse(seen, z, hn::Set(FloatTag(), kHidden));
  }

  // The adaptive span's factor for one key and a vector of queries.
  Float span_weights(const HeadFactors& factors, Float key, Float position) const {
    const FloatTag d;
    const float ramp = static_cast<float>(variant_.span_ramp);
    const Float above = hn::Sub(hn::Set(d, ramp + factors.span), hn::Abs(hn::Sub(position, key)));
    return hn::Min(hn::Max(hn::Div(above, hn::Set(d, ramp)), hn::Zero(d)), hn::Set(d, 1.0F));
  }

  // Dropout's factor (0 or 1 / (1 - dropout)) of absolute key row `key`, for the queries from lane q on.
  Float keep_factors(const Panel& panel, int64_t key, int64_t q) const {
    const FloatTag d;
    const hn::RebindToUnsigned<FloatTag> du;
    auto x = hn::Add(hn::Set(du, static_cast<uint32_t>(key) * kDropoutKey), hn::Load(du, panel.random_1 + q));
    x = hn::Mul(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(du, kDropoutFirst));
    x = hn::Add(x, hn::Load(du, panel.random_2 + q));
    x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(du, kDropoutSecond));
    x = hn::Xor(x, hn::ShiftRight<16>(x));
    const auto kept = hn::RebindMask(d, hn::Not(hn::Lt(x, hn::Set(du, dropout_threshold(inputs_.dropout)))));
    return hn::IfThenElseZero(kept, hn::Set(d, static_cast<float>(1.0 / (1.0 - inputs_.dropout))));
  }

 private:
  // Whether a logit depends on nothing but its query and key.
  bool places_are_alike() const {
    return !variant_.causal && variant_.window == 0 && !variant_.alibi && inputs_.relative_bias == nullptr &&
           !inputs_.bias && inputs_.span == nullptr;
  }

  Float add_relative(const HeadFactors& factors, Float offset, Float z) const {
    const FloatTag d;
    const hn::RebindToSigned<FloatTag> di;
    const Float reach = hn::Set(d, static_cast<float>(variant_.relative_reach));
    const Float column = hn::Add(hn::Max(hn::Min(offset, reach), hn::Neg(reach)), reach);
    const Float bias = hn::GatherIndex(d, factors.relative, hn::ConvertTo(di, column));
    return hn::MulAdd(hn::Set(d, factors.cooling), bias, z);
  }

  Float add_bias(const HeadFactors& factors, const float* bias, const int32_t* places, Float z) const {
    const FloatTag d;
    const hn::RebindToSigned<FloatTag> di;
    const Float added = hn::GatherIndex(d, bias, hn::Load(di, places));
    return hn::MulAdd(hn::Set(d, factors.cooling), added, z);
  }

  // What an arbitrary mask hides. Masks are mostly long runs of 1: zeros are searched for where keys lie side
  // by side.
  void hide_masked(int64_t head, const Block& block, const Panel& panel, Tile scores) const {
    for (int64_t q = 0; q < panel.queries; ++q) {
      const uint8_t* seen = &inputs_.mask.at(block.b, head, panel.first + q, block.key);
      if (inputs_.mask.key_stride == 1) {
        const auto* end = seen + block.keys;
        for (const uint8_t* next = seen; next < end; ++next) {
          next = static_cast<const uint8_t*>(std::memchr(next, 0, static_cast<size_t>(end - next)));
          if (next == nullptr) break;
          scores.row(next - seen)[q] = kHidden;
        }
      } else {
        for (int64_t s = 0; s < block.keys; ++s) {
          if (seen[s * inputs_.mask.key_stride] == 0) scores.row(s)[q] = kHidden;
        }
      }
    }
  }

  const Variant& variant_;
  const Inputs<T>& inputs_;
};

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
