#include "infer/projected_attention.h"

#include "infer/profile.h"
#include "model/attention_variant.h"

namespace heed::infer {
namespace {

using Kind = ProjectedAttention::Kind;

attention::Variant variant_of(const ModelConfig& config, Kind kind) {
  if (kind == Kind::cross) return cross_attention_variant(config.attention);
  return self_attention_variant(config.attention, kind == Kind::decoder_self);
}

// Values that are the keys need columns of their own only where the keys are turned.
bool values_apart(const ModelConfig& config, Kind kind) {
  return config.attention.values != "keys" || (kind != Kind::cross && config.positions == "rotary");
}

const char* value_scope(const ModelConfig& config) {
  return config.attention.values == "keys" ? "key" : "value";
}

Linear memory_product(const Weights& scope, const ModelConfig& config, Kind kind) {
  if (!values_apart(config, kind)) return Linear(scope / "key");
  return {scope / "key", scope / value_scope(config)};
}

Linear first_product(const Weights& scope, const ModelConfig& config, Kind kind) {
  if (kind == Kind::cross) return Linear(scope / "query");
  if (!values_apart(config, kind)) return {scope / "query", scope / "key"};
  return {scope / "query", scope / "key", scope / value_scope(config)};
}

const float* data_or_null(const std::vector<float>& values) {
  return values.empty() ? nullptr : values.data();
}

}  // namespace

ProjectedAttention::ProjectedAttention(const Weights& scope, const ModelConfig& config, Kind kind)
    : variant_(variant_of(config, kind)),
      heads_(config.heads),
      key_heads_(config.key_heads),
      width_(config.head_width()),
      memory_width_((values_apart(config, kind) ? 2 : 1) * key_heads_ * width_),
      first_(first_product(scope, config, kind)),
      score_vector_(scope.find("score_vector")),
      score_matrix_(scope.find("score_matrix")),
      log_temperature_(scope.find("log_temperature")),
      span_(scope.find("span")),
      relative_bias_(scope.find("relative_bias")) {
  if (kind == Kind::cross) memory_.emplace(memory_product(scope, config, kind));
}

Matrix ProjectedAttention::project_self(const Matrix& x, const kernels::Rotation& rotation) const {
  Matrix projected = first_(x);
  kernels::rotate(projected.values.data(), heads_ + key_heads_, rotation, projected.cols);
  return projected;
}

Matrix ProjectedAttention::attend(const Matrix& queries, const Memory& memory,
                                  std::span<const attention::Sequence> sequences, attention::Tap* tap) const {
  const Timed timed(Operation::attention);
  const float* const values = memory.data + memory_width_ - key_heads_ * width_;
  Matrix attended(queries.rows, query_width());
  const attention::Inputs<float> inputs = {.sequences = sequences,
                                           .heads = heads_,
                                           .key_heads = key_heads_,
                                           .width = width_,
                                           .value_width = width_,
                                           .query = {queries.values.data(), queries.cols, width_},
                                           .key = {memory.data, memory.stride, width_, memory.rows},
                                           .value = {values, memory.stride, width_, memory.rows},
                                           .score_vector = data_or_null(score_vector_),
                                           .score_matrix = data_or_null(score_matrix_),
                                           .log_temperature = data_or_null(log_temperature_),
                                           .span = data_or_null(span_),
                                           .relative_bias = data_or_null(relative_bias_),
                                           .mask = {},
                                           .bias = {},
                                           .own_order = memory.rows != nullptr};
  attention::forward(variant_, inputs, {attended.values.data(), attended.cols, width_}, nullptr, tap);
  return attended;
}

}  // namespace heed::infer
