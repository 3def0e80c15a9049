#pragma once

#include <cstdint>
#include <vector>

#include "attention/attention.h"

// How a backward pass is cut into units that may run at the same time, and how what they share is summed.
// Both depend on the shapes alone, so that gradients are the same bits whoever runs the units and in what
// order.
namespace heed::attention {

struct IndexRange {
  int64_t begin = 0;
  int64_t end = 0;
};

// A unit is a group of sequences x a group of key heads. Where a bias gradient is summed over all sequences
// (stride 0) they are one group, and the same with heads: then only one unit writes any place of it.
class BackwardUnits {
 public:
  template <class T, class G>
  BackwardUnits(const Inputs<T>& inputs, const Gradients<G>& gradients)
      : BackwardUnits(static_cast<int64_t>(inputs.sequences.size()), inputs.key_heads,
                      gradients.bias && gradients.bias.sequence_stride == 0,
                      gradients.bias && gradients.bias.head_stride == 0) {}

  int64_t count() const { return sequence_groups_ * head_groups_; }
  int64_t sequence_groups() const { return sequence_groups_; }
  int64_t sequence_group(int64_t unit) const { return unit / head_groups_; }
  IndexRange sequences(int64_t unit) const;
  IndexRange key_heads(int64_t unit) const;

  // Calls body(sequence group, sequence, key head) for all of units [begin, end), in their order.
  template <class Body>
  void each(int64_t begin, int64_t end, const Body& body) const {
    for (int64_t unit = begin; unit < end; ++unit) {
      const IndexRange s = sequences(unit);
      const IndexRange h = key_heads(unit);
      for (int64_t b = s.begin; b < s.end; ++b) {
        for (int64_t head = h.begin; head < h.end; ++head) body(sequence_group(unit), b, head);
      }
    }
  }

 private:
  BackwardUnits(int64_t sequences, int64_t key_heads, bool one_sequence_group, bool one_head_group);

  int64_t sequences_;
  int64_t key_heads_;
  int64_t sequence_groups_;
  int64_t head_groups_;
};

// Where one group of sequences adds its gradients of learned parts; null where not wanted. Shapes as in
// Gradients.
template <class T>
struct Learned {
  T* score_vector = nullptr;
  T* score_matrix = nullptr;
  T* log_temperature = nullptr;
  T* span = nullptr;
  T* relative_bias = nullptr;
};

// A part for each group of sequences (heads write to different places of it), summed in the groups' order.
template <class T>
class LearnedParts {
 public:
  LearnedParts(const Variant& variant, int64_t heads, int64_t width, const Gradients<T>& gradients,
               int64_t groups);

  Learned<T> part(int64_t group);
  // Overwrites the learned parts of the gradients.
  void sum() const;

 private:
  struct Field {
    T* Learned<T>::*member;
    T* total;
    int64_t size;
  };
  std::vector<Field> fields_;
  int64_t stride_ = 0;
  int64_t groups_;
  std::vector<T> values_;
};

// Zeroes every place of the bias gradient.
template <class T>
void clear_bias(std::span<const Sequence> sequences, int64_t heads, const Grid<T>& d_bias);

// Zeroes [row, head] of rows [begin, begin + count); does nothing where `heads` has no data.
template <class T>
void clear_rows(const Heads<T>& heads, int64_t begin, int64_t count, int64_t head, int64_t width);

}  // namespace heed::attention
