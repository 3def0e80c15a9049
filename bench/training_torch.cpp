#include <cmath>

#include <torch/torch.h>

#include "kernels/positions.h"
#include "text/tokenizer.h"
#include "training_rows.h"

namespace heed::bench {
namespace {

using torch::Tensor;

constexpr int64_t kPadding = -1;  // of ids; no piece has it

// Rows of `width`, padded: [B, T].
Tensor padded(const std::vector<std::vector<int64_t>>& rows) {
  size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row.size());
  Tensor ids =
      torch::full({static_cast<int64_t>(rows.size()), static_cast<int64_t>(width)}, kPadding, torch::kInt64);
  for (size_t b = 0; b < rows.size(); ++b)
    ids[static_cast<int64_t>(b)]
        .narrow(0, 0, static_cast<int64_t>(rows[b].size()))
        .copy_(torch::tensor(rows[b]));
  return ids;
}

std::vector<int64_t> with(const std::vector<int32_t>& ids, bool begin, bool end) {
  std::vector<int64_t> row(ids.begin(), ids.end());
  if (begin) row.insert(row.begin(), Tokenizer::kBegin);
  if (end) row.push_back(Tokenizer::kEnd);
  return row;
}

}  // namespace

struct PlainTransformer::Module : torch::nn::Module {
  Module(const ModelConfig& config, double dropout)
      : dim(config.dim),
        positions(torch::tensor(kernels::sinusoid_table(config.max_length, config.dim))
                      .reshape({config.max_length, config.dim})),
        embedding(torch::nn::EmbeddingOptions(config.source_vocabulary, config.dim)),
        drop(dropout),
        transformer(torch::nn::TransformerOptions(config.dim, config.heads, config.encoder_layers,
                                                  config.decoder_layers)
                        .dim_feedforward(config.ffn_dim)
                        .dropout(dropout)) {
    register_module("embedding", embedding);
    register_module("drop", drop);
    register_module("transformer", transformer);
    torch::nn::init::normal_(embedding->weight, 0.0, 1.0 / std::sqrt(static_cast<double>(config.dim)));
  }

  // [B, T] -> [T, B, D]
  Tensor embed(const Tensor& ids) {
    const Tensor x = embedding(ids.clamp_min(0)) * std::sqrt(static_cast<double>(dim));
    return drop(x + positions.narrow(0, 0, ids.size(1))).transpose(0, 1);
  }

  Tensor loss(const Tensor& source, const Tensor& target, const Tensor& labels, double smoothing) {
    const Tensor nothing_padded;
    const Tensor later = torch::nn::TransformerImpl::generate_square_subsequent_mask(target.size(1));
    const Tensor hidden = transformer(embed(source), embed(target), nothing_padded, later, nothing_padded,
                                      source.eq(kPadding), target.eq(kPadding), source.eq(kPadding));
    const Tensor logits = torch::matmul(hidden.transpose(0, 1), embedding->weight.t());
    return torch::nn::functional::cross_entropy(
        logits.reshape({-1, logits.size(2)}), labels.reshape({-1}),
        torch::nn::functional::CrossEntropyFuncOptions().ignore_index(kPadding).label_smoothing(smoothing));
  }

  int64_t dim;
  Tensor positions;
  torch::nn::Embedding embedding;
  torch::nn::Dropout drop;
  torch::nn::Transformer transformer;
  double smoothing = 0.0;
  std::unique_ptr<torch::optim::Adam> optimiser;
};

PlainTransformer::PlainTransformer(const ModelConfig& config, double dropout, double smoothing,
                                   double learning_rate)
    : module_(std::make_unique<Module>(config, dropout)) {
  module_->smoothing = smoothing;
  module_->optimiser = std::make_unique<torch::optim::Adam>(
      module_->parameters(), torch::optim::AdamOptions(learning_rate).betas({0.9, 0.98}).eps(1e-8));
}

PlainTransformer::~PlainTransformer() = default;

double PlainTransformer::step(const std::vector<train::Example>& examples,
                              const std::vector<int64_t>& numbers) {
  std::vector<std::vector<int64_t>> sources, targets, labels;
  for (const int64_t number : numbers) {
    sources.push_back(with(examples[number].source, false, true));
    targets.push_back(with(examples[number].target, true, false));
    labels.push_back(with(examples[number].target, false, true));
  }
  module_->optimiser->zero_grad();
  const Tensor loss = module_->loss(padded(sources), padded(targets), padded(labels), module_->smoothing);
  loss.backward();
  torch::nn::utils::clip_grad_norm_(module_->parameters(), 1.0);
  module_->optimiser->step();
  return loss.item<double>();
}

}  // namespace heed::bench
