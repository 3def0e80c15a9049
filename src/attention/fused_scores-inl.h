// One row of a tile: scores -> logits -> weights, compiled once for each instruction set.
#if defined(HEED_ATTENTION_FUSED_SOFTMAX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_SOFTMAX_INL_H_
#undef HEED_ATTENTION_FUSED_SOFTMAX_INL_H_
#else
#define HEED_ATTENTION_FUSED_SOFTMAX_INL_H_
#endif

#include <cmath>
#include <cstdint>
#include <limits>

#include <hwy/highway.h>

#include "attention/dropout.h"
#include "attention/fused_matmul-inl.h"
#include "attention/place.h"
#include "hwy/contrib/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr float kHidden = -std::numeric_limits<float>::infinity();

// What turns the dot products of one head into logits. The temperature is folded into every factor.
struct HeadFactors {
  int64_t head;
  int64_t key_head;
  float scale;
  float cooling;          // 1 / temperature
  float slope;            // ALiBi's
  const float* relative;  // [2 * reach + 1] or null
  float span;             // used where inputs.span is not null
};

inline HeadFactors head_factors(const Variant& variant, const Inputs<float>& inputs, int64_t head) {
  const float cooling = inputs.log_temperature == nullptr ? 1.0F : std::exp(-inputs.log_temperature[head]);
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

// A row of a tile: query row t of sequence b, against keys [first, first + count).
struct TileRow {
  int64_t b;
  int64_t t;
  int64_t position;
  int64_t first;
  int64_t count;
  KeyRange visible;  // within the tile
};

inline TileRow tile_row(const Variant& variant, const Sequence& sequence, int64_t b, int64_t t, int64_t first,
                        int64_t count) {
  const KeyRange keys = visible_keys(variant, sequence, t);
  return {b,     t,     sequence.query_position + t,
          first, count, {HWY_MAX(keys.begin - first, 0), HWY_MIN(keys.end - first, count)}};
}

// |position - key| for the vector of keys that begins at column c.
HWY_INLINE Float distances(const TileRow& row, int64_t c) {
  const FloatTag d;
  return hn::Abs(hn::Iota(d, static_cast<float>(row.first + c - row.position)));
}

// Dot products -> logits, minus infinity for a hidden key and for what pads the row. Every pass over the
// scores (forward, backward, tap) comes through here, so that all see the same bits.
HWY_INLINE void make_logits(const Variant& variant, const Inputs<float>& inputs, const HeadFactors& factors,
                            const TileRow& row, float* HWY_RESTRICT scores) {
  const FloatTag d;
  const int64_t n = lanes();
  const int64_t columns = whole_vectors(row.count);
  // 1. Scale and ALiBi, and what lengths, causal and window masks hide.
  const Float scale = hn::Set(d, factors.scale);
  const Float slope = hn::Set(d, factors.slope);
  const Float begin = hn::Set(d, static_cast<float>(row.visible.begin));
  const Float end = hn::Set(d, static_cast<float>(row.visible.end));
  for (int64_t c = 0; c < columns; c += n) {
    Float z = hn::Mul(hn::Load(d, scores + c), scale);
    if (variant.alibi) z = hn::NegMulAdd(slope, distances(row, c), z);
    const Float column = hn::Iota(d, static_cast<float>(c));
    const auto seen = hn::And(hn::Ge(column, begin), hn::Lt(column, end));
    hn::Store(hn::IfThenElse(seen, z, hn::Set(d, kHidden)), d, scores + c);
  }
  // 2. Biases that are looked up.
  if (factors.relative != nullptr) {
    for (int64_t c = row.visible.begin; c < row.visible.end; ++c) {
      const int64_t column = relative_column(row.first + c - row.position, variant.relative_reach);
      scores[c] += factors.cooling * factors.relative[column];
    }
  }
  if (inputs.bias) {
    for (int64_t c = row.visible.begin; c < row.visible.end; ++c) {
      scores[c] += factors.cooling * inputs.bias.at(row.b, factors.head, row.t, row.first + c);
    }
  }
  // 3. What an arbitrary mask hides.
  if (inputs.mask) {
    for (int64_t c = row.visible.begin; c < row.visible.end; ++c) {
      if (inputs.mask.at(row.b, factors.head, row.t, row.first + c) == 0) scores[c] = kHidden;
    }
  }
}

// Span weights of the row's keys into `ramp`; hides those that have none.
HWY_INLINE void make_ramp(const Variant& variant, const HeadFactors& factors, const TileRow& row,
                          float* HWY_RESTRICT scores, float* HWY_RESTRICT ramp) {
  const FloatTag d;
  const float width = static_cast<float>(variant.span_ramp);
  const Float reach = hn::Set(d, width + factors.span);
  for (int64_t c = 0; c < whole_vectors(row.count); c += lanes()) {
    const Float above = hn::Div(hn::Sub(reach, distances(row, c)), hn::Set(d, width));
    const Float weight = hn::Min(hn::Max(above, hn::Zero(d)), hn::Set(d, 1.0F));
    hn::Store(weight, d, ramp + c);
    const auto seen = hn::Gt(weight, hn::Zero(d));
    hn::Store(hn::IfThenElse(seen, hn::Load(d, scores + c), hn::Set(d, kHidden)), d, scores + c);
  }
}

// What a row's logits are lowered by before exp: rows that see nothing must not give inf - inf.
HWY_INLINE float finite_shift(float shift) { return shift == kHidden ? 0.0F : shift; }

// exp(z - shift) times the span weight; 0 for a hidden key, and NaN stays NaN.
HWY_INLINE Float weight_of(Float z, Float shift, const float* ramp) {
  const FloatTag d;
  const Float lowered = hn::Sub(z, shift);
  Float weight = hn::Exp(d, lowered);  // gives 0 for minus infinity, and for NaN too
  weight = hn::IfThenElse(hn::IsNaN(lowered), lowered, weight);
  return ramp == nullptr ? weight : hn::Mul(weight, hn::Load(d, ramp));
}

// Dropout's factor (0 or 1 / (1 - dropout)) for the keys from absolute row `key` on.
HWY_INLINE Float keep_factors(const Inputs<float>& inputs, DropoutRow random, int64_t key) {
  const FloatTag d;
  const hn::RebindToUnsigned<FloatTag> du;
  auto x = hn::Mul(hn::Iota(du, static_cast<uint32_t>(key)), hn::Set(du, kDropoutKey));
  x = hn::Add(x, hn::Set(du, random.first));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(du, kDropoutFirst));
  x = hn::Add(x, hn::Set(du, random.second));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(du, kDropoutSecond));
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  const auto kept = hn::RebindMask(d, hn::Not(hn::Lt(x, hn::Set(du, dropout_threshold(inputs.dropout)))));
  return hn::IfThenElseZero(kept, hn::Set(d, static_cast<float>(1.0 / (1.0 - inputs.dropout))));
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
