#include "infer/decoder_state.h"

#include <algorithm>

namespace heed::infer {
namespace {

constexpr int64_t kFirstRows = 64;

// By half as much again: a row is moved a bounded number of times, and a third is unused at most.
void make_room(RowStore& store, int64_t rows) {
  const auto wanted = static_cast<size_t>(rows * store.cols);
  if (wanted <= store.values.size()) return;
  const auto least = static_cast<size_t>(kFirstRows * store.cols);
  const size_t grown = store.values.size() + store.values.size() / 2;
  std::vector<float>& values = store.values;
  const size_t size = std::max({wanted, grown, least});
  values.reserve(size);
  values.resize(size);
}

}  // namespace

void store_rows(const Matrix& from, int64_t column, std::span<const int32_t> rows, RowStore& to) {
  for (int64_t r = 0; r < from.rows; ++r)
    std::copy_n(from.row(r) + column, to.cols, to.row(rows[static_cast<size_t>(r)]));
}

int32_t RowNumbers::take() {
  if (free_.empty()) return next_++;
  const int32_t row = free_.back();
  free_.pop_back();
  return row;
}

int32_t DecoderState::take_target() {
  const int32_t row = target_.take();
  for (LayerMemory& layer : layers_) {
    for (RowStore* store : {&layer.target, &layer.recurrence.hidden, &layer.recurrence.cell})
      make_room(*store, target_.given_out());
  }
  return row;
}

std::vector<int32_t> DecoderState::take_source(int64_t count) {
  std::vector<int32_t> rows;
  for (int64_t i = 0; i < count; ++i) rows.push_back(source_.take());
  for (LayerMemory& layer : layers_) make_room(layer.source, source_.given_out());
  return rows;
}

void DecoderState::give_back(std::span<const int32_t> source, std::span<const int32_t> target) {
  source_.give_back(source);
  target_.give_back(target);
}

}  // namespace heed::infer
