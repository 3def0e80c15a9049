#pragma once

#include <cstdint>
#include <span>

#include "infer/decoder_state.h"
#include "infer/linear.h"
#include "infer/matrix.h"
#include "infer/weights.h"

namespace heed::infer {

// The layer SCOPE.input, SCOPE.recurrent: kernels/lstm.h has the formula. W x + b of all rows is one product;
// a step in time costs one with U, of all the runs that have not ended.
class Lstm {
 public:
  // Rows of x that follow one another in time, the row of the state that they start from, and the one they
  // leave behind.
  struct Run {
    int64_t begin = 0;
    int64_t count = 0;
    int64_t from = 0;
    int64_t to = 0;
  };
  enum class Direction { onward, backward };  // backward: from a run's last row to its first

  explicit Lstm(const Weights& scope);

  int64_t width() const { return width_; }

  // x [N, D_in] -> [N, D]. No two runs share rows or leave the same row behind.
  Matrix forward(const Matrix& x, std::span<const Run> runs, LstmState& state,
                 Direction direction = Direction::onward) const;

 private:
  Linear input_, recurrent_;
  int64_t width_;
};

}  // namespace heed::infer
