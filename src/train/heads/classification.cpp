#include "train/heads/classification.h"

namespace heed::train {

using torch::Tensor;

ClassificationHead::ClassificationHead(const Parameters& parameters, const HeadConfig& head,
                                       const ModelConfig& config)
    : heads_(config.heads),
      multi_label_(head.multi_label),
      pool_query_(parameters.at("heads." + head.name + ".pool.query")),
      pool_key_(parameters, "heads." + head.name + ".pool.key"),
      output_(parameters, "heads." + head.name + ".output"),
      ngrams_{parameters.find("heads." + head.name + ".ngrams")} {}

Tensor ClassificationHead::logits(const Tensor& encoded, const PackedTexts& texts, DropoutPlan& plan) const {
  auto sequences = std::make_shared<std::vector<attention::Sequence>>();
  for (int64_t b = 0; b < texts.texts(); ++b) {
    sequences->push_back({.query_begin = b,
                          .query_count = 1,
                          .key_begin = texts.begins[b],
                          .key_count = texts.begins[b + 1] - texts.begins[b],
                          .query_position = 0});
  }
  const Tensor query = pool_query_.reshape({1, -1}).expand({texts.texts(), -1});
  const Tensor pooled = attend(query, pool_key_(encoded), encoded, {},
                               {.variant = {},
                                .sequences = sequences,
                                .heads = heads_,
                                .key_heads = heads_,
                                .dropout = plan.attention_rate,
                                .dropout_seed = plan.next()});
  const Tensor logits = output_(dropout(pooled, plan.rate, plan.next()));
  return ngrams_ ? logits + ngrams_(texts.text_ngrams, plan.rate, plan.next()) : logits;
}

Tensor ClassificationHead::loss(const Tensor& logits, const Tensor& labels, double smoothing) const {
  if (multi_label_) {
    const Tensor wanted = labels * (1.0 - smoothing) + 0.5 * smoothing;
    return torch::binary_cross_entropy_with_logits(logits, wanted);
  }
  return torch::nn::functional::cross_entropy(
      logits, labels, torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(smoothing));
}

}  // namespace heed::train
