#include "infer/encoder.h"

#include <algorithm>
#include <cmath>

#include "infer/ngrams.h"
#include "infer/recurrent.h"
#include "infer/transformer.h"
#include "text/tokenizer.h"

namespace heed::infer {
namespace {

std::unique_ptr<const EncoderStack> make_stack(const Weights& scope, const ModelConfig& config) {
  if (config.architecture == Architecture::recurrent_seq2seq)
    return std::make_unique<RecurrentEncoder>(scope, config);
  return std::make_unique<TransformerEncoder>(scope, config);
}

}  // namespace

void PackedTexts::add(std::span<const int32_t> text, int64_t max_length) {
  const auto begin = static_cast<int64_t>(ids.size());
  const auto kept = std::min(static_cast<int64_t>(text.size()), max_length - 1);
  ids.insert(ids.end(), text.begin(), text.begin() + kept);
  ids.push_back(Tokenizer::kEnd);
  sequences.push_back({.query_begin = begin,
                       .query_count = kept + 1,
                       .key_begin = begin,
                       .key_count = kept + 1,
                       .query_position = 0});
}

Encoder::Encoder(const Weights& weights, const ModelConfig& config)
    : embedding_(weights / "embedding", weights / "positions", config),
      ngram_embedding_((weights / "ngrams").find("embedding")),
      stack_(make_stack(weights / "encoder", config)) {
  for (float& value : ngram_embedding_) value *= std::sqrt(static_cast<float>(config.dim));
}

Matrix Encoder::forward(const PackedTexts& texts, attention::Tap* tap) const {
  std::vector<int64_t> positions;
  for (const attention::Sequence& text : texts.sequences) {
    for (int64_t t = 0; t < text.query_count; ++t) positions.push_back(t);
  }
  Matrix x = embedding_(texts.ids, positions);
  add_ngrams(x, texts.token_ngrams, ngram_embedding_);
  return stack_->forward(std::move(x), texts.sequences, tap);
}

}  // namespace heed::infer
