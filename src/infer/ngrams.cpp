#include "infer/ngrams.h"

namespace heed::infer {

NgramFinder::NgramFinder(const Weights& weights, const ModelConfig& config) : config_(config.ngrams) {
  if (config_.buckets > 0) weights_ = weights.at("ngrams.weight");
}

void NgramFinder::add_to(PackedTexts& texts, std::span<const std::string> pieces) const {
  if (config_.buckets == 0) return;
  if (config_.embedding) texts.token_ngrams.append(token_ngrams(pieces, config_, weights_));
  if (config_.linear) texts.text_ngrams.append(text_ngrams(pieces, config_, weights_));
}

void add_ngrams(Matrix& x, const NgramRows& ngrams, std::span<const float> table) {
  for (int64_t r = 0; r < ngrams.rows(); ++r) {
    float* row = x.row(r);
    for (int64_t i = ngrams.begins[r]; i < ngrams.begins[r + 1]; ++i) {
      const float* from = table.data() + ngrams.buckets[i] * x.cols;
      const float value = ngrams.values[i];
      for (int64_t c = 0; c < x.cols; ++c) row[c] += value * from[c];
    }
  }
}

}  // namespace heed::infer
