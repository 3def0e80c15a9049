#include "train/heads/pooled_output.h"

namespace heed::train {

using torch::Tensor;

AttentionPool::AttentionPool(const Parameters& parameters, const std::string& scope,
                             const ModelConfig& config)
    : heads_(config.pool_heads()),
      query_(parameters.at(scope + ".query")),
      key_(parameters, scope + ".key") {}

Tensor AttentionPool::operator()(const Tensor& rows, const std::vector<int64_t>& begins,
                                 DropoutPlan& plan) const {
  const auto texts = static_cast<int64_t>(begins.size()) - 1;
  auto sequences = std::make_shared<std::vector<attention::Sequence>>();
  for (int64_t b = 0; b < texts; ++b) {
    sequences->push_back({.query_begin = b,
                          .query_count = 1,
                          .key_begin = begins[b],
                          .key_count = begins[b + 1] - begins[b],
                          .query_position = 0});
  }
  const Tensor query = query_.reshape({1, -1}).expand({texts, -1});
  return attend(query, key_(rows), rows, {},
                {.variant = {},
                 .sequences = sequences,
                 .heads = heads_,
                 .key_heads = heads_,
                 .dropout = plan.attention_rate,
                 .dropout_seed = plan.next()});
}

PooledOutput::PooledOutput(const Parameters& parameters, const std::string& scope, const ModelConfig& config)
    : pool_(parameters, scope + ".pool", config),
      output_(parameters, scope + ".output"),
      ngrams_{parameters.find(scope + ".ngrams.weight")},
      ngrams_bias_(parameters.find(scope + ".ngrams.bias")) {}

std::vector<Tensor> PooledOutput::branches(const Tensor& encoded, const PackedTexts& texts,
                                           const Tensor& linear_votes, DropoutPlan& plan) const {
  const Tensor pooled = pool_(encoded, texts.begins, plan);
  std::vector<Tensor> branches = {output_(dropout(pooled, plan.rate, plan.next()))};
  if (linear_votes.defined()) {
    branches.push_back(linear_votes);
  } else if (ngrams_) {
    branches.push_back(ngrams_(texts.text_ngrams, plan.ngram_rate, plan.next()) + ngrams_bias_);
  }
  return branches;
}

void PooledOutput::weigh(const std::vector<double>& factors) {
  const torch::NoGradGuard no_grad;
  output_.weight.mul_(factors[0]);
  output_.bias.mul_(factors[0]);
  if (!ngrams_) return;
  ngrams_.table.mul_(factors[1]);
  ngrams_bias_.mul_(factors[1]);
}

}  // namespace heed::train
