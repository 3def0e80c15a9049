#pragma once

#include <memory>
#include <string>

#include <torch/torch.h>

#include "train/batches.h"
#include "train/functions.h"
#include "train/parameters.h"

// Blocks of the networks, built by scope name so that the code reads like the weight tree. x is packed
// rows [N, D] throughout. infer/ computes the same; tests hold the two together.
namespace heed::train {

// How much to drop in this step, and the next seed to drop by. Rates of 0 outside training.
struct DropoutPlan {
  double rate = 0.0;            // of residual branches and within blocks
  double attention_rate = 0.0;  // of attention weights
  double embedding_rate = 0.0;  // of embedded rows' elements
  double token_rate = 0.0;      // of whole embedded rows of the source
  double ngram_rate = 0.0;      // of a token's and a text's n-grams
  double layer_rate = 0.0;      // of residual blocks' branches: skips_branch()
  uint64_t seed = 0;

  uint64_t next() { return seed = mix(seed); }
  // Whether the next residual block leaves its branch out, x -> x, with nothing scaled (LayerDrop,
  // arXiv:1909.11556). Draws no seed where layer_rate is 0.
  bool skips_branch();

 private:
  static uint64_t mix(uint64_t seed);
};

struct Linear {
  torch::Tensor weight, bias;  // [out, in], [out]

  Linear(const Parameters& parameters, const std::string& scope);
  torch::Tensor operator()(const torch::Tensor& x) const;
};

struct LayerNorm {
  torch::Tensor weight, bias;

  LayerNorm(const Parameters& parameters, const std::string& scope);
  torch::Tensor operator()(const torch::Tensor& x) const;
};

// Row r of the result [R, W] is the sum over the n-grams i of row r of values[i] * table[buckets[i]]. Dropout
// leaves out whole n-grams.
struct NgramTable {
  torch::Tensor table;  // [buckets, W], or undefined: nothing to add

  explicit operator bool() const { return table.defined(); }
  torch::Tensor operator()(const PackedNgrams& ngrams, double rate, uint64_t seed) const;
};

using Sequences = std::shared_ptr<const std::vector<attention::Sequence>>;
Sequences share_sequences(const PackedTexts& queries, const PackedTexts& keys);

// attend(query(x), key(y), value(y)), heads side by side: [N, H K].
class ProjectedAttention {
 public:
  ProjectedAttention(const Parameters& parameters, const std::string& scope, const ModelConfig& config,
                     const attention::Variant& variant);

  torch::Tensor operator()(const torch::Tensor& x, const torch::Tensor& y, const Sequences& sequences,
                           DropoutPlan& dropout) const;

 private:
  attention::Variant variant_;
  int64_t heads_, key_heads_;
  Linear query_, key_;
  std::unique_ptr<Linear> value_;  // absent where values are the keys
  AttentionParameters learned_;
};

// x + output(attention(query(norm(x)), key(y), value(y))), y = norm(x) for self-attention; x where the plan
// skips the branch.
class AttentionBlock {
 public:
  enum class Kind { encoder_self, decoder_self, cross };
  AttentionBlock(const Parameters& parameters, const std::string& scope, const ModelConfig& config,
                 Kind kind);

  torch::Tensor self(const torch::Tensor& x, const Sequences& sequences, DropoutPlan& dropout) const;
  torch::Tensor cross(const torch::Tensor& x, const torch::Tensor& memory, const Sequences& sequences,
                      DropoutPlan& dropout) const;

 private:
  torch::Tensor run(const torch::Tensor& x, const torch::Tensor& normed, const torch::Tensor& seen,
                    const Sequences& sequences, DropoutPlan& dropout) const;

  LayerNorm norm_;
  ProjectedAttention attention_;
  Linear output_;
};

// x + down(activation(up(norm(x)))); x where the plan skips the branch.
class FeedForward {
 public:
  FeedForward(const Parameters& parameters, const std::string& scope, const ModelConfig& config);
  torch::Tensor operator()(const torch::Tensor& x, DropoutPlan& dropout) const;

 private:
  LayerNorm norm_;
  Linear up_, down_;
  bool gelu_;
};

struct EncoderLayer {
  AttentionBlock self_attention;
  FeedForward feed_forward;

  EncoderLayer(const Parameters& parameters, const std::string& scope, const ModelConfig& config);
};

struct DecoderLayer {
  AttentionBlock self_attention, cross_attention;
  FeedForward feed_forward;

  DecoderLayer(const Parameters& parameters, const std::string& scope, const ModelConfig& config);
};

}  // namespace heed::train
