#include "train/layers.h"

#include "base/random.h"
#include "model/attention_variant.h"
#include "train/products.h"

namespace heed::train {

using torch::Tensor;

uint64_t DropoutPlan::mix(uint64_t seed) { return mix64(seed); }

bool DropoutPlan::skips_branch() { return layer_rate > 0.0 && Random(next()).uniform() < layer_rate; }

Linear::Linear(const Parameters& parameters, const std::string& scope)
    : weight(parameters.at(scope + ".weight")), bias(parameters.at(scope + ".bias")) {}

Tensor Linear::operator()(const Tensor& x) const { return linear(x, weight, bias); }

LayerNorm::LayerNorm(const Parameters& parameters, const std::string& scope)
    : weight(parameters.at(scope + ".weight")), bias(parameters.at(scope + ".bias")) {}

Tensor LayerNorm::operator()(const Tensor& x) const {
  return torch::layer_norm(x, weight.sizes(), weight, bias, 1e-5);
}

Tensor NgramTable::operator()(const PackedNgrams& ngrams, double rate, uint64_t seed) const {
  constexpr int64_t kSum = 0;
  constexpr bool kSparse = true;  // a batch meets few of the rows
  return std::get<0>(torch::embedding_bag(table, ngrams.buckets, ngrams.begins, false, kSum, kSparse,
                                          dropout(ngrams.values, rate, seed)));
}

Sequences share_sequences(const PackedTexts& queries, const PackedTexts& keys) {
  return std::make_shared<const std::vector<attention::Sequence>>(pair_sequences(queries, keys));
}

SharedRotation share_rotation(const PackedTexts& texts, const ModelConfig& config) {
  if (config.positions != "rotary") return nullptr;
  const int64_t* positions = texts.positions.data_ptr<int64_t>();
  return std::make_shared<const kernels::Rotation>(
      std::vector<int64_t>(positions, positions + texts.positions.numel()), config.head_width());
}

ProjectedAttention::ProjectedAttention(const Parameters& parameters, const std::string& scope,
                                       const ModelConfig& config, const attention::Variant& variant)
    : variant_(variant),
      heads_(config.heads),
      key_heads_(config.key_heads),
      query_(parameters, scope + ".query"),
      key_(parameters, scope + ".key") {
  if (config.attention.values != "keys") value_ = std::make_unique<Linear>(parameters, scope + ".value");
  learned_ = {.score_vector = parameters.find(scope + ".score_vector"),
              .score_matrix = parameters.find(scope + ".score_matrix"),
              .log_temperature = parameters.find(scope + ".log_temperature"),
              .span = parameters.find(scope + ".span"),
              .relative_bias = parameters.find(scope + ".relative_bias")};
}

Tensor ProjectedAttention::operator()(const Tensor& x, const Tensor& y, const Sequences& sequences,
                                      DropoutPlan& dropout, const SharedRotation& rotation) const {
  Tensor key = key_(y);
  const Tensor value = value_ ? (*value_)(y) : key;
  Tensor query = query_(x);
  if (rotation) {
    query = rotate(query, rotation);
    key = rotate(key, rotation);
  }
  return attend(query, key, value, learned_,
                {.variant = variant_,
                 .sequences = sequences,
                 .heads = heads_,
                 .key_heads = key_heads_,
                 .dropout = dropout.attention_rate,
                 .dropout_seed = dropout.next()});
}

BlockNorm::BlockNorm(const Parameters& parameters, const std::string& scope, const ModelConfig& config)
    : norm_(parameters, scope + ".norm"), post_(config.norm == "post") {}

Tensor BlockNorm::join(const Tensor& x, const Tensor& answer, DropoutPlan& plan) const {
  const Tensor sum = dropout_add(answer, x, plan.rate, plan.next());
  return post_ ? norm_(sum) : sum;
}

AttentionBlock::AttentionBlock(const Parameters& parameters, const std::string& scope,
                               const ModelConfig& config, Kind kind)
    : norm_(parameters, scope, config),
      attention_(parameters, scope, config,
                 kind == Kind::cross ? cross_attention_variant(config.attention)
                                     : self_attention_variant(config.attention, kind == Kind::decoder_self)),
      output_(parameters, scope + ".output") {}

Tensor AttentionBlock::self(const Tensor& x, const Sequences& sequences, const SharedRotation& rotation,
                            DropoutPlan& dropout) const {
  if (dropout.skips_branch()) return x;
  const Tensor input = norm_.before(x);
  const Tensor attended = attention_(input, input, sequences, dropout, rotation);
  return norm_.join(x, output_(attended), dropout);
}

Tensor AttentionBlock::cross(const Tensor& x, const Tensor& memory, const Sequences& sequences,
                             DropoutPlan& dropout) const {
  if (dropout.skips_branch()) return x;
  const Tensor attended = attention_(norm_.before(x), memory, sequences, dropout);
  return norm_.join(x, output_(attended), dropout);
}

FeedForward::FeedForward(const Parameters& parameters, const std::string& scope, const ModelConfig& config)
    : norm_(parameters, scope, config),
      up_(parameters, scope + ".up"),
      down_(parameters, scope + ".down"),
      activation_(config.activation) {}

Tensor FeedForward::operator()(const Tensor& x, DropoutPlan& plan) const {
  if (plan.skips_branch()) return x;
  const Tensor active = activate(up_(norm_.before(x)), plan);
  return norm_.join(x, down_(active), plan);
}

Tensor FeedForward::activate(const Tensor& inner, DropoutPlan& plan) const {
  if (activation_ == "relu") return relu_dropout(inner, plan.rate, plan.next());
  if (activation_ == "gelu") return dropout(torch::gelu(inner), plan.rate, plan.next());
  const auto halves = inner.chunk(2, 1);
  const Tensor gate = activation_ == "swiglu" ? torch::silu(halves[0]) : torch::gelu(halves[0]);
  return dropout(gate * halves[1], plan.rate, plan.next());
}

EncoderLayer::EncoderLayer(const Parameters& parameters, const std::string& scope, const ModelConfig& config)
    : self_attention(
          parameters, scope + ".self_attention", config,
          config.causal() ? AttentionBlock::Kind::decoder_self : AttentionBlock::Kind::encoder_self),
      feed_forward(parameters, scope + ".feed_forward", config) {}

DecoderLayer::DecoderLayer(const Parameters& parameters, const std::string& scope, const ModelConfig& config)
    : self_attention(parameters, scope + ".self_attention", config, AttentionBlock::Kind::decoder_self),
      cross_attention(parameters, scope + ".cross_attention", config, AttentionBlock::Kind::cross),
      feed_forward(parameters, scope + ".feed_forward", config) {}

}  // namespace heed::train
