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
  explicit OutputTable(const Weights& scope);

  int64_t vocabulary() const { return vocabulary_; }

  // [N, V].
  Matrix logits(const Matrix& rows) const;

  // Shows every logit of row r to rankings[r], a block at a time: the logits of a row never stand in memory
  // together.
  void rank(const Matrix& rows, std::span<TopTokens> rankings) const;

 private:
  int64_t vocabulary_;
  std::vector<PackedMatrix> blocks_;  // of kBlock tokens, the last of fewer
};

}  // namespace heed::infer
