#include "infer/projected_attention.h"

namespace heed::infer {
namespace {

attention::Heads<const float> heads_of(const Matrix& x, int64_t width) {
  return {x.values.data(), x.cols, width};
}

const float* data_or_null(const std::vector<float>& values) {
  return values.empty() ? nullptr : values.data();
}

}  // namespace

ProjectedAttention::ProjectedAttention(const Weights& scope, const ModelConfig& config,
                                       const attention::Variant& variant)
    : variant_(variant),
      heads_(config.heads),
      key_heads_(config.key_heads),
      width_(config.head_width()),
      query_(scope / "query"),
      key_(scope / "key"),
      score_vector_(scope.find("score_vector")),
      score_matrix_(scope.find("score_matrix")),
      log_temperature_(scope.find("log_temperature")),
      span_(scope.find("span")),
      relative_bias_(scope.find("relative_bias")) {
  if (config.attention.values != "keys") value_.emplace(scope / "value");
}

Matrix ProjectedAttention::query(const Matrix& x, const kernels::Rotation& rotation) const {
  Matrix query = query_(x);
  kernels::rotate(query.values.data(), heads_, rotation);
  return query;
}

KeyValues ProjectedAttention::project(const Matrix& y, const kernels::Rotation& rotation) const {
  KeyValues projected{.keys = key_(y), .values = value_ ? (*value_)(y) : Matrix()};
  if (!value_ && rotation.width > 0) projected.values = projected.keys;
  kernels::rotate(projected.keys.values.data(), key_heads_, rotation);
  return projected;
}

Matrix ProjectedAttention::attend(const Matrix& query, const KeyValues& memory,
                                  std::span<const attention::Sequence> sequences, attention::Tap* tap) const {
  const Matrix& values = memory.values.rows > 0 ? memory.values : memory.keys;
  Matrix attended(query.rows, heads_ * width_);
  const attention::Inputs<float> inputs = {.sequences = sequences,
                                           .heads = heads_,
                                           .key_heads = key_heads_,
                                           .width = width_,
                                           .value_width = width_,
                                           .query = heads_of(query, width_),
                                           .key = heads_of(memory.keys, width_),
                                           .value = heads_of(values, width_),
                                           .score_vector = data_or_null(score_vector_),
                                           .score_matrix = data_or_null(score_matrix_),
                                           .log_temperature = data_or_null(log_temperature_),
                                           .span = data_or_null(span_),
                                           .relative_bias = data_or_null(relative_bias_),
                                           .mask = {},
                                           .bias = {}};
  attention::forward(variant_, inputs, {attended.values.data(), attended.cols, width_}, nullptr, tap);
  return attended;
}

}  // namespace heed::infer
