#include <string>
#include <utility>
#include <vector>

#include "model/config.h"

namespace heed {
namespace {

// Writes the list by scope, so that the functions below read like the weight tree.
class ShapeList {
 public:
  explicit ShapeList(const ModelConfig& config) : c_(config) {}

  std::vector<WeightShape> build() {
    const bool own_tables = c_.decodes() && !c_.shared_embeddings;
    by_row("embedding.weight", {c_.source_vocabulary, c_.dim});
    if (own_tables) by_row("target_embedding.weight", {c_.target_vocabulary, c_.dim});
    if (c_.positions == "learned") {
      add("positions.weight", {c_.max_length, c_.dim});
      if (c_.decodes()) add("target_positions.weight", {c_.max_length, c_.dim});
    }
    if (c_.ngrams.buckets > 0) add("ngrams.weight", {c_.ngrams.buckets});
    if (c_.ngrams.buckets > 0 && c_.ngrams.embedding) by_row("ngrams.embedding", {c_.ngrams.buckets, c_.dim});
    if (c_.architecture == Architecture::recurrent_seq2seq) {
      recurrent_encoder();
      recurrent_decoder();
    } else {
      encoder();
      if (c_.decodes()) decoder();
    }
    if (own_tables) by_row("output.weight", {c_.target_vocabulary, c_.dim});
    for (const HeadConfig& head : c_.classification_heads)
      pooled("heads." + head.name, static_cast<int64_t>(head.labels.size()));
    if (c_.matching) matching(*c_.matching);
    if (c_.tagging) tagging(*c_.tagging);
    if (c_.sequence) sequence(*c_.sequence);
    return std::move(list_);
  }

 private:
  void encoder() {
    for (int64_t i = 0; i < c_.encoder_layers; ++i) {
      const std::string layer = "encoder.layers." + std::to_string(i);
      attention(layer + ".self_attention", true);
      feed_forward(layer + ".feed_forward");
    }
    if (c_.norm == "pre") norm("encoder.norm");
  }

  void decoder() {
    for (int64_t i = 0; i < c_.decoder_layers; ++i) {
      const std::string layer = "decoder.layers." + std::to_string(i);
      attention(layer + ".self_attention", true);
      attention(layer + ".cross_attention", false);
      feed_forward(layer + ".feed_forward");
    }
    if (c_.norm == "pre") norm("decoder.norm");
  }

  void recurrent_encoder() {
    for (int64_t i = 0; i < c_.encoder_layers; ++i) {
      const std::string layer = "encoder.layers." + std::to_string(i);
      lstm(layer + ".forward");
      if (!c_.bidirectional) continue;
      lstm(layer + ".backward");
      linear(layer + ".output", c_.dim, 2 * c_.dim);
    }
  }

  void recurrent_decoder() {
    for (int64_t i = 0; i < c_.decoder_layers; ++i) {
      const std::string layer = "decoder.layers." + std::to_string(i);
      linear(layer + ".start", c_.dim, c_.dim);
      lstm(layer);
    }
    projections("decoder.cross_attention");
    learned_parts("decoder.cross_attention", false);
    linear("decoder.combine", c_.dim, 2 * c_.dim);
  }

  void lstm(const std::string& scope) {
    linear(scope + ".input", 4 * c_.dim, c_.dim);
    by_row(scope + ".recurrent.weight", {4 * c_.dim, c_.dim});
  }

  void attention(const std::string& scope, bool self) {
    norm(scope + ".norm");
    projections(scope);
    linear(scope + ".output", c_.dim, c_.heads * c_.head_width());
    learned_parts(scope, self);
  }

  void projections(const std::string& scope) {
    const int64_t width = c_.head_width();
    linear(scope + ".query", c_.heads * width, c_.dim);
    linear(scope + ".key", c_.key_heads * width, c_.dim);
    if (c_.attention.values == "projected") linear(scope + ".value", c_.key_heads * width, c_.dim);
  }

  void learned_parts(const std::string& scope, bool self) {
    const AttentionConfig& a = c_.attention;
    const int64_t width = c_.head_width();
    if (a.score == "additive") add(scope + ".score_vector", {c_.heads, width});
    if (a.score == "bilinear") add(scope + ".score_matrix", {c_.heads, width, width});
    if (a.learned_temperature) add(scope + ".log_temperature", {c_.heads});
    if (self && a.learned_span) add(scope + ".span", {c_.heads});
    if (self && a.bias == "relative") add(scope + ".relative_bias", {c_.heads, 2 * a.relative_reach + 1});
  }

  void feed_forward(const std::string& scope) {
    norm(scope + ".norm");
    linear(scope + ".up", c_.gated() ? 2 * c_.ffn_dim : c_.ffn_dim, c_.dim);
    linear(scope + ".down", c_.dim, c_.ffn_dim);
  }

  void pool(const std::string& scope) {
    add(scope + ".query", {c_.pool_heads(), c_.head_width()});
    linear(scope + ".key", c_.dim, c_.dim);
  }

  // A text's rows pooled to `width` numbers, and its n-grams beside them.
  void pooled(const std::string& scope, int64_t width) {
    pool(scope + ".pool");
    linear(scope + ".output", width, c_.dim);
    if (!text_ngrams()) return;
    by_row(scope + ".ngrams.weight", {c_.ngrams.buckets, width});
    add(scope + ".ngrams.bias", {width});
  }

  void matching(const MatchingConfig& head) {
    const std::string scope = "heads." + head.name;
    pooled(scope, head.width);
    add(scope + ".scale", {1});
    linear(scope + ".align.query", c_.dim, c_.dim);
    linear(scope + ".align.key", c_.dim, c_.dim);
    linear(scope + ".compare", c_.dim, 4 * c_.dim);
    pool(scope + ".pair.pool");
    linear(scope + ".pair.hidden", c_.dim, 2 * c_.dim + 2 * head.width);
    linear(scope + ".pair.output", 1, c_.dim);
    if (text_ngrams()) add(scope + ".pair.ngrams.weight", {2 * c_.ngrams.buckets, 1});
  }

  void tagging(const TaggingConfig& head) {
    const std::string scope = "heads." + head.name;
    const int64_t tags = head.tags();
    linear(scope + ".output", tags, c_.dim);
    add(scope + ".begin", {tags});
    add(scope + ".end", {tags});
    add(scope + ".transitions", {tags, tags});
  }

  void sequence(const SequenceConfig& head) {
    const std::string scope = "heads." + head.name;
    add(scope + ".kinds.weight", {static_cast<int64_t>(head.kinds.size()), c_.dim});
    if (head.gaps > 0) add(scope + ".gaps.weight", {head.gaps, c_.dim});
  }

  bool text_ngrams() const { return c_.ngrams.buckets > 0 && c_.ngrams.linear; }

  void norm(const std::string& scope) {
    add(scope + ".weight", {c_.dim});
    add(scope + ".bias", {c_.dim});
  }

  void linear(const std::string& scope, int64_t out, int64_t in) {
    by_row(scope + ".weight", {out, in});
    add(scope + ".bias", {out});
  }

  void add(std::string name, std::vector<int64_t> shape) {
    list_.push_back({.name = std::move(name), .shape = std::move(shape)});
  }

  void by_row(std::string name, std::vector<int64_t> shape) {
    list_.push_back({.name = std::move(name), .shape = std::move(shape), .by_row = true});
  }

  const ModelConfig& c_;
  std::vector<WeightShape> list_;
};

}  // namespace

std::vector<WeightShape> weight_shapes(const ModelConfig& config) { return ShapeList(config).build(); }

}  // namespace heed
