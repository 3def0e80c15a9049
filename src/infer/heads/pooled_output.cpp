#include "infer/heads/pooled_output.h"

#include <algorithm>
#include <utility>

#include "infer/ngrams.h"

namespace heed::infer {

AttentionPool::AttentionPool(const Weights& scope, const ModelConfig& config)
    : heads_(config.pool_heads()),
      width_(config.head_width()),
      query_(scope.at("query")),
      key_(scope / "key") {}

Matrix AttentionPool::operator()(const Matrix& rows, std::span<const attention::Sequence> sequences,
                                 attention::Tap* tap) const {
  std::vector<attention::Sequence> pairs(sequences.begin(), sequences.end());
  for (size_t b = 0; b < pairs.size(); ++b) {
    pairs[b].query_begin = static_cast<int64_t>(b);
    pairs[b].query_count = 1;
  }
  const Matrix keys = key_(rows);
  Matrix pooled(static_cast<int64_t>(pairs.size()), rows.cols);
  const attention::Inputs<float> inputs = {.sequences = pairs,
                                           .heads = heads_,
                                           .key_heads = heads_,
                                           .width = width_,
                                           .value_width = width_,
                                           .query = {query_.data(), 0, width_},  // one query for every text
                                           .key = {keys.values.data(), keys.cols, width_},
                                           .value = {rows.values.data(), rows.cols, width_},
                                           .mask = {},
                                           .bias = {}};
  attention::forward({}, inputs, {pooled.values.data(), pooled.cols, width_}, nullptr, tap);
  return pooled;
}

PooledOutput::PooledOutput(const Weights& scope, const ModelConfig& config)
    : pool_(scope / "pool", config),
      output_(scope / "output"),
      ngrams_((scope / "ngrams").find("weight")),
      ngrams_bias_((scope / "ngrams").find("bias")) {}

PooledRows PooledOutput::rows(const Matrix& encoded, const PackedTexts& texts, attention::Tap* tap) const {
  Matrix outputs = output_(pool_(encoded, texts.sequences, tap));
  if (ngrams_.empty()) return {.outputs = std::move(outputs), .votes = {}};
  Matrix votes(outputs.rows, outputs.cols);
  for (int64_t b = 0; b < votes.rows; ++b) std::ranges::copy(ngrams_bias_, votes.row(b));
  add_ngrams(votes, texts.text_ngrams, ngrams_);
  for (int64_t b = 0; b < outputs.rows; ++b) {
    for (int64_t c = 0; c < outputs.cols; ++c) outputs.row(b)[c] += votes.row(b)[c];
  }
  return {.outputs = std::move(outputs), .votes = std::move(votes)};
}

}  // namespace heed::infer
