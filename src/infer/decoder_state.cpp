#include "infer/decoder_state.h"

#include <algorithm>

namespace heed::infer {
namespace {

// Where more rows come than were expected: half as many again, so that each is moved a few times at most.
int64_t with_more(int64_t rows) { return rows + rows / 2 + 64; }

// Rows that are there keep what they hold.
void make_room(RowStore& store, int64_t rows) {
  const auto wanted = static_cast<size_t>(rows * store.cols);
  if (wanted <= store.values.size()) return;
  Buffer more(wanted);
  std::copy(store.values.begin(), store.values.end(), more.begin());
  store.values = std::move(more);
}

}  // namespace

void store_rows(const Matrix& from, int64_t column, std::span<const int32_t> rows, RowStore& to) {
  for (int64_t r = 0; r < from.rows; ++r)
    std::copy_n(from.row(r) + column, to.cols, to.row(rows[static_cast<size_t>(r)]));
}

void RowPairs::add(int64_t count, std::span<const int32_t> seen, int64_t query_position) {
  const int64_t begin = sequences.empty() ? 0 : sequences.back().query_begin + sequences.back().query_count;
  sequences.push_back({.query_begin = begin,
                       .query_count = count,
                       .key_begin = static_cast<int64_t>(rows.size()),
                       .key_count = static_cast<int64_t>(seen.size()),
                       .query_position = query_position});
  rows.insert(rows.end(), seen.begin(), seen.end());
}

int32_t RowNumbers::take() {
  if (free_.empty()) return next_++;
  const int32_t row = free_.back();
  free_.pop_back();
  return row;
}

DecoderState::DecoderState(std::vector<LayerMemory> layers, int64_t source_rows, int64_t target_rows)
    : layers_(std::move(layers)) {
  make_source_room(source_rows);
  make_target_room(target_rows);
}

void DecoderState::make_source_room(int64_t rows) {
  source_room_ = rows;
  for (LayerMemory& layer : layers_) make_room(layer.source, rows);
}

void DecoderState::make_target_room(int64_t rows) {
  target_room_ = rows;
  for (LayerMemory& layer : layers_) {
    for (RowStore* store : {&layer.target, &layer.recurrence.hidden, &layer.recurrence.cell})
      make_room(*store, rows);
  }
}

int32_t DecoderState::take_target() {
  const int32_t row = target_.take();
  if (target_.given_out() > target_room_) make_target_room(with_more(target_.given_out()));
  return row;
}

std::vector<int32_t> DecoderState::take_source(int64_t count) {
  std::vector<int32_t> rows;
  for (int64_t i = 0; i < count; ++i) rows.push_back(source_.take());
  if (source_.given_out() > source_room_) make_source_room(with_more(source_.given_out()));
  return rows;
}

void DecoderState::give_back(std::span<const int32_t> source, std::span<const int32_t> target) {
  source_.give_back(source);
  target_.give_back(target);
}

}  // namespace heed::infer
