#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infer/matrix.h"
#include "infer/packed_matrix.h"
#include "infer/top_tokens.h"
#include "infer/weights.h"

namespace heed::infer {

// The product of a decoder's rows with the table of its vocabulary, SCOPE.weight [V, D] and SCOPE.bias [V]
// (none: no bias), in blocks of tokens.
class OutputTable {
 public:
  static constexpr int64_t kBlock = 1024;  // tokens: with kRows, logits that stay in a core's second cache
  static constexpr int64_t kRows = 64;

  // `keeps_rows`: for subset(), at the price of a second copy.
  OutputTable(const Weights& scope, bool keeps_rows);

  int64_t vocabulary() const { return vocabulary_; }

  // [N, V].
  Matrix logits(const Matrix& rows) const;

  // Shows every logit of row r to rankings[r], a block at a time: the logits of a row never stand in memory
  // together.
  void rank(const Matrix& rows, std::span<TopTokens> rankings) const;

  // The table of these tokens alone, for rank_subset().
  PackedMatrix subset(std::span<const int32_t> ids) const;

  // Shows the logits of the tokens `ids`, whose table is `table`, of `count` rows from `row` on.
  static void rank_subset(const PackedMatrix& table, std::span<const int32_t> ids, const Matrix& rows,
                          int64_t row, std::span<TopTokens> rankings);

 private:
  PackedMatrix pack(int64_t begin, int64_t count) const;

  int64_t vocabulary_, dim_;
  std::vector<PackedMatrix> blocks_;  // of kBlock tokens, the last of fewer
  // As they came, where rows are kept: bytes and their scales, or floats.
  std::vector<int8_t> bytes_;
  std::vector<float> scales_, floats_, bias_;
};

}  // namespace heed::infer
