#include "infer/decoder_state.h"

#include <algorithm>

namespace heed::infer {
namespace {

constexpr int64_t kFirstCapacity = 16;

void grow(Matrix& rows, int64_t slots, int64_t before, int64_t after) {
  Matrix larger(slots * after, rows.cols);
  for (int64_t slot = 0; slot < slots; ++slot) {
    std::copy(rows.row(slot * before), rows.row(slot * before + before), larger.row(slot * after));
  }
  rows = std::move(larger);
}

void copy_rows(Matrix& rows, int64_t from, int64_t to, int64_t count) {
  std::copy(rows.row(from), rows.row(from + count), rows.row(to));
}

}  // namespace

void DecoderState::reserve(int64_t length) {
  if (length <= capacity_) return;
  const int64_t after = std::max({length, 2 * capacity_, kFirstCapacity});
  for (LayerMemory& layer : layers_) {
    grow(layer.target.keys, slots_, capacity_, after);
    if (layer.target.values.cols > 0) grow(layer.target.values, slots_, capacity_, after);
  }
  capacity_ = after;
}

void DecoderState::copy_slot(int64_t from, int64_t to, int64_t length) {
  for (LayerMemory& layer : layers_) {
    for (Matrix* rows : {&layer.target.keys, &layer.target.values}) {
      if (rows->rows > 0) copy_rows(*rows, first_row(from), first_row(to), length);
    }
    for (Matrix* rows : {&layer.recurrence.hidden, &layer.recurrence.cell}) {
      if (rows->rows > 0) copy_rows(*rows, from, to, 1);
    }
  }
}

}  // namespace heed::infer
