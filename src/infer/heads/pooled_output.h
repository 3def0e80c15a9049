#pragma once

#include <span>
#include <vector>

#include "attention/attention.h"
#include "infer/encoder.h"
#include "infer/linear.h"
#include "model/config.h"

namespace heed::infer {

// One row a text: a learned query attends with keys key(x) to the text's rows x themselves.
class AttentionPool {
 public:
  // `scope` holds `query` and `key`.
  AttentionPool(const Weights& scope, const ModelConfig& config);

  // rows [N, D] -> [B, D]; text b has the rows of sequences[b]. `tap` receives what each pooling attended to.
  Matrix operator()(const Matrix& rows, std::span<const attention::Sequence> sequences,
                    attention::Tap* tap = nullptr) const;

 private:
  int64_t heads_, width_;
  std::vector<float> query_;
  Linear key_;
};

struct PooledRows {
  Matrix outputs;  // [B, W]
  Matrix votes;    // [B, W]: the n-grams' part of them; no rows where there are none
};

// What a text comes to, W numbers: a linear layer of its pooled rows, and the sum of its n-grams' rows of a
// table.
class PooledOutput {
 public:
  // `scope` is heads.NAME.
  PooledOutput(const Weights& scope, const ModelConfig& config);

  // Of the encoder's output.
  PooledRows rows(const Matrix& encoded, const PackedTexts& texts, attention::Tap* tap = nullptr) const;
  Matrix operator()(const Matrix& encoded, const PackedTexts& texts, attention::Tap* tap = nullptr) const {
    return rows(encoded, texts, tap).outputs;
  }

  std::span<const float> ngrams() const { return ngrams_; }  // [buckets, W], or none

 private:
  AttentionPool pool_;
  Linear output_;
  std::vector<float> ngrams_;       // [buckets, W] or empty
  std::vector<float> ngrams_bias_;  // [W] beside them
};

}  // namespace heed::infer
