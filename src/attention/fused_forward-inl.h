// The forward pass over one (sequence, key head), compiled once for each instruction set.
#if defined(HEED_ATTENTION_FUSED_FORWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_FORWARD_INL_H_
#undef HEED_ATTENTION_FUSED_FORWARD_INL_H_
#else
#define HEED_ATTENTION_FUSED_FORWARD_INL_H_
#endif

#include <cmath>
#include <cstdint>

#include "attention/fused_softmax-inl.h"
#include "attention/tap.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

class ForwardPass {
 public:
  explicit ForwardPass(const ForwardJob& job)
      : job_(job), inputs_(job.inputs), tiles_(forward_tiles(inputs_.width, inputs_.value_width)) {}

  void run(int64_t b, int64_t key_head) {
    const Sequence& sequence = inputs_.sequences[static_cast<size_t>(b)];
    const int64_t shared = inputs_.heads / inputs_.key_heads;
    packed_keys_ = packed_values_ = -1;
    for (int64_t head = key_head * shared; head < (key_head + 1) * shared; ++head) {
      const HeadFactors factors = head_factors(job_.variant, inputs_, head);
      for (int64_t first = 0; first < sequence.query_count; first += kTileQueries) {
        query_tile(factors, sequence, b, first, HWY_MIN(kTileQueries, sequence.query_count - first));
      }
    }
  }

 private:
  Tile scores() const { return {tiles_.score, kTileKeys}; }
  Tile output() const { return {tiles_.output, padded(inputs_.value_width)}; }

  void query_tile(const HeadFactors& factors, const Sequence& sequence, int64_t b, int64_t first,
                  int64_t rows) {
    copy_rows(inputs_.query, sequence.query_begin + first, rows, factors.head, inputs_.width,
              {tiles_.query, padded(inputs_.width)});
    for (int64_t r = 0; r < rows; ++r) {
      tiles_.row_max[r] = kHidden;
      tiles_.row_sum[r] = 0.0F;
      float* out = output().row(r);
      for (int64_t i = 0; i < padded(inputs_.value_width); ++i) out[i] = 0.0F;
    }
    // Both ends of what a row sees only move forward from row to row.
    const KeyRange keys{visible_keys(job_.variant, sequence, first).begin,
                        visible_keys(job_.variant, sequence, first + rows - 1).end};
    for (int64_t key = keys.begin / kTileKeys * kTileKeys; key < keys.end; key += kTileKeys) {
      key_tile(factors, sequence, b, first, rows, key);
    }
    finish(factors, sequence, first, rows);
    if (job_.tap != nullptr) tap_tile(factors, sequence, b, first, rows, keys);
  }

  // Query . key for the tile, packing the keys unless they are the tile's last.
  void dot_products(const HeadFactors& factors, const Sequence& sequence, int64_t rows, int64_t key,
                    int64_t count) {
    const Tile keys{tiles_.key_transposed, kTileKeys};
    if (packed_keys_ != key) {
      copy_transposed(inputs_.key, sequence.key_begin + key, count, factors.key_head, inputs_.width, keys);
      packed_keys_ = key;
    }
    multiply({tiles_.query, padded(inputs_.width), 1}, rows, inputs_.width, keys, scores(), count, false);
  }

  void key_tile(const HeadFactors& factors, const Sequence& sequence, int64_t b, int64_t first, int64_t rows,
                int64_t key) {
    const int64_t count = HWY_MIN(kTileKeys, sequence.key_count - key);
    dot_products(factors, sequence, rows, key, count);
    for (int64_t r = 0; r < rows; ++r) {
      const TileRow row = tile_row(job_.variant, sequence, b, first + r, key, count);
      weigh(factors, sequence, row, scores().row(r), r);
    }
    const Tile values{tiles_.value, padded(inputs_.value_width)};
    if (packed_values_ != key) {
      copy_rows(inputs_.value, sequence.key_begin + key, count, factors.key_head, inputs_.value_width,
                values);
      packed_values_ = key;
    }
    multiply({tiles_.score, kTileKeys, 1}, rows, count, values, output(), inputs_.value_width, true);
  }

  // One step of the online softmax: with the new maximum m', sums and output so far shrink by exp(m - m').
  void weigh(const HeadFactors& factors, const Sequence& sequence, const TileRow& row,
             float* HWY_RESTRICT scores, int64_t r) {
    const FloatTag d;
    const int64_t columns = whole_vectors(row.count);
    make_logits(job_.variant, inputs_, factors, row, scores);
    const float* ramp = nullptr;
    if (inputs_.span != nullptr) {
      make_ramp(job_.variant, factors, row, scores, tiles_.ramp);
      ramp = tiles_.ramp;
    }
    Float greatest = hn::Set(d, tiles_.row_max[r]);
    for (int64_t c = 0; c < columns; c += lanes()) greatest = hn::Max(greatest, hn::Load(d, scores + c));
    const float top = hn::GetLane(hn::MaxOfLanes(d, greatest));
    const float shrink = tiles_.row_max[r] == top ? 1.0F : std::exp(tiles_.row_max[r] - top);

    const Float shift = hn::Set(d, finite_shift(top));
    Float sum = hn::Zero(d);
    for (int64_t c = 0; c < columns; c += lanes()) {
      const Float weight = weight_of(hn::Load(d, scores + c), shift, ramp == nullptr ? nullptr : ramp + c);
      sum = hn::Add(sum, weight);
      hn::Store(weight, d, scores + c);
    }
    tiles_.row_max[r] = top;
    tiles_.row_sum[r] = tiles_.row_sum[r] * shrink + hn::GetLane(hn::SumOfLanes(d, sum));
    if (shrink != 1.0F) scale_row(output().row(r), shrink);
    if (inputs_.dropout > 0) drop_out(factors, sequence, row, scores);
  }

  void drop_out(const HeadFactors& factors, const Sequence& sequence, const TileRow& row,
                float* HWY_RESTRICT scores) {
    const FloatTag d;
    const DropoutRow random = dropout_row(inputs_.dropout_seed, sequence.query_begin + row.t, factors.head);
    for (int64_t c = 0; c < whole_vectors(row.count); c += lanes()) {
      const Float keep = keep_factors(inputs_, random, sequence.key_begin + row.first + c);
      hn::Store(hn::Mul(hn::Load(d, scores + c), keep), d, scores + c);
    }
  }

  void scale_row(float* HWY_RESTRICT out, float factor) const {
    const FloatTag d;
    const Float by = hn::Set(d, factor);
    for (int64_t i = 0; i < padded(inputs_.value_width); i += lanes()) {
      hn::Store(hn::Mul(hn::Load(d, out + i), by), d, out + i);
    }
  }

  void finish(const HeadFactors& factors, const Sequence& sequence, int64_t first, int64_t rows) {
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t row = sequence.query_begin + first + r;
      const float sum = tiles_.row_sum[r];
      scale_row(output().row(r), sum == 0.0F ? 0.0F : 1.0F / sum);
      const float* from = output().row(r);
      float* to = job_.output.at(row, factors.head);
      for (int64_t i = 0; i < inputs_.value_width; ++i) to[i] = from[i];
      if (job_.saved != nullptr) {
        const float log_sum = sum == 0.0F ? kHidden : tiles_.row_max[r] + std::log(sum);
        job_.saved->log_sum[static_cast<size_t>(row * inputs_.heads + factors.head)] = log_sum;
      }
    }
  }

  // A second pass over the scores, now that maxima and sums are final. The row of each tile is read in key
  // order.
  void tap_tile(const HeadFactors& factors, const Sequence& sequence, int64_t b, int64_t first, int64_t rows,
                KeyRange keys) {
    std::vector<TapRow> links;
    for (int64_t r = 0; r < rows; ++r) {
      links.emplace_back(*job_.tap, sequence.query_begin + first + r, factors.head, inputs_.heads);
    }
    for (int64_t key = keys.begin / kTileKeys * kTileKeys; key < keys.end; key += kTileKeys) {
      const int64_t count = HWY_MIN(kTileKeys, sequence.key_count - key);
      dot_products(factors, sequence, rows, key, count);
      for (int64_t r = 0; r < rows; ++r) {
        tap_row(factors, tile_row(job_.variant, sequence, b, first + r, key, count), r,
                links[static_cast<size_t>(r)]);
      }
    }
    for (TapRow& row : links) row.finish();
  }

  void tap_row(const HeadFactors& factors, const TileRow& row, int64_t r, TapRow& links) {
    const FloatTag d;
    float* scores = this->scores().row(r);
    make_logits(job_.variant, inputs_, factors, row, scores);
    const bool fades = inputs_.span != nullptr;
    if (fades) make_ramp(job_.variant, factors, row, scores, tiles_.ramp);
    const Float shift = hn::Set(d, finite_shift(tiles_.row_max[r]));
    for (int64_t c = 0; c < whole_vectors(row.count); c += lanes()) {
      hn::Store(weight_of(hn::Load(d, scores + c), shift, fades ? tiles_.ramp + c : nullptr), d, scores + c);
    }
    for (int64_t c = row.visible.begin; c < row.visible.end; ++c) {
      links.add(row.first + c, static_cast<double>(scores[c]) / static_cast<double>(tiles_.row_sum[r]));
    }
  }

  const ForwardJob& job_;
  const Inputs<float>& inputs_;
  Tiles tiles_;
  int64_t packed_keys_ = -1;    // first key of the tile in key_transposed
  int64_t packed_values_ = -1;  // and in value
};

// Units [begin, end) of sequences x key heads.
void run_forward(const ForwardJob& job, int64_t begin, int64_t end) {
  ForwardPass pass(job);
  for (int64_t unit = begin; unit < end; ++unit) {
    pass.run(unit / job.inputs.key_heads, unit % job.inputs.key_heads);
  }
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
