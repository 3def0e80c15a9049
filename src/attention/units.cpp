#include "attention/units.h"

#include <algorithm>

namespace heed::attention {
namespace {

// Enough units for any machine's cores; few enough that a part for each group stays small.
constexpr int64_t kMostGroups = 64;

IndexRange slice(int64_t count, int64_t parts, int64_t part) {
  return {count * part / parts, count * (part + 1) / parts};
}

}  // namespace

BackwardUnits::BackwardUnits(int64_t sequences, int64_t key_heads, bool one_sequence_group,
                             bool one_head_group)
    : sequences_(sequences),
      key_heads_(key_heads),
      sequence_groups_(std::min(sequences, one_sequence_group ? 1 : kMostGroups)),
      head_groups_(one_head_group ? 1 : key_heads) {}

IndexRange BackwardUnits::sequences(int64_t unit) const {
  return slice(sequences_, sequence_groups_, unit / head_groups_);
}

IndexRange BackwardUnits::key_heads(int64_t unit) const {
  return slice(key_heads_, head_groups_, unit % head_groups_);
}

template <class T>
LearnedParts<T>::LearnedParts(const Variant& variant, int64_t heads, int64_t width,
                              const Gradients<T>& gradients, int64_t groups)
    : groups_(groups) {
  const Field known[] = {
      {&Learned<T>::score_vector, gradients.score_vector, heads * width},
      {&Learned<T>::score_matrix, gradients.score_matrix, heads * width * width},
      {&Learned<T>::log_temperature, gradients.log_temperature, heads},
      {&Learned<T>::span, gradients.span, heads},
      {&Learned<T>::relative_bias, gradients.relative_bias, heads * (2 * variant.relative_reach + 1)},
  };
  for (const Field& field : known) {
    if (field.total == nullptr) continue;
    fields_.push_back(field);
    stride_ += field.size;
  }
  values_.assign(static_cast<size_t>(stride_ * groups), T(0));
}

template <class T>
Learned<T> LearnedParts<T>::part(int64_t group) {
  Learned<T> learned;
  T* next = values_.data() + group * stride_;
  for (const Field& field : fields_) {
    learned.*field.member = next;
    next += field.size;
  }
  return learned;
}

template <class T>
void LearnedParts<T>::sum() const {
  int64_t offset = 0;
  for (const Field& field : fields_) {
    std::fill_n(field.total, field.size, T(0));
    for (int64_t group = 0; group < groups_; ++group) {
      const T* part = values_.data() + group * stride_ + offset;
      for (int64_t i = 0; i < field.size; ++i) field.total[i] += part[i];
    }
    offset += field.size;
  }
}

template <class T>
void clear_bias(std::span<const Sequence> sequences, int64_t heads, const Grid<T>& d_bias) {
  if (!d_bias) return;
  if (d_bias.head_stride == 0) heads = 1;
  for (size_t b = 0; b < sequences.size(); ++b) {
    const Sequence& sequence = sequences[b];
    const int64_t queries =
        d_bias.query_stride == 0 ? std::min<int64_t>(1, sequence.query_count) : sequence.query_count;
    for (int64_t h = 0; h < heads; ++h) {
      for (int64_t t = 0; t < queries; ++t) {
        for (int64_t s = 0; s < sequence.key_count; ++s) d_bias.at(static_cast<int64_t>(b), h, t, s) = T(0);
      }
    }
  }
}

template <class T>
void clear_rows(const Heads<T>& heads, int64_t begin, int64_t count, int64_t head, int64_t width) {
  if (heads.data == nullptr) return;
  for (int64_t row = begin; row < begin + count; ++row) std::fill_n(heads.at(row, head), width, T(0));
}

template class LearnedParts<float>;
template class LearnedParts<double>;
template void clear_bias<float>(std::span<const Sequence>, int64_t, const Grid<float>&);
template void clear_bias<double>(std::span<const Sequence>, int64_t, const Grid<double>&);
template void clear_rows<float>(const Heads<float>&, int64_t, int64_t, int64_t, int64_t);
template void clear_rows<double>(const Heads<double>&, int64_t, int64_t, int64_t, int64_t);

}  // namespace heed::attention
