#pragma once

#include <span>
#include <vector>

#include "infer/heads/pooled_output.h"
#include "model/config.h"

namespace heed::infer {

// A text's rows pooled by attention to a learned query, then one logit a label.
class ClassificationHead {
 public:
  // `scope` is heads.NAME.
  ClassificationHead(const Weights& scope, const HeadConfig& head, const ModelConfig& config)
      : config_(head), output_(scope, config) {}

  // Logits of the encoder's output, before the temperature, and the n-grams' part of them; `tap` receives
  // what each text's pooling attended to.
  PooledRows rows(const Matrix& encoded, const PackedTexts& texts, attention::Tap* tap = nullptr) const {
    return output_.rows(encoded, texts, tap);
  }

  // Of one text's logits: after the temperature, softmax over labels, or a sigmoid each where there may be
  // several.
  std::vector<double> probabilities(std::span<const float> logits) const;

  const HeadConfig& config() const { return config_; }
  std::span<const float> ngrams() const { return output_.ngrams(); }  // votes [buckets, labels], or none

 private:
  HeadConfig config_;
  PooledOutput output_;
};

}  // namespace heed::infer
