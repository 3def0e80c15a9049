#include "infer/heads/classification.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "infer/ngrams.h"

namespace heed::infer {

ClassificationHead::ClassificationHead(const Weights& scope, const HeadConfig& head,
                                       const ModelConfig& config)
    : config_(head),
      heads_(config.pool_heads()),
      width_(config.head_width()),
      query_((scope / "pool").at("query")),
      key_(scope / "pool" / "key"),
      output_(scope / "output"),
      ngrams_((scope / "ngrams").find("weight")),
      ngrams_bias_((scope / "ngrams").find("bias")) {}

ClassificationRows ClassificationHead::rows(const Matrix& encoded, const PackedTexts& texts,
                                            attention::Tap* tap) const {
  std::vector<attention::Sequence> pairs = texts.sequences;
  for (size_t b = 0; b < pairs.size(); ++b) {
    pairs[b].query_begin = static_cast<int64_t>(b);
    pairs[b].query_count = 1;
  }
  const Matrix keys = key_(encoded);
  Matrix pooled(static_cast<int64_t>(pairs.size()), encoded.cols);
  const attention::Inputs<float> inputs = {.sequences = pairs,
                                           .heads = heads_,
                                           .key_heads = heads_,
                                           .width = width_,
                                           .value_width = width_,
                                           .query = {query_.data(), 0, width_},  // one query for every text
                                           .key = {keys.values.data(), keys.cols, width_},
                                           .value = {encoded.values.data(), encoded.cols, width_},
                                           .mask = {},
                                           .bias = {}};
  attention::forward({}, inputs, {pooled.values.data(), pooled.cols, width_}, nullptr, tap);
  Matrix logits = output_(pooled);
  if (ngrams_.empty()) return {.logits = std::move(logits), .votes = {}, .pooled = std::move(pooled)};
  Matrix votes(logits.rows, logits.cols);
  for (int64_t b = 0; b < votes.rows; ++b) std::ranges::copy(ngrams_bias_, votes.row(b));
  add_ngrams(votes, texts.text_ngrams, ngrams_);
  for (int64_t b = 0; b < logits.rows; ++b) {
    for (int64_t c = 0; c < logits.cols; ++c) logits.row(b)[c] += votes.row(b)[c];
  }
  return {.logits = std::move(logits), .votes = std::move(votes), .pooled = std::move(pooled)};
}

std::vector<double> ClassificationHead::probabilities(std::span<const float> logits) const {
  std::vector<double> values;
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0.0;
  for (const float logit : logits) {
    const double value = config_.multi_label ? 1.0 / (1.0 + std::exp(-logit / config_.temperature))
                                             : std::exp((logit - largest) / config_.temperature);
    values.push_back(value);
    sum += value;
  }
  if (config_.multi_label) return values;
  for (double& value : values) value /= sum;
  return values;
}

}  // namespace heed::infer
