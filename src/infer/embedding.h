#pragma once

#include <cstdint>
#include <span>

#include "infer/matrix.h"
#include "infer/weights.h"
#include "model/config.h"

namespace heed::infer {

// x = embedding[token] * sqrt(D) + position table[position].
class Embedding {
 public:
  // `scope` holds `weight` [V, D].
  Embedding(const Weights& scope, const ModelConfig& config);

  // Every id in [0, V), every position in [0, max_length).
  Matrix operator()(std::span<const int32_t> ids, std::span<const int64_t> positions) const;

 private:
  int64_t dim_;
  std::vector<float> table_;      // already scaled
  std::vector<float> positions_;  // empty where the model has none
};

}  // namespace heed::infer
