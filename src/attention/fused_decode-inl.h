// The forward pass of one query a text whose sums need not be in the order of many queries, compiled once for
// each instruction set.
#if defined(HEED_ATTENTION_FUSED_DECODE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_FUSED_DECODE_INL_H_
#undef HEED_ATTENTION_FUSED_DECODE_INL_H_
#else
#define HEED_ATTENTION_FUSED_DECODE_INL_H_
#endif

#include <algorithm>
#include <cstdint>
#include <vector>

#include "attention/fused_scores-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Dot products run along the width of a head, with no key transposed: each row of keys and of values is read
// once, as it lies. What a text's query gives depends on its own keys alone.
class DecodePass {
 public:
  explicit DecodePass(const ForwardJob<float>& job) : job_(job), inputs_(job.inputs) {}

  static bool covers(const ForwardJob<float>& job, const Sequence& sequence) {
    const Inputs<float>& in = job.inputs;
    const bool plain = job.tap == nullptr && in.dropout == 0 && !in.mask && !in.bias && in.span == nullptr &&
                       !job.variant.alibi && in.relative_bias == nullptr;
    return in.own_order && sequence.query_count == 1 && plain && in.width % lanes() == 0 &&
           in.value_width % lanes() == 0 && in.value_width <= kMostVectors * lanes();
  }

  // Key heads [heads.begin, heads.end) of sequence b.
  void run(int64_t b, KeyRange heads) {
    const Sequence& sequence = inputs_.sequences[static_cast<size_t>(b)];
    const KeyRange seen = visible_keys(job_.variant, sequence, 0);
    const int64_t shared = inputs_.heads / inputs_.key_heads, row = sequence.query_begin;
    const int64_t keys = std::max<int64_t>(seen.end - seen.begin, 0), first = sequence.key_begin + seen.begin;
    stride_ = whole_vectors(keys);
    scores_.resize(
        std::max(scores_.size(), static_cast<size_t>((heads.end - heads.begin) * shared * stride_)));
    score(row, first, keys, heads, shared);
    for (int64_t head = heads.begin * shared; head < heads.end * shared; ++head) {
      float* const weights = scores_.data() + (head - heads.begin * shared) * stride_;
      const float sum = weigh(weights, keys, row, head);
      gather(weights, keys, first, head / shared, sum, job_.output.at(row, head));
    }
  }

 private:
  static constexpr int64_t kMostVectors = 16;  // of a head's values
  static constexpr int64_t kKeysAhead = 4;

  // The rows of a cache come from far away, and in no order that the processor foresees: while a key is at
  // work its value and a later key are fetched.
  void score(int64_t row, int64_t first, int64_t keys, KeyRange heads, int64_t shared) {
    for (int64_t s = 0; s < std::min(keys, kKeysAhead); ++s) {
      for (int64_t key_head = heads.begin; key_head < heads.end; ++key_head)
        fetch(inputs_.key.at(first + s, key_head), inputs_.width);
    }
    for (int64_t s = 0; s < keys; ++s) {
      for (int64_t key_head = heads.begin; key_head < heads.end; ++key_head) {
        const float* HWY_RESTRICT key = inputs_.key.at(first + s, key_head);
        if (s + kKeysAhead < keys) fetch(inputs_.key.at(first + s + kKeysAhead, key_head), inputs_.width);
        fetch(inputs_.value.at(first + s, key_head), inputs_.value_width);
        for (int64_t head = key_head * shared; head < (key_head + 1) * shared; ++head)
          scores_[static_cast<size_t>((head - heads.begin * shared) * stride_ + s)] =
              dot(inputs_.query.at(row, head), key);
      }
    }
  }

  static HWY_INLINE void fetch(const float* row, int64_t width) {
    for (int64_t i = 0; i < width; i += kPad) hwy::Prefetch(row + i);
  }

  HWY_INLINE float dot(const float* HWY_RESTRICT query, const float* HWY_RESTRICT key) const {
    const FloatTag d;
    Float a = hn::Zero(d), b = a;
    int64_t i = 0;
    for (; i + 2 * lanes() <= inputs_.width; i += 2 * lanes()) {
      a = hn::MulAdd(hn::LoadU(d, query + i), hn::LoadU(d, key + i), a);
      b = hn::MulAdd(hn::LoadU(d, query + i + lanes()), hn::LoadU(d, key + i + lanes()), b);
    }
    if (i < inputs_.width) a = hn::MulAdd(hn::LoadU(d, query + i), hn::LoadU(d, key + i), a);
    return hn::GetLane(hn::SumOfLanes(d, hn::Add(a, b)));
  }

  // Scores become the softmax's numerators; returns their sum.
  float weigh(float* HWY_RESTRICT scores, int64_t keys, int64_t row, int64_t head) const {
    const FloatTag d;
    const Float scale = hn::Set(d, head_factors(job_.variant, inputs_, head).scale);
    for (int64_t s = keys; s < stride_; ++s) scores[s] = kHidden;
    Float top = hn::Set(d, kHidden);
    for (int64_t s = 0; s < stride_; s += lanes()) {
      const Float z = hn::Mul(hn::LoadU(d, scores + s), scale);
      hn::StoreU(z, d, scores + s);
      top = hn::Max(top, z);
    }
    top = hn::MaxOfLanes(d, top);
    const Float shift = finite_shift(top);
    Float sum = hn::Zero(d);
    for (int64_t s = 0; s < stride_; s += lanes()) {
      const Float weight = power_of_two(hn::Sub(hn::LoadU(d, scores + s), shift));
      hn::StoreU(weight, d, scores + s);
      sum = hn::Add(sum, weight);
    }
    const float total = hn::GetLane(hn::SumOfLanes(d, sum));
    if (job_.saved != nullptr) save_row(job_, row, head, hn::GetLane(top), total);
    return total;
  }

  void gather(const float* HWY_RESTRICT weights, int64_t keys, int64_t first, int64_t key_head, float sum,
              float* HWY_RESTRICT output) const {
    const FloatTag d;
    const int64_t vectors = inputs_.value_width / lanes();
    const Float by = hn::Set(d, sum == 0.0F ? 0.0F : 1.0F / sum);
    for (int64_t begin = 0; begin < vectors; begin += kVectorsAtOnce) {
      Float sums[kVectorsAtOnce];
      for (Float& each : sums) each = hn::Zero(d);
      const int64_t count = std::min<int64_t>(kVectorsAtOnce, vectors - begin);
      for (int64_t s = 0; s < keys; ++s) {
        const Float weight = hn::Set(d, weights[s]);
        const float* HWY_RESTRICT value = inputs_.value.at(first + s, key_head) + begin * lanes();
        if (count == kVectorsAtOnce) {
          for (int64_t v = 0; v < kVectorsAtOnce; ++v)
            sums[v] = hn::MulAdd(weight, hn::LoadU(d, value + v * lanes()), sums[v]);
        } else {
          for (int64_t v = 0; v < count; ++v)
            sums[v] = hn::MulAdd(weight, hn::LoadU(d, value + v * lanes()), sums[v]);
        }
      }
      for (int64_t v = 0; v < count; ++v) hn::StoreU(hn::Mul(sums[v], by), d, output + (begin + v) * lanes());
    }
  }

  static constexpr int64_t kVectorsAtOnce = 8;

  const ForwardJob<float>& job_;
  const Inputs<float>& inputs_;
  // Kept by the thread: a step of a decoder asks again and again.
  static std::vector<float>& scratch() {
    thread_local std::vector<float> scores;
    return scores;
  }

  int64_t stride_ = 0;                      // keys, in whole vectors
  std::vector<float>& scores_ = scratch();  // [heads, stride_] or more
};

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
