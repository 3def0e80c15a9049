#include "infer/embedding.h"

#include <cmath>

#include "infer/profile.h"
#include "kernels/positions.h"

namespace heed::infer {

Embedding::Embedding(const Weights& tokens, const Weights& places, const ModelConfig& config)
    : dim_(config.dim), positions_(places.find("weight")) {
  const float scale = std::sqrt(static_cast<float>(dim_));
  if (tokens.is_int8("weight")) {
    const auto bytes = tokens.int8("weight");
    bytes_.assign(bytes.begin(), bytes.end());
    scales_ = tokens.scales("weight");
  } else {
    table_ = tokens.at("weight");
  }
  for (std::vector<float>* scaled : {&table_, &scales_}) {
    for (float& value : *scaled) value *= scale;
  }
  if (config.positions == "sinusoidal") positions_ = kernels::sinusoid_table(config.max_length, dim_);
}

Matrix Embedding::operator()(std::span<const int32_t> ids, std::span<const int64_t> positions) const {
  const Timed timed(Operation::embedding);
  Matrix x(static_cast<int64_t>(ids.size()), dim_);
  for (int64_t r = 0; r < x.rows; ++r) {
    const int64_t begin = static_cast<int64_t>(ids[r]) * dim_;
    float* to = x.row(r);
    if (table_.empty()) {
      const float scale = scales_[static_cast<size_t>(ids[r])];
      for (int64_t i = 0; i < dim_; ++i) to[i] = scale * static_cast<float>(bytes_[begin + i]);
    } else {
      std::copy_n(table_.data() + begin, dim_, to);
    }
    if (positions_.empty()) continue;
    const float* place = positions_.data() + positions[r] * dim_;
    for (int64_t i = 0; i < dim_; ++i) to[i] += place[i];
  }
  return x;
}

}  // namespace heed::infer
