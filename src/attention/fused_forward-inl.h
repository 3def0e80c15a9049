// The forward pass over one (sequence, key head), compiled once for each instruction set.
#if defined(HEED_ATTENTION_FUSED_FORWARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_FORWARD_INL_H_
#undef HEED_ATTENTION_FUSED_FORWARD_INL_H_
#else
#define HEED_ATTENTION_FUSED_FORWARD_INL_H_
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

#include "attention/fused_decode-inl.h"
#include "attention/fused_pairs-inl.h"
#include "attention/fused_rows-inl.h"
#include "attention/fused_tap-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
class ForwardPass {
 public:
  explicit ForwardPass(const ForwardJob<T>& job)
      : job_(job),
        inputs_(job.inputs),
        tiles_(forward_tiles(inputs_.width, inputs_.value_width, most_queries(inputs_.sequences),
                             job.tap != nullptr)),
        logits_(job.variant, inputs_),
        tap_(job, logits_),
        pairs_(std::is_same_v<T, BFloat16> && has_pair_products() && inputs_.width % 2 == 0 &&
               inputs_.key.row_stride % 2 == 0) {}

  void run(int64_t b, int64_t key_head) {
    const Sequence& sequence = inputs_.sequences[static_cast<size_t>(b)];
    const int64_t shared = inputs_.heads / inputs_.key_heads;
    packed_keys_ = packed_values_ = -1;
    for (int64_t head = key_head * shared; head < (key_head + 1) * shared; ++head) {
      const HeadFactors factors = head_factors(job_.variant, inputs_, head);
      const int64_t most = kPanelQueries * static_cast<int64_t>(tiles_.panels.size());
      for (int64_t first = 0; first < sequence.query_count; first += most) {
        query_panels(factors, sequence, b, first, HWY_MIN(most, sequence.query_count - first));
      }
    }
  }

 private:
  Tile scores() const { return {tiles_.score, kPanelQueries}; }
  Tile packed_keys() const { return {tiles_.key, padded(inputs_.width)}; }
  Tile packed_values() const { return {tiles_.value, padded(inputs_.value_width)}; }
  Tile output(const Panel& panel) const { return {panel.output, padded(inputs_.value_width)}; }

  // Queries [first, first + queries) against all their keys.
  void query_panels(const HeadFactors& factors, const Sequence& sequence, int64_t b, int64_t first,
                    int64_t queries) {
    const auto count = static_cast<size_t>((queries + kPanelQueries - 1) / kPanelQueries);
    const std::span<Panel> panels(tiles_.panels.data(), count);
    for (size_t i = 0; i < count; ++i) {
      const auto begin = static_cast<int64_t>(i) * kPanelQueries;
      panels[i].first = first + begin;
      panels[i].queries = HWY_MIN(kPanelQueries, queries - begin);
      begin_panel(factors, sequence, panels[i]);
    }
    const auto pass = [&](const auto& tile, const auto& end_block) HWY_ATTR {
      const int64_t end = logits_.keys_of(sequence, panels.back()).end;
      for (int64_t key = logits_.keys_of(sequence, panels.front()).begin; key < end; key += kTileKeys) {
        const Block block{b, key, HWY_MIN(kTileKeys, sequence.key_count - key)};
        for (Panel& panel : panels) {
          const KeyRange seen = logits_.keys_of(sequence, panel);
          if (seen.begin <= key && key < seen.end) tile(block, panel, count > 1);
        }
        end_block(block);
      }
    };
    pass([&](const Block& block, Panel& panel, bool shares)
             HWY_ATTR { forward_tile(factors, sequence, block, panel, shares); },
         [](const Block&) {});
    for (const Panel& panel : panels) finish(factors, sequence, panel);
    if (job_.tap == nullptr) return;
    for (const Panel& panel : panels) tap_.finish(factors, sequence, panel);
    if (!tap_.wants_second_pass()) return;
    tap_.begin_second_pass(sequence, factors.head, panels);
    pass(
        [&](const Block& block, const Panel& panel, bool shares) HWY_ATTR {
          dot_products(factors, sequence, block, panel, shares);
          tap_.second_pass(factors, sequence, block, panel, scores());
        },
        [&](const Block& block) HWY_ATTR { tap_.end_block(block, factors.head); });
    tap_.end_second_pass();
  }

  void begin_panel(const HeadFactors& factors, const Sequence& sequence, Panel& panel) {
    const FloatTag d;
    const Tile rows{tiles_.rows, padded(inputs_.width)};
    copy_rows(inputs_.query, sequence.query_begin + panel.first, panel.queries, factors.head, inputs_.width,
              rows);
    transpose(rows, panel.queries, inputs_.width, {panel.query_transposed, kPanelQueries});
    if (pairs_)
      pack_pairs({panel.query_transposed, kPanelQueries}, inputs_.width, panel.queries,
                 {panel.query_transposed, kPanelQueries});
    logits_.set_queries(sequence, factors.head, panel);
    for (int64_t q = 0; q < whole_vectors(panel.queries); q += lanes()) {
      hn::Store(hn::Set(d, kHidden), d, panel.row_max + q);
      hn::Store(hn::Zero(d), d, panel.row_sum + q);
    }
    panel.is_new = true;
    tap_.begin_queries(panel);
  }

  // Keys . queries for the tile.
  void dot_products(const HeadFactors& factors, const Sequence& sequence, const Block& block,
                    const Panel& panel, bool shares) {
    const int64_t row = sequence.key_begin + block.key;
    const Tile query{panel.query_transposed, kPanelQueries};
    const bool packs = shares || inputs_.key.rows != nullptr;
    if (pairs_) {
      multiply_pairs(key_words(row, block, factors.key_head, packs), block.keys, padded_pairs(inputs_.width),
                     query, scores(), panel.queries, false);
    } else {
      multiply(left_keys(row, block, factors.key_head, packs), block.keys, inputs_.width, query, scores(),
               panel.queries, false);
    }
  }

  // Keys that several panels share, that are scattered or that are to be widened are packed once; others are
  // read where they lie.
  Left left_keys(int64_t row, const Block& block, int64_t key_head, bool packs) {
    if constexpr (std::is_same_v<T, float>) {
      if (!packs) return {inputs_.key.at(row, key_head), inputs_.key.row_stride, 1};
    }
    if (packed_keys_ != block.key) {
      copy_rows(inputs_.key, row, block.keys, key_head, inputs_.width, packed_keys());
      packed_keys_ = block.key;
    }
    return {tiles_.key, packed_keys().stride, 1};
  }

  LeftWords key_words(int64_t row, const Block& block, int64_t key_head, bool packs) {
    const int64_t words = inputs_.width / 2;
    if (!packs) return {inputs_.key.at(row, key_head), inputs_.key.row_stride / 2, 1};
    if (packed_keys_ != block.key) {
      for (int64_t s = 0; s < block.keys; ++s) {
        std::memcpy(tiles_.key + s * words, inputs_.key.at(row + s, key_head),
                    static_cast<size_t>(words) * 4);
      }
      packed_keys_ = block.key;
    }
    return {tiles_.key, words, 1};
  }

  void forward_tile(const HeadFactors& factors, const Sequence& sequence, const Block& block, Panel& panel,
                    bool shares) {
    dot_products(factors, sequence, block, panel, shares);
    const bool plain = logits_.is_plain(sequence, block, panel);
    if (!plain) logits_.make(factors, sequence, block, panel, scores());
    bool shrinks = false;
    for (int64_t q = 0; q < whole_vectors(panel.queries); q += lanes()) {
      shrinks |= plain ? weigh<true>(factors, block, panel, q) : weigh<false>(factors, block, panel, q);
    }
    if (inputs_.dropout > 0) drop_out(sequence, block, panel);
    if (shrinks && !panel.is_new) shrink_output(panel);
    pack_values(sequence, block, factors.key_head);
    const bool adds = !panel.is_new;
    if (pairs_ && finite_values_) {
      round_pairs(scores(), block.keys, panel.queries, scores());
      multiply_pairs({tiles_.score, 1, kPanelQueries}, panel.queries, padded_pairs(block.keys),
                     packed_values(), output(panel), inputs_.value_width, adds);
    } else {
      (finite_values_ ? multiply<Tile> : multiply_seen<Tile>)({tiles_.score, 1, kPanelQueries}, panel.queries,
                                                              block.keys, packed_values(), output(panel),
                                                              inputs_.value_width, adds);
    }
    panel.is_new = false;
  }

  void pack_values(const Sequence& sequence, const Block& block, int64_t key_head) {
    if (packed_values_ == block.key) return;
    packed_values_ = block.key;
    finite_values_ = copy_rows(inputs_.value, sequence.key_begin + block.key, block.keys, key_head,
                               inputs_.value_width, packed_values());
    if (pairs_ && finite_values_)
      pack_pairs(packed_values(), block.keys, inputs_.value_width, packed_values());
  }

  // Of weights, and for the tap of weights times lowered logits.
  struct Sums {
    Float weight;
    Float score;
  };
  static Float lowest() { return hn::Set(FloatTag(), kHidden); }
  static Sums no_sums() { return {hn::Zero(FloatTag()), hn::Zero(FloatTag())}; }

  // One step of the online softmax for the queries of one vector: with the new maximum m', sums and output so
  // far shrink by 2^(m - m'). Weights are summed in four interleaved sums. True where the output must shrink.
  template <bool kPlain>
  HWY_INLINE bool weigh(const HeadFactors& factors, const Block& block, const Panel& panel, int64_t q) {
    const FloatTag d;
    float* HWY_RESTRICT score = tiles_.score + q;
    const Float scale = hn::Set(d, factors.scale);
    const auto logit = [&](int64_t s) HWY_ATTR {
      const Float z = hn::Load(d, score + s * kPanelQueries);
      return kPlain ? hn::Mul(z, scale) : z;
    };
    const Float before = hn::Load(d, panel.row_max + q);
    const bool watches = tap_.watches();
    auto watch = tap_.begin_tile(panel, q);
    Four<Float> greatest{before, before, before, before};
    if (watches) {
      greatest = in_fours(block.keys, greatest, [&](int64_t s, Float so_far) HWY_ATTR {
        const Float z = logit(s);
        watch.mark(s, z);
        return hn::Max(so_far, z);
      });
    } else {
      // Of dot products: the scale is above 0, and rounding keeps their order.
      Four<Float> dots{lowest(), lowest(), lowest(), lowest()};
      dots = in_fours(block.keys, dots, [&](int64_t s, Float so_far) HWY_ATTR {
        return hn::Max(so_far, hn::Load(d, score + s * kPanelQueries));
      });
      const Float dot = hn::Max(hn::Max(dots.a, dots.b), hn::Max(dots.c, dots.d));
      greatest.a = hn::Max(before, kPlain ? hn::Mul(dot, scale) : dot);
    }
    const Float top = hn::Max(hn::Max(greatest.a, greatest.b), hn::Max(greatest.c, greatest.d));
    const Float shift = finite_shift(top);
    const Float shrink = power_of_two(hn::Sub(before, shift));
    if (watches) tap_.enter_marked(watch, block, panel, q, logit);

    const Float position = hn::Load(d, panel.position + q);
    const auto weigh_key = [&](int64_t s, Float lowered) HWY_ATTR {
      Float weight = power_of_two(lowered);
      if (!kPlain && inputs_.span != nullptr) {
        const Float key = hn::Set(d, static_cast<float>(block.key + s));
        weight = hn::Mul(weight, logits_.span_weights(factors, key, position));
      }
      hn::Store(weight, d, score + s * kPanelQueries);
      return weight;
    };
    Four<Sums> sum{no_sums(), no_sums(), no_sums(), no_sums()};
    if (watches) {
      sum = in_fours(block.keys, sum, [&](int64_t s, Sums so_far) HWY_ATTR {
        const Float lowered = hn::Sub(logit(s), shift);
        const Float weight = weigh_key(s, lowered);
        // A hidden key: 0 times minus infinity must be 0.
        const Float finite = kPlain ? lowered : hn::Max(lowered, hn::Set(d, -200.0F));
        return Sums{hn::Add(so_far.weight, weight), hn::MulAdd(weight, finite, so_far.score)};
      });
      const Float score_sum = hn::Add(hn::Add(sum.a.score, sum.b.score), hn::Add(sum.c.score, sum.d.score));
      tap_.end_tile(score_sum, panel, q, hn::Sub(before, shift), shrink);
    } else {
      sum = in_fours(block.keys, sum, [&](int64_t s, Sums so_far) HWY_ATTR {
        return Sums{hn::Add(so_far.weight, weigh_key(s, hn::Sub(logit(s), shift))), so_far.score};
      });
    }
    const Float tile_sum = hn::Add(hn::Add(sum.a.weight, sum.b.weight), hn::Add(sum.c.weight, sum.d.weight));
    hn::Store(top, d, panel.row_max + q);
    hn::Store(shrink, d, panel.shrink + q);
    hn::Store(hn::MulAdd(hn::Load(d, panel.row_sum + q), shrink, tile_sum), d, panel.row_sum + q);
    return !hn::AllTrue(d, hn::Eq(shrink, hn::Set(d, 1.0F)));
  }

  void drop_out(const Sequence& sequence, const Block& block, const Panel& panel) const {
    const FloatTag d;
    for (int64_t q = 0; q < whole_vectors(panel.queries); q += lanes()) {
      for (int64_t s = 0; s < block.keys; ++s) {
        float* HWY_RESTRICT weight = scores().row(s) + q;
        const Float keep = logits_.keep_factors(panel, sequence.key_begin + block.key + s, q);
        hn::Store(hn::Mul(hn::Load(d, weight), keep), d, weight);
      }
    }
  }

  void shrink_output(const Panel& panel) const {
    for (int64_t q = 0; q < panel.queries; ++q) {
      if (panel.shrink[q] != 1.0F) scale_row(output(panel).row(q), panel.shrink[q]);
    }
  }

  void scale_row(float* HWY_RESTRICT out, float factor) const {
    const FloatTag d;
    const Float by = hn::Set(d, factor);
    for (int64_t i = 0; i < padded(inputs_.value_width); i += lanes()) {
      hn::Store(hn::Mul(hn::Load(d, out + i), by), d, out + i);
    }
  }

  void finish(const HeadFactors& factors, const Sequence& sequence, const Panel& panel) const {
    for (int64_t q = 0; q < panel.queries; ++q) {
      const int64_t row = sequence.query_begin + panel.first + q;
      finish_row(output(panel).row(q), inputs_.value_width, panel.row_sum[q],
                 job_.output.at(row, factors.head));
      if (job_.saved != nullptr) save_row(job_, row, factors.head, panel.row_max[q], panel.row_sum[q]);
    }
  }

  const ForwardJob<T>& job_;
  const Inputs<T>& inputs_;
  Tiles tiles_;
  Logits<T> logits_;
  TapPass<T> tap_;
  bool pairs_;                  // products of bfloat16 pairs
  int64_t packed_keys_ = -1;    // first key of the block in tiles_.key
  int64_t packed_values_ = -1;  // and in tiles_.value
  bool finite_values_ = true;
};

// Units [begin, end) of sequences x key heads.
void run_forward_float(const ForwardJob<float>& job, int64_t begin, int64_t end) {
  std::optional<ForwardPass<float>> panels;
  std::optional<RowPass> rows;
  std::optional<DecodePass> decoder;
  const std::span<const Sequence> sequences = job.inputs.sequences;
  const int64_t key_heads = job.inputs.key_heads;
  while (begin < end) {
    const int64_t b = begin / key_heads;
    const KeyRange heads{begin % key_heads, HWY_MIN(key_heads, end - b * key_heads)};
    if (DecodePass::covers(job, sequences[static_cast<size_t>(b)])) {
      if (!decoder) decoder.emplace(job);
      decoder->run(b, heads);
    } else if (RowPass::covers(job, sequences[static_cast<size_t>(b)])) {
      if (!rows) rows.emplace(job);
      const bool more = (b + 1) * key_heads < end;
      rows->run(b, heads, more ? &sequences[static_cast<size_t>(b + 1)] : nullptr);
    } else {
      if (!panels) panels.emplace(job);
      for (int64_t key_head = heads.begin; key_head < heads.end; ++key_head) panels->run(b, key_head);
    }
    begin += heads.end - heads.begin;
  }
}

void run_forward_bfloat16(const ForwardJob<BFloat16>& job, int64_t begin, int64_t end) {
  ForwardPass<BFloat16> panels(job);
  for (int64_t unit = begin; unit < end; ++unit) {
    panels.run(unit / job.inputs.key_heads, unit % job.inputs.key_heads);
  }
}

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
