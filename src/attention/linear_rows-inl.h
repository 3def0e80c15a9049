// The rows of one sequence and one key head as linear attention sums them, compiled once for each instruction
// set.
#if defined(HEED_ATTENTION_LINEAR_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEED_ATTENTION_LINEAR_ROWS_INL_H_
#undef HEED_ATTENTION_LINEAR_ROWS_INL_H_
#else
#define HEED_ATTENTION_LINEAR_ROWS_INL_H_
#endif

#include <cmath>

#include <hwy/aligned_allocator.h>

#include "attention/linear_order.h"
#include "attention/linear_state-inl.h"

HWY_BEFORE_NAMESPACE();
namespace heed::attention::HWY_NAMESPACE {

// Rows that are loaded at once: 8 KB at K = 64, beside a state of 16 KB.
constexpr int64_t kLinearRows = 32;

// Rows of their own, zero at first.
class LinearTile {
 public:
  LinearTile(int64_t rows, int64_t width) : size_(rows * padded(width)), rows_{nullptr, padded(width)} {
    memory_ = hwy::AllocateAligned<float>(static_cast<size_t>(size_));
    rows_.data = memory_.get();
    clear();
  }
  LinearRows rows() const { return rows_; }
  float* row(int64_t i) const { return rows_.row(i); }
  void clear() const { std::fill_n(rows_.data, size_, 0.0F); }

 private:
  int64_t size_;
  LinearRows rows_;
  hwy::AlignedFreeUniquePtr<float[]> memory_;
};

// Step i of `count` meets key `key + i direction`, query `query + i direction`, or one of the two.
struct LinearStretch {
  int64_t count;
  int64_t key;
  int64_t query;
  bool has_keys;
  bool has_queries;
  int64_t direction = 1;

  // Calls body(stretch of at most `most` steps) for one after another.
  template <class Body>
  void in_parts(int64_t most, const Body& body) const {
    for (int64_t done = 0; done < count; done += most) {
      LinearStretch part = *this;
      part.count = std::min(most, count - done);
      part.key += done * direction;
      part.query += done * direction;
      body(part);
    }
  }
};

// One key head of one sequence, and the `shared` query heads that read it: a step has one key row, and a
// query row for each of these heads.
class LinearHead {
 public:
  LinearHead(const Inputs<float>& inputs)
      : inputs_(inputs),
        shared_(inputs.heads / inputs.key_heads),
        steps_(std::max<int64_t>(1, kLinearRows / shared_)),
        keys_(steps_, inputs.width),
        values_(steps_, inputs.value_width + 1),
        queries_(steps_ * shared_, inputs.width) {}

  void select(int64_t b, int64_t key_head) {
    sequence_ = inputs_.sequences[static_cast<size_t>(b)];
    key_head_ = key_head;
  }

  const Sequence& sequence() const { return sequence_; }
  int64_t key_head() const { return key_head_; }
  int64_t shared() const { return shared_; }
  int64_t steps() const { return steps_; }
  int64_t head(int64_t i) const { return key_head_ * shared_ + i; }
  int64_t query_row(const LinearStretch& stretch, int64_t step) const {
    return sequence_.query_begin + stretch.query + step * stretch.direction;
  }
  int64_t key_row(const LinearStretch& stretch, int64_t step) const {
    return sequence_.key_begin + stretch.key + step * stretch.direction;
  }

  const LinearTile& keys() const { return keys_; }        // phi(k)
  const LinearTile& values() const { return values_; }    // v, then -1
  const LinearTile& queries() const { return queries_; }  // phi(q)

  void load(const LinearStretch& stretch) const {
    for (int64_t step = 0; step < stretch.count; ++step) {
      if (stretch.has_keys) {
        const int64_t row = key_row(stretch, step);
        map_features(inputs_.key.at(row, key_head_), inputs_.width, keys_.rows(), step);
        std::copy_n(inputs_.value.at(row, key_head_), inputs_.value_width, values_.row(step));
        values_.row(step)[inputs_.value_width] = -1.0F;
      }
      if (stretch.has_queries) {
        for (int64_t i = 0; i < shared_; ++i) {
          map_features(inputs_.query.at(query_row(stretch, step), head(i)), inputs_.width, queries_.rows(),
                       step * shared_ + i);
        }
      }
    }
  }

 private:
  const Inputs<float>& inputs_;
  int64_t shared_;
  int64_t steps_;
  LinearTile keys_, values_, queries_;
  Sequence sequence_;
  int64_t key_head_ = 0;
};

}  // namespace heed::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
