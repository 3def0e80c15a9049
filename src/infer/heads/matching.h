#pragma once

#include <vector>

#include "infer/heads/pooled_output.h"

namespace heed::infer {

// Texts as vectors of length 1, and whether two of them mean the same; train/heads/matching.h has the
// formulas.
class MatchingHead {
 public:
  // `scope` is heads.NAME.
  MatchingHead(const Weights& scope, const ModelConfig& config);

  // [B, E] of the encoder's output; `tap` receives what each text's pooling attended to.
  Matrix vectors(const Matrix& encoded, const PackedTexts& texts, attention::Tap* tap = nullptr) const;

  // Logits [B / 2] of texts 2 p and 2 p + 1.
  std::vector<float> pair_logits(const Matrix& encoded, const PackedTexts& texts,
                                 const Matrix& vectors) const;

  // Of a logit, after the temperature.
  double probability(float logit) const;

  const MatchingConfig& config() const { return config_; }

 private:
  Matrix aligned(const Matrix& x, const PackedTexts& pairs) const;
  float ngram_vote(const NgramRows& texts, int64_t first) const;

  MatchingConfig config_;
  int64_t buckets_, heads_, head_width_;
  PooledOutput tower_;
  Linear align_query_, align_key_, compare_;
  AttentionPool pool_;
  Linear hidden_, output_;
  std::vector<float> ngrams_;  // [2 buckets] or empty
};

}  // namespace heed::infer
