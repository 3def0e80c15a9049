#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "attention/attention.h"
#include "infer/matrix.h"

namespace heed::infer {

// Rows that live as long as a search does, at first whatever was there: [rows, cols].
struct RowStore {
  RowStore() = default;
  RowStore(int64_t rows, int64_t width) : cols(width), values(static_cast<size_t>(rows * width)) {}

  float* row(int64_t i) { return values.data() + i * cols; }
  const float* row(int64_t i) const { return values.data() + i * cols; }

  int64_t cols = 0;
  Buffer values;
};

// Columns [column, column + to.cols) of each row of `from` into the row of `to` that `rows` lists for it.
void store_rows(const Matrix& from, int64_t column, std::span<const int32_t> rows, RowStore& to);

// Where a long short-term memory stands, a row a text or a token.
struct LstmState {
  RowStore hidden, cell;
};

// What one decoder layer remembers: keys and values of rows of the source; keys and values, or where a
// recurrence stands, after each target token. What a layer has not has no columns.
struct LayerMemory {
  RowStore source, target;
  LstmState recurrence;
};

// Which rows of the state the new rows of each hypothesis see: key_begin and key_count are places in `rows`.
struct RowPairs {
  std::vector<attention::Sequence> sequences;
  std::vector<int32_t> rows;

  void clear() {
    sequences.clear();
    rows.clear();
  }
  // Adds `count` new rows that see the rows `seen`.
  void add(int64_t count, std::span<const int32_t> seen, int64_t query_position);
};

// What a step of the decoder lists anew each time.
struct StepLists {
  RowPairs target, source;
  std::vector<int32_t> new_rows;
  std::vector<int64_t> positions;
};

// Numbers of rows, given out and taken back.
class RowNumbers {
 public:
  int32_t take();
  void give_back(std::span<const int32_t> rows) { free_.insert(free_.end(), rows.begin(), rows.end()); }
  int64_t given_out() const { return next_; }  // every number is below it

 private:
  std::vector<int32_t> free_;
  int32_t next_ = 0;
};

// The memory of all layers for the hypotheses of many texts. A token has one row in every layer, whoever
// follows it: hypotheses with a common beginning share its rows, and no row is ever copied.
class DecoderState {
 public:
  // Layers without rows, but with the widths of what they will keep; room for as many rows as are expected.
  DecoderState(std::vector<LayerMemory> layers, int64_t source_rows, int64_t target_rows);

  LayerMemory& layer(size_t i) { return layers_[i]; }
  // Kept from step to step, so that a step allocates nothing.
  StepLists& lists() { return lists_; }

  // Rows with room in every layer; those before keep what they hold.
  int32_t take_target();
  std::vector<int32_t> take_source(int64_t count);
  void give_back(std::span<const int32_t> source, std::span<const int32_t> target);

 private:
  void make_source_room(int64_t rows);
  void make_target_room(int64_t rows);

  std::vector<LayerMemory> layers_;
  RowNumbers source_, target_;
  int64_t source_room_ = 0, target_room_ = 0;  // rows that every layer has
  StepLists lists_;
};

}  // namespace heed::infer
