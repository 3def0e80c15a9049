#include "infer/embedding.h"

#include <cmath>

#include "kernels/positions.h"

namespace heed::infer {

Embedding::Embedding(const Weights& tokens, const Weights& places, const ModelConfig& config)
    : dim_(config.dim), table_(tokens.at("weight")), positions_(places.find("weight")) {
  const float scale = std::sqrt(static_cast<float>(dim_));
  for (float& value : table_) value *= scale;
  if (config.positions == "sinusoidal") positions_ = kernels::sinusoid_table(config.max_length, dim_);
}

Matrix Embedding::operator()(std::span<const int32_t> ids, std::span<const int64_t> positions) const {
  Matrix x(static_cast<int64_t>(ids.size()), dim_);
  for (int64_t r = 0; r < x.rows; ++r) {
    const float* from = table_.data() + static_cast<int64_t>(ids[r]) * dim_;
    float* to = x.row(r);
    std::copy(from, from + dim_, to);
    if (positions_.empty()) continue;
    const float* place = positions_.data() + positions[r] * dim_;
    for (int64_t i = 0; i < dim_; ++i) to[i] += place[i];
  }
  return x;
}

}  // namespace heed::infer
