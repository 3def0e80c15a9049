// What the tap takes from the forward pass's tiles, compiled once for each instruction set.
#if defined(HEED_ATTENTION_FUSED_TAP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_TAP_INL_H_
#undef HEED_ATTENTION_FUSED_TAP_INL_H_
#else
#define HEED_ATTENTION_FUSED_TAP_INL_H_
#endif

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "attention/fused_scores-inl.h"
#include "attention/tap.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Links and entropy come from the first pass. The strongest keys of a row are those of the highest logits,
// whatever the sum will be: each lane keeps a sorted list of them, and its last one is the bar for the tile's
// next keys. Entropy: with t = z - max in powers of two, w = 2^t / sum, so -sum w ln w = ln(sum) - ln 2
// sum(2^t t) / sum; sum(2^t t) grows with the tiles as the sum does.
//
// Received mass, spans (whose factor is not in the logit) and long lists take a second pass over the scores,
// with the final maxima and sums.
template <class T>
class TapPass {
 public:
  // One vector of queries while it goes over a tile.
  struct Watch {
    Float bar;                                   // logits above it enter the lists
    HWY_ALIGN_MAX uint8_t marks[kTileKeys * 2];  // a bit a lane: key s is above the lane's bar

    HWY_INLINE void mark(int64_t s, Float z) {
      const FloatTag d;
      hn::StoreMaskBits(d, hn::Gt(z, bar), marks + s * kMarkBytes);
    }
  };

  TapPass(const ForwardJob<T>& job, const Logits<T>& logits)
      : job_(job),
        inputs_(job.inputs),
        logits_(logits),
        watches_(job.tap != nullptr && inputs_.span == nullptr && job.tap->top <= kMostLinks) {}

  bool watches() const { return watches_; }
  bool wants_second_pass() const { return !watches_ || job_.tap->wants_received; }

  void begin_queries(const Panel& panel) const {
    if (!watches_) return;
    const int64_t lanes = whole_vectors(panel.queries);
    std::fill_n(panel.score_sum, lanes, 0.0F);
    for (int64_t i = 0; i < kMostLinks; ++i) {
      std::fill_n(panel.link_score + i * kPanelQueries, panel.queries, kHidden);
      std::fill_n(panel.link_score + i * kPanelQueries + panel.queries, lanes - panel.queries, -kHidden);
    }
  }

  HWY_INLINE Watch begin_tile(const Panel& panel, int64_t q) const {
    const FloatTag d;
    Watch watch;
    watch.bar = watches_ ? hn::Load(d, panel.link_score + (kMostLinks - 1) * kPanelQueries + q) : hn::Zero(d);
    return watch;
  }

  // Enters the tile's marked keys, in their order. Each list is sorted, greatest first, so that a new logit z
  // makes it L'[i] = max(L[i], min(L[i - 1], z)): all places at once, in registers.
  template <class Logit>
  HWY_INLINE void enter_marked(const Watch& watch, const Block& block, const Panel& panel, int64_t q,
                               const Logit& logit) const {
    const FloatTag d;
    uint64_t marked = marked_keys(watch.marks, block.keys);
    if (marked == 0) return;
    Float scores[kMostLinks];
    Float keys[kMostLinks];
    for (int64_t i = 0; i < kMostLinks; ++i) {
      scores[i] = hn::Load(d, panel.link_score + i * kPanelQueries + q);
      keys[i] = hn::Load(d, panel.link_key + i * kPanelQueries + q);
    }
    for (; marked != 0; marked &= marked - 1) {
      const int64_t s = std::countr_zero(marked);
      const Float z = logit(s);
      const Float key = hn::Set(d, static_cast<float>(block.key + s));
      FloatMask greater = hn::Gt(z, scores[kMostLinks - 1]);
      for (int64_t i = kMostLinks - 1; i > 0; --i) {
        const FloatMask greater_than_before = hn::Gt(z, scores[i - 1]);
        keys[i] = hn::IfThenElse(greater_than_before, keys[i - 1], hn::IfThenElse(greater, key, keys[i]));
        scores[i] = hn::Max(scores[i], hn::Min(scores[i - 1], z));
        greater = greater_than_before;
      }
      keys[0] = hn::IfThenElse(greater, key, keys[0]);
      scores[0] = hn::Max(scores[0], z);
    }
    for (int64_t i = 0; i < kMostLinks; ++i) {
      hn::Store(scores[i], d, panel.link_score + i * kPanelQueries + q);
      hn::Store(keys[i], d, panel.link_key + i * kPanelQueries + q);
    }
  }

  // The maximum has moved from `before` by `drop`, and what was summed shrinks. To be called while row_sum is
  // still that of the tiles before.
  HWY_INLINE void end_tile(Float score_sum, const Panel& panel, int64_t q, Float drop, Float shrink) const {
    const FloatTag d;
    const Float none = hn::Set(d, -1e30F);  // in place of minus infinity, which times a sum of 0 is not 0
    const Float moved =
        hn::MulAdd(hn::Max(drop, none), hn::Load(d, panel.row_sum + q), hn::Load(d, panel.score_sum + q));
    hn::Store(hn::MulAdd(shrink, moved, score_sum), d, panel.score_sum + q);
  }

  // Around the second pass over queries [first, first + queries).
  // Around the second pass over these panels.
  void begin_second_pass(const Sequence& sequence, int64_t head, std::span<const Panel> panels) {
    first_ = panels.front().first;
    clear_mass();
    for (const Panel& panel : panels) {
      set_weight_scales(panel);
      for (int64_t q = 0; q < panel.queries && !watches_; ++q) {
        rows_.emplace_back(*job_.tap, sequence.query_begin + panel.first + q, head, inputs_.heads);
      }
    }
  }
  void end_second_pass() {
    for (TapRow& row : rows_) row.finish();
    rows_.clear();
  }

  void second_pass(const HeadFactors& factors, const Sequence& sequence, const Block& block,
                   const Panel& panel, Tile scores) {
    if (logits_.is_plain(sequence, block, panel)) {
      weigh_again<true>(factors, block, panel, scores);
    } else {
      logits_.make(factors, sequence, block, panel, scores);
      weigh_again<false>(factors, block, panel, scores);
    }
    if (!watches_) collect(block, panel, scores);
  }

  // The masses that the panels gave to the keys of a block.
  void end_block(const Block& block, int64_t head) {
    if (!job_.tap->wants_received) return;
    const FloatTag d;
    float* received = job_.tap->received.data() +
                      (job_.first_keys[static_cast<size_t>(block.b)] + block.key) * inputs_.heads + head;
    for (int64_t s = 0; s < block.keys; ++s) {
      received[s * inputs_.heads] += hn::GetLane(hn::SumOfLanes(d, hn::Load(d, mass_ + s * kPad)));
    }
    clear_mass();
  }

  void finish(const HeadFactors& factors, const Sequence& sequence, const Panel& panel) {
    if (!watches_) return;
    for (int64_t q = 0; q < panel.queries; ++q) {
      const float sum = panel.row_sum[q];
      if (sum == 0.0F) continue;
      const int64_t place = (sequence.query_begin + panel.first + q) * inputs_.heads + factors.head;
      const double entropy =
          std::log(static_cast<double>(sum)) - static_cast<double>(kLn2) * panel.score_sum[q] / sum;
      job_.tap->entropy[static_cast<size_t>(place)] = static_cast<float>(std::max(0.0, entropy));
      write_links(panel, q, 1.0F / sum, place * job_.tap->top);
    }
  }

 private:
  static constexpr int64_t kMarkBytes = HWY_MAX_BYTES / sizeof(float) > 8 ? 2 : 1;

  // Bit s: key s has any mark.
  static HWY_INLINE uint64_t marked_keys(const uint8_t* marks, int64_t keys) {
    using Mark = std::conditional_t<kMarkBytes == 2, uint16_t, uint8_t>;
    const hn::ScalableTag<Mark> d;
    uint64_t marked = 0;
    if constexpr (hn::MaxLanes(d) >= 8) {
      for (int64_t s = 0; s < keys; s += static_cast<int64_t>(hn::Lanes(d))) {
        const auto some = hn::Ne(hn::Load(d, reinterpret_cast<const Mark*>(marks) + s), hn::Zero(d));
        uint8_t bits[8] = {};
        hn::StoreMaskBits(d, some, bits);
        uint64_t word = 0;
        std::memcpy(&word, bits, sizeof word);
        marked |= word << s;
      }
    } else {
      for (int64_t s = 0; s < keys; ++s) marked |= static_cast<uint64_t>(marks[s] != 0) << s;
    }
    return keys < 64 ? marked & ((uint64_t{1} << keys) - 1) : marked;
  }

  void write_links(const Panel& panel, int64_t q, float scale, int64_t place) const {
    for (int64_t i = 0; i < job_.tap->top; ++i) {
      const float score = panel.link_score[i * kPanelQueries + q];
      const float weight = std::exp2(score - panel.row_max[q]) * scale;
      if (!(weight > 0)) return;
      job_.tap->keys[static_cast<size_t>(place + i)] =
          static_cast<int32_t>(panel.link_key[i * kPanelQueries + q]);
      job_.tap->weights[static_cast<size_t>(place + i)] = weight;
    }
  }

  // 1 / sum; 0 for rows that see nothing and for lanes beyond the last query.
  void set_weight_scales(const Panel& panel) const {
    for (int64_t q = 0; q < whole_vectors(panel.queries); ++q) {
      const float sum = panel.row_sum[q];
      panel.weight_scale[q] = q < panel.queries && sum != 0.0F ? 1.0F / sum : 0.0F;
    }
  }

  void clear_mass() { std::fill_n(mass_, kTileKeys * kPad, 0.0F); }

  // Final weights in place of the scores, and a sum a lane of each key's.
  template <bool kPlain>
  void weigh_again(const HeadFactors& factors, const Block& block, const Panel& panel, Tile scores) {
    const FloatTag d;
    const Float scale = hn::Set(d, factors.scale);
    for (int64_t q = 0; q < whole_vectors(panel.queries); q += lanes()) {
      const Float shift = finite_shift(hn::Load(d, panel.row_max + q));
      const Float by = hn::Load(d, panel.weight_scale + q);
      const Float position = hn::Load(d, panel.position + q);
      for (int64_t s = 0; s < block.keys; ++s) {
        float* HWY_RESTRICT score = scores.row(s) + q;
        const Float z = kPlain ? hn::Mul(hn::Load(d, score), scale) : hn::Load(d, score);
        Float weight = hn::Mul(power_of_two(hn::Sub(z, shift)), by);
        if (!kPlain && inputs_.span != nullptr) {
          const Float key = hn::Set(d, static_cast<float>(block.key + s));
          weight = hn::Mul(weight, logits_.span_weights(factors, key, position));
        }
        hn::Store(hn::Add(hn::Load(d, mass_ + s * kPad), weight), d, mass_ + s * kPad);
        if (!watches_) hn::Store(weight, d, score);
      }
    }
  }

  void collect(const Block& block, const Panel& panel, Tile scores) {
    for (int64_t q = 0; q < panel.queries; ++q) {
      TapRow& row = rows_[static_cast<size_t>(panel.first + q - first_)];
      for (int64_t s = 0; s < block.keys; ++s) {
        row.add(block.key + s, static_cast<double>(scores.row(s)[q]));
      }
    }
  }

  const ForwardJob<T>& job_;
  const Inputs<T>& inputs_;
  const Logits<T>& logits_;
  bool watches_;
  int64_t first_ = 0;         // query of rows_
  std::vector<TapRow> rows_;  // of the queries that the second pass is at
  HWY_ALIGN_MAX float mass_[kTileKeys * kPad];
};

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
