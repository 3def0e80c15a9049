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
  double identity_rate = 0.0;   // of items' rows of the embedding, whole
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

// How a text's rows are turned in self-attention; null where positions do not enter there.
using SharedRotation = std::shared_ptr<const kernels::Rotation>;
SharedRotation share_rotation(const PackedTexts& texts, const ModelConfig& config);

// attend(query(x), key(y), value(y)), heads side by side: [N, H K]; queries and keys turned by `rotation`.
class ProjectedAttention {
 public:
  ProjectedAttention(const Parameters& parameters, const std::string& scope, const ModelConfig& config,
                     const attention::Variant& variant);

  torch::Tensor operator()(const torch::Tensor& x, const torch::Tensor& y, const Sequences& sequences,
                           DropoutPlan& dropout, const SharedRotation& rotation = nullptr) const;

 private:
  attention::Variant variant_;
  int64_t heads_, key_heads_;
  Linear query_, key_;
  std::unique_ptr<Linear> value_;  // absent where values are the keys
  AttentionParameters learned_;
};

// How a block joins its residual connection: x + block(norm(x)) (pre), or norm(x + block(x)) (post,
// arXiv:1706.03762 section 3.1).
class BlockNorm {
 public:
  // `scope` holds the block's `norm`.
  BlockNorm(const Parameters& parameters, const std::string& scope, const ModelConfig& config);

  // What the block works on.
  torch::Tensor before(const torch::Tensor& x) const { return post_ ? x : norm_(x); }
  // x with dropout(answer) taken in.
  torch::Tensor join(const torch::Tensor& x, const torch::Tensor& answer, DropoutPlan& dropout) const;

 private:
  LayerNorm norm_;
  bool post_;
};

// output(attention(query(x), key(y), value(y))) with norm and residual connection; y = x for self-attention;
// x where the plan skips the branch.
class AttentionBlock {
 public:
  enum class Kind { encoder_self, decoder_self, cross };
  AttentionBlock(const Parameters& parameters, const std::string& scope, const ModelConfig& config,
                 Kind kind);

  torch::Tensor self(const torch::Tensor& x, const Sequences& sequences, const SharedRotation& rotation,
                     DropoutPlan& dropout) const;
  torch::Tensor cross(const torch::Tensor& x, const torch::Tensor& memory, const Sequences& sequences,
                      DropoutPlan& dropout) const;

 private:
  BlockNorm norm_;
  ProjectedAttention attention_;
  Linear output_;
};

// down(activation(up(x))) with norm and residual connection. Gated: up gives [g, v] side by side, and down
// takes activation(g) * v (arXiv:2002.05202 eq. 6); x where the plan skips the branch.
class FeedForward {
 public:
  FeedForward(const Parameters& parameters, const std::string& scope, const ModelConfig& config);
  torch::Tensor operator()(const torch::Tensor& x, DropoutPlan& dropout) const;

 private:
  torch::Tensor activate(const torch::Tensor& inner, DropoutPlan& dropout) const;

  BlockNorm norm_;
  Linear up_, down_;
  std::string activation_;
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
