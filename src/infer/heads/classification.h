#pragma once

#include <span>
#include <vector>

#include "attention/attention.h"
#include "infer/encoder.h"
#include "infer/linear.h"
#include "model/config.h"

namespace heed::infer {

// A text's rows pooled by attention to a learned query, then one logit a label.
struct ClassificationRows {
  Matrix logits;  // [B, labels], before the temperature
  Matrix votes;   // [B, labels]: the n-grams' part of them; no rows where the head has none
  Matrix pooled;  // [B, D]
};

class ClassificationHead {
 public:
  // `scope` is heads.NAME.
  ClassificationHead(const Weights& scope, const HeadConfig& head, const ModelConfig& config);

  // Of the encoder's output; `tap` receives what each text's pooling attended to.
  ClassificationRows rows(const Matrix& encoded, const PackedTexts& texts,
                          attention::Tap* tap = nullptr) const;

  // Of one text's logits: after the temperature, softmax over labels, or a sigmoid each where there may be
  // several.
  std::vector<double> probabilities(std::span<const float> logits) const;

  const HeadConfig& config() const { return config_; }
  std::span<const float> ngrams() const { return ngrams_; }  // votes [buckets, labels], or none

 private:
  HeadConfig config_;
  int64_t heads_, width_;
  std::vector<float> query_;
  Linear key_, output_;
  std::vector<float> ngrams_;       // [buckets, labels] or empty
  std::vector<float> ngrams_bias_;  // [labels] beside them
};

}  // namespace heed::infer
