// The forward pass of a few queries against their keys, as a decoder has them, compiled once for each
// instruction set.
#if defined(HEED_ATTENTION_FUSED_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_ROWS_INL_H_
#undef HEED_ATTENTION_FUSED_ROWS_INL_H_
#else
#define HEED_ATTENTION_FUSED_ROWS_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "attention/fused_scores-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// With fewer queries than a vector has lanes, keys are the lanes: a block of keys is transposed once for the
// queries and heads that share it. Every number is summed in the same order as in ForwardPass, so that a
// query has the same bits on either way.
class RowPass {
 public:
  explicit RowPass(const ForwardJob<float>& job)
      : job_(job),
        inputs_(job.inputs),
        tiles_(row_tiles(inputs_.heads, inputs_.width, inputs_.value_width)),
        logits_(job.variant, inputs_) {}

  // Grids and the tap are ForwardPass's.
  static bool covers(const ForwardJob<float>& job, const Sequence& sequence) {
    const Inputs<float>& in = job.inputs;
    return sequence.query_count <= kMostRows && job.tap == nullptr && in.dropout == 0 && !in.mask && !in.bias;
  }

  // Key heads [heads.begin, heads.end) of sequence b; `next` is what will run then, or null.
  void run(int64_t b, KeyRange heads, const Sequence* next) {
    const Sequence& sequence = inputs_.sequences[static_cast<size_t>(b)];
    heads_ = heads;
    std::fill_n(tiles_.row_max, inputs_.heads * kMostRows, kHidden);
    std::fill_n(tiles_.row_sum, inputs_.heads * kMostRows, 0.0F);
    is_new_ = true;
    const int64_t end = sequence.query_count == 0 ? 0 : sequence.key_count;
    for (int64_t key = 0; key < end; key += kTileKeys) {
      const Rows here = block_of(sequence, key);
      if (key + kTileKeys < end) {
        block(sequence, key, here, block_of(sequence, key + kTileKeys));
      } else {
        block(sequence, key, here, next == nullptr ? Rows{0, 0} : block_of(*next, 0));
      }
    }
    finish(sequence);
  }

 private:
  struct Rows {
    int64_t begin;
    int64_t count;
  };
  static Rows block_of(const Sequence& sequence, int64_t key) {
    return {sequence.key_begin + key, HWY_MIN(kTileKeys, sequence.key_count - key)};
  }

  int64_t shared() const { return inputs_.heads / inputs_.key_heads; }
  // The first row of scores, sums and output of a head.
  int64_t row_of(int64_t head) const { return (head - heads_.begin * shared()) * kMostRows; }
  Tile scores(int64_t head) const { return {tiles_.score + row_of(head) * kTileKeys, kTileKeys}; }
  Tile output(int64_t head) const {
    const int64_t stride = padded(inputs_.value_width);
    return {tiles_.output + row_of(head) * stride, stride};
  }

  // All queries of all heads against a block of keys. Caches of a decoder are read once, from far away: while
  // keys are at work their values are fetched, and while values are, the next keys.
  void block(const Sequence& sequence, int64_t key, Rows here, Rows next) {
    if (visible_keys(job_.variant, sequence, 0).begin >= key + here.count) return;
    if (visible_keys(job_.variant, sequence, sequence.query_count - 1).end <= key) return;
    const int64_t queries = sequence.query_count;
    for (int64_t key_head = heads_.begin; key_head < heads_.end; ++key_head) {
      fetch_share(inputs_.value, inputs_.value_width, here, key_head);
      if (key_head + 1 < heads_.end) fetch(inputs_.key, inputs_.width, here, key_head + 1);
      with_rows(inputs_.key, here, key_head, inputs_.width,
                [&](const auto& keys) HWY_ATTR { score(sequence, keys, here.count, key_head); });
      for (int64_t head = key_head * shared(); head < (key_head + 1) * shared(); ++head) {
        const HeadFactors factors = head_factors(job_.variant, inputs_, head);
        for (int64_t t = 0; t < queries; ++t) weigh(factors, sequence, t, key, here.count);
      }
    }
    for (int64_t key_head = heads_.begin; key_head < heads_.end; ++key_head) {
      fetch_share(inputs_.key, inputs_.width, next, key_head);
      if (key_head + 1 < heads_.end) fetch(inputs_.value, inputs_.value_width, here, key_head + 1);
      with_rows(inputs_.value, here, key_head, inputs_.value_width, [&](const auto& values) HWY_ATTR {
        add_values(sequence, key, values, here.count, key_head);
      });
    }
    is_new_ = false;
  }

  // Dot products of the key head's queries with a block of its keys.
  template <class Keys>
  void score(const Sequence& sequence, Keys keys, int64_t count, int64_t key_head) {
    const Tile transposed{tiles_.key_transposed, kTileKeys};
    const int64_t first = key_head * shared();
    if (shared() == 1 && sequence.query_count == 1) {
      return dot_keys(inputs_.query.at(sequence.query_begin, first), keys, count, inputs_.width, transposed,
                      scores(first).data);
    }
    transpose(keys, count, inputs_.width, transposed);
    for (int64_t head = first; head < first + shared(); ++head) {
      const Left query{inputs_.query.at(sequence.query_begin, head), inputs_.query.row_stride, 1};
      multiply(query, sequence.query_count, inputs_.width, transposed, scores(head), count, false);
    }
  }

  // Weights times values, for the queries of the key head.
  template <class Values>
  void add_values(const Sequence& sequence, int64_t key, Values values, int64_t count, int64_t key_head) {
    const bool finite = !hides(sequence, key, count) || all_finite(values, count, inputs_.value_width);
    for (int64_t head = key_head * shared(); head < (key_head + 1) * shared(); ++head) {
      (finite ? multiply<Values> : multiply_seen<Values>)({scores(head).data, kTileKeys, 1},
                                                          sequence.query_count, count, values, output(head),
                                                          inputs_.value_width, !is_new_);
    }
  }

  // Whether some key of the block is hidden from some query.
  bool hides(const Sequence& sequence, int64_t key, int64_t keys) const {
    return inputs_.span != nullptr ||
           visible_keys(job_.variant, sequence, sequence.query_count - 1).begin > key ||
           visible_keys(job_.variant, sequence, 0).end < key + keys;
  }

  // Fetches a key head's share of these rows, all heads of a row side by side, as they lie.
  void fetch_share(const Heads<const float>& from, int64_t width, Rows rows, int64_t key_head) const {
    const int64_t shares = heads_.end - heads_.begin;
    const int64_t share = key_head - heads_.begin;
    for (int64_t r = rows.count * share / shares; r < rows.count * (share + 1) / shares; ++r) {
      for (int64_t head = heads_.begin; head < heads_.end; ++head) {
        const float* row = from.at(rows.begin + r, head);
        for (int64_t i = 0; i < width; i += 16) hwy::Prefetch(row + i);
      }
    }
  }

  // Fetches one head of these rows.
  static void fetch(const Heads<const float>& from, int64_t width, Rows rows, int64_t head) {
    for (int64_t r = 0; r < rows.count; ++r) {
      const float* row = from.at(rows.begin + r, head);
      for (int64_t i = 0; i < width; i += 16) hwy::Prefetch(row + i);
    }
  }

  // body(rows where they lie), if whole vectors of them can be read there; else of a copy.
  template <class Body>
  void with_rows(const Heads<const float>& from, Rows rows, int64_t head, int64_t width, const Body& body) {
    if (from.rows != nullptr && width % kPad == 0) {
      body(ScatteredRows{from.data + head * from.head_stride, from.row_stride, from.rows + rows.begin});
      return;
    }
    Tile tile{const_cast<float*>(from.at(rows.begin, head)), from.row_stride};  // only read
    if (width % kPad != 0) {
      tile = {tiles_.rows, padded(width)};
      copy_rows(from, rows.begin, rows.count, head, width, tile);
    }
    body(tile);
  }

  // One step of the online softmax, as ForwardPass::weigh().
  void weigh(const HeadFactors& factors, const Sequence& sequence, int64_t t, int64_t first_key,
             int64_t keys) {
    const FloatTag d;
    const int64_t r = row_of(factors.head) + t;
    float* HWY_RESTRICT score = scores(factors.head).row(t);
    const KeyRange seen = visible_keys(job_.variant, sequence, t);
    const Float begin = hn::Set(d, static_cast<float>(HWY_MAX(seen.begin, first_key)));
    const Float end = hn::Set(d, static_cast<float>(HWY_MIN(seen.end, first_key + keys)));
    const Float position = hn::Set(d, static_cast<float>(sequence.query_position + t));
    Float greatest = hn::Set(d, tiles_.row_max[r]);
    for (int64_t s = 0; s < whole_vectors(keys); s += lanes()) {
      const Float key = hn::Iota(d, static_cast<float>(first_key + s));
      const Float z = Logits<float>::cut_off(logits_.place(factors, hn::Load(d, score + s), key, position),
                                             key, begin, end);
      hn::Store(z, d, score + s);
      greatest = hn::Max(greatest, z);
    }
    const Float top = hn::MaxOfLanes(d, greatest);
    const Float shift = finite_shift(top);
    const float shrink = hn::GetLane(power_of_two(hn::Sub(hn::Set(d, tiles_.row_max[r]), shift)));
    for (int64_t s = 0; s < whole_vectors(keys); s += lanes()) {
      Float weight = power_of_two(hn::Sub(hn::Load(d, score + s), shift));
      if (inputs_.span != nullptr) {
        const Float key = hn::Iota(d, static_cast<float>(first_key + s));
        weight = hn::Mul(weight, logits_.span_weights(factors, key, position));
      }
      hn::Store(weight, d, score + s);
    }
    tiles_.row_max[r] = hn::GetLane(top);
    tiles_.row_sum[r] = std::fma(tiles_.row_sum[r], shrink, sum_in_fours(score, keys));
    if (shrink != 1.0F && !is_new_) scale(output(factors.head).row(t), shrink);
  }

  // The order of in_fours().
  static float sum_in_fours(const float* weights, int64_t keys) {
    float sum[4] = {};
    for (int64_t s = 0; s < keys; s += 4) {
      for (int i = 0; i < 4 && s + i < keys; ++i) sum[i] += weights[s + i];
    }
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }

  void scale(float* HWY_RESTRICT out, float factor) const {
    const FloatTag d;
    const Float by = hn::Set(d, factor);
    for (int64_t i = 0; i < padded(inputs_.value_width); i += lanes()) {
      hn::Store(hn::Mul(hn::Load(d, out + i), by), d, out + i);
    }
  }

  void finish(const Sequence& sequence) const {
    for (int64_t head = heads_.begin * shared(); head < heads_.end * shared(); ++head) {
      for (int64_t t = 0; t < sequence.query_count; ++t) {
        const int64_t row = sequence.query_begin + t;
        const int64_t r = row_of(head) + t;
        finish_row(output(head).row(t), inputs_.value_width, tiles_.row_sum[r], job_.output.at(row, head));
        if (job_.saved != nullptr) save_row(job_, row, head, tiles_.row_max[r], tiles_.row_sum[r]);
      }
    }
  }

  const ForwardJob<float>& job_;
  const Inputs<float>& inputs_;
  RowTiles tiles_;
  Logits<float> logits_;
  KeyRange heads_;      // key heads
  bool is_new_ = true;  // the output has not begun
};

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
