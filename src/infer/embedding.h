#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "infer/matrix.h"
#include "infer/weights.h"
#include "model/config.h"

namespace heed::infer {

// x = embedding[token] * sqrt(D) + position table[position]; with rotary positions, or none, without the
// latter.
class Embedding {
 public:
  // `tokens` holds `weight` [V, D], `places` [max_length, D] where positions are learned.
  Embedding(const Weights& tokens, const Weights& places, const ModelConfig& config);

  // Every id in [0, V), every position in [0, max_length).
  Matrix operator()(std::span<const int32_t> ids, std::span<const int64_t> positions) const;

 private:
  int64_t dim_;
  std::vector<float> table_;      // already scaled; empty where the model holds bytes
  std::vector<int8_t> bytes_;     // else these,
  std::vector<float> scales_;     // and a scale a row, sqrt(D) within
  std::vector<float> positions_;  // empty where there is no such table
};

}  // namespace heed::infer
