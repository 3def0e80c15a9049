// The backward pass over one (sequence, key head), compiled once for each instruction set.
#if defined(HEED_ATTENTION_FUSED_BACKWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_BACKWARD_INL_H_
#undef HEED_ATTENTION_FUSED_BACKWARD_INL_H_
#else
#define HEED_ATTENTION_FUSED_BACKWARD_INL_H_
#endif

#include <cstdint>

#include "attention/fused_softmax-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// With weights P = softmax(Z) computed again from the saved log-sums, dropout's factors M, and
// O = (P M) V: dV = (P M)^T dO; dP = M (dO V^T); dZ = P (dP - D), D = rowsum(dO O); dQ = dZ K and dK = dZ^T
// Q, scaled.
class BackwardPass {
 public:
  explicit BackwardPass(const BackwardJob& job)
      : job_(job), inputs_(job.inputs), tiles_(backward_tiles(inputs_.width, inputs_.value_width)) {}

  void run(int64_t b, int64_t key_head, const Learned<float>& learned) {
    learned_ = learned;
    const Sequence& sequence = inputs_.sequences[static_cast<size_t>(b)];
    const int64_t shared = inputs_.heads / inputs_.key_heads;
    const Gradients<float>& to = job_.gradients;
    for (int64_t head = key_head * shared; head < (key_head + 1) * shared; ++head) {
      clear_rows(to.query, sequence.query_begin, sequence.query_count, head, inputs_.width);
    }
    for (int64_t key = 0; key < sequence.key_count; key += kTileKeys) {
      const int64_t count = HWY_MIN(kTileKeys, sequence.key_count - key);
      pack_keys(sequence, key_head, key, count);
      for (int64_t head = key_head * shared; head < (key_head + 1) * shared; ++head) {
        const HeadFactors factors = head_factors(job_.variant, inputs_, head);
        for (int64_t first = 0; first < sequence.query_count; first += kTileQueries) {
          query_tile(factors, sequence, b, first, HWY_MIN(kTileQueries, sequence.query_count - first), key,
                     count);
        }
      }
      write_rows({tiles_.d_key, key_width()}, to.key, sequence.key_begin + key, count, key_head,
                 inputs_.width);
      write_rows({tiles_.d_value, value_width()}, to.value, sequence.key_begin + key, count, key_head,
                 inputs_.value_width);
    }
  }

 private:
  int64_t key_width() const { return padded(inputs_.width); }
  int64_t value_width() const { return padded(inputs_.value_width); }
  Tile weights() const { return {tiles_.score, kTileKeys}; }
  Tile d_scores() const { return {tiles_.d_score, kTileKeys}; }
  Tile query() const { return {tiles_.query, key_width()}; }
  Tile d_output() const { return {tiles_.d_output, value_width()}; }

  void pack_keys(const Sequence& sequence, int64_t key_head, int64_t key, int64_t count) {
    const int64_t row = sequence.key_begin + key;
    copy_rows(inputs_.key, row, count, key_head, inputs_.width, {tiles_.key, key_width()});
    copy_transposed(inputs_.key, row, count, key_head, inputs_.width, {tiles_.key_transposed, kTileKeys});
    copy_transposed(inputs_.value, row, count, key_head, inputs_.value_width,
                    {tiles_.value_transposed, kTileKeys});
    for (int64_t i = 0; i < count * key_width(); ++i) tiles_.d_key[i] = 0.0F;
    for (int64_t i = 0; i < count * value_width(); ++i) tiles_.d_value[i] = 0.0F;
  }

  void query_tile(const HeadFactors& factors, const Sequence& sequence, int64_t b, int64_t first,
                  int64_t rows, int64_t key, int64_t count) {
    if (visible_keys(job_.variant, sequence, first).begin >= key + count) return;
    if (visible_keys(job_.variant, sequence, first + rows - 1).end <= key) return;
    const int64_t begin = sequence.query_begin + first;
    copy_rows(inputs_.query, begin, rows, factors.head, inputs_.width, query());
    copy_rows(job_.d_output, begin, rows, factors.head, inputs_.value_width, d_output());
    copy_rows(job_.output, begin, rows, factors.head, inputs_.value_width, {tiles_.output, value_width()});
    multiply({tiles_.query, key_width(), 1}, rows, inputs_.width, {tiles_.key_transposed, kTileKeys},
             weights(), count, false);
    multiply({tiles_.d_output, value_width(), 1}, rows, inputs_.value_width,
             {tiles_.value_transposed, kTileKeys}, d_scores(), count, false);
    for (int64_t r = 0; r < rows; ++r) {
      softmax_row(factors, sequence, tile_row(job_.variant, sequence, b, first + r, key, count), r);
    }
    if (job_.gradients.value.data != nullptr) {
      multiply({tiles_.score, 1, kTileKeys}, count, rows, d_output(), {tiles_.d_value, value_width()},
               inputs_.value_width, true);
    }
    if (job_.gradients.key.data != nullptr) {
      multiply({tiles_.d_score, 1, kTileKeys}, count, rows, query(), {tiles_.d_key, key_width()},
               inputs_.width, true);
    }
    if (job_.gradients.query.data != nullptr) {
      const Tile d_query{tiles_.d_query, key_width()};
      multiply({tiles_.d_score, kTileKeys, 1}, rows, count, {tiles_.key, key_width()}, d_query, inputs_.width,
               false);
      add_rows(d_query, begin, rows, factors.head);
    }
  }

  // D of the row.
  float output_product(int64_t r) const {
    const FloatTag d;
    const float* HWY_RESTRICT out = tiles_.output + r * value_width();
    const float* HWY_RESTRICT d_out = d_output().row(r);
    Float sum = hn::Zero(d);
    for (int64_t i = 0; i < value_width(); i += lanes()) {
      sum = hn::MulAdd(hn::Load(d, out + i), hn::Load(d, d_out + i), sum);
    }
    return hn::GetLane(hn::SumOfLanes(d, sum));
  }

  // Dot products -> weights after dropout; dO V^T -> gradients of the scores, which its learned factors see
  // on the way.
  void softmax_row(const HeadFactors& factors, const Sequence& sequence, const TileRow& row, int64_t r) {
    const FloatTag d;
    float* HWY_RESTRICT scores = weights().row(r);
    float* HWY_RESTRICT d_scores = this->d_scores().row(r);
    const int64_t query_row = sequence.query_begin + row.t;
    make_logits(job_.variant, inputs_, factors, row, scores);
    const bool fades = inputs_.span != nullptr;
    if (fades) make_ramp(job_.variant, factors, row, scores, tiles_.ramp);
    const bool drops = inputs_.dropout > 0;
    const DropoutRow random = dropout_row(inputs_.dropout_seed, query_row, factors.head);
    const Float shift = hn::Set(
        d, finite_shift(job_.saved.log_sum[static_cast<size_t>(query_row * inputs_.heads + factors.head)]));
    const Float product = hn::Set(d, output_product(r));
    const Float ramp_width = hn::Set(d, static_cast<float>(job_.variant.span_ramp));
    Float d_temperature = hn::Zero(d);
    Float d_span = hn::Zero(d);
    for (int64_t c = 0; c < whole_vectors(row.count); c += lanes()) {
      const Float z = hn::Load(d, scores + c);
      const Float weight = weight_of(z, shift, fades ? tiles_.ramp + c : nullptr);
      const Float keep =
          drops ? keep_factors(inputs_, random, sequence.key_begin + row.first + c) : hn::Set(d, 1.0F);
      const Float d_logit = hn::Mul(weight, hn::Sub(hn::Mul(keep, hn::Load(d, d_scores + c)), product));
      hn::Store(hn::Mul(weight, keep), d, scores + c);
      hn::Store(d_logit, d, d_scores + c);
      if (learned_.log_temperature != nullptr) {  // z = (..) / exp(t): dz/dt = -z
        const Float seen = hn::IfThenElseZero(hn::Ne(weight, hn::Zero(d)), z);
        d_temperature = hn::NegMulAdd(d_logit, seen, d_temperature);
      }
      if (learned_.span !=
          nullptr) {  // a span weight m below 1 acts as log m on the logit: slope 1 / (ramp m)
        const Float m = hn::Load(d, tiles_.ramp + c);
        const auto slopes = hn::And(hn::Lt(m, hn::Set(d, 1.0F)), hn::Gt(m, hn::Zero(d)));
        d_span = hn::Add(d_span, hn::IfThenElseZero(slopes, hn::Div(d_logit, hn::Mul(ramp_width, m))));
      }
    }
    if (learned_.log_temperature != nullptr) {
      learned_.log_temperature[factors.head] += hn::GetLane(hn::SumOfLanes(d, d_temperature));
    }
    if (learned_.span != nullptr) learned_.span[factors.head] += hn::GetLane(hn::SumOfLanes(d, d_span));
    add_biases(factors, row, d_scores);
    const Float scale = hn::Set(d, factors.scale);
    for (int64_t c = 0; c < whole_vectors(row.count); c += lanes()) {
      hn::Store(hn::Mul(hn::Load(d, d_scores + c), scale), d, d_scores + c);
    }
  }

  void add_biases(const HeadFactors& factors, const TileRow& row, const float* HWY_RESTRICT d_logits) const {
    const int64_t reach = job_.variant.relative_reach;
    if (learned_.relative_bias != nullptr) {
      float* HWY_RESTRICT to = learned_.relative_bias + factors.head * (2 * reach + 1);
      for (int64_t c = row.visible.begin; c < row.visible.end; ++c) {
        to[relative_column(row.first + c - row.position, reach)] += factors.cooling * d_logits[c];
      }
    }
    if (job_.gradients.bias) {
      for (int64_t c = row.visible.begin; c < row.visible.end; ++c) {
        job_.gradients.bias.at(row.b, factors.head, row.t, row.first + c) += factors.cooling * d_logits[c];
      }
    }
  }

  void add_rows(Tile from, int64_t begin, int64_t rows, int64_t head) const {
    const FloatTag d;
    const int64_t width = inputs_.width;
    for (int64_t r = 0; r < rows; ++r) {
      const float* HWY_RESTRICT source = from.row(r);
      float* HWY_RESTRICT to = job_.gradients.query.at(begin + r, head);
      int64_t i = 0;
      for (; i + lanes() <= width; i += lanes()) {
        hn::StoreU(hn::Add(hn::LoadU(d, to + i), hn::Load(d, source + i)), d, to + i);
      }
      for (; i < width; ++i) to[i] += source[i];
    }
  }

  void write_rows(Tile from, const Heads<float>& to, int64_t begin, int64_t rows, int64_t head,
                  int64_t width) const {
    if (to.data == nullptr) return;
    for (int64_t r = 0; r < rows; ++r) {
      const float* HWY_RESTRICT source = from.row(r);
      float* HWY_RESTRICT target = to.at(begin + r, head);
      for (int64_t i = 0; i < width; ++i) target[i] = source[i];
    }
  }

  const BackwardJob& job_;
  const Inputs<float>& inputs_;
  Tiles tiles_;
  Learned<float> learned_;
};

void run_backward(const BackwardJob& job, int64_t begin, int64_t end) {
  BackwardPass pass(job);
  for (int64_t unit = begin; unit < end; ++unit) {
    const Learned<float> learned = job.parts.part(job.units.sequence_group(unit));
    const IndexRange sequences = job.units.sequences(unit);
    const IndexRange key_heads = job.units.key_heads(unit);
    for (int64_t b = sequences.begin; b < sequences.end; ++b) {
      for (int64_t key_head = key_heads.begin; key_head < key_heads.end; ++key_head)
        pass.run(b, key_head, learned);
    }
  }
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
