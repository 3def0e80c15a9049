#include "exchange/onnx_encoder.h"

#include <cmath>
#include <optional>

#include "base/json.h"
#include "exchange/onnx_attention.h"
#include "exchange/onnx_batch.h"
#include "exchange/onnx_layers.h"
#include "exchange/onnx_limits.h"
#include "exchange/onnx_ngrams.h"
#include "kernels/positions.h"

namespace heed::exchange {
namespace {

using Value = OnnxBuilder::Value;

class EncoderGraph {
 public:
  explicit EncoderGraph(const ModelDirectory& model)
      : c_(model.config), graph_(model.weights), batch_(graph_), attention_(graph_, batch_, c_) {}

  OnnxModel build() {
    const Value encoded = encode();
    graph_.output(batch_.texts(encoded, c_.dim),
                  {.name = "encoded", .type = DataType::f32, .shape = {"batch", "tokens", c_.dim}});
    std::optional<OnnxNgrams> votes;
    if (c_.ngrams.buckets > 0 && c_.ngrams.linear)
      votes.emplace(graph_, "text_ngram", std::vector<OnnxDimension>{"batch", "text_ngrams"});
    for (const HeadConfig& head : c_.classification_heads) add_head(head, encoded, votes);
    return graph_.take();
  }

 private:
  // [B T, D]
  Value encode() {
    Value x = graph_.node("Reshape", {embed(), graph_.integers({-1, c_.dim})});
    const bool post = c_.norm == "post";
    for (int64_t i = 0; i < c_.encoder_layers; ++i) {
      const std::string layer = "encoder.layers." + std::to_string(i);
      const std::string self = layer + ".self_attention", forward = layer + ".feed_forward";
      x = block(graph_, x, self, post, [&](const Value& rows) { return attention_.self(rows, self); });
      x = block(graph_, x, forward, post,
                [&](const Value& rows) { return feed_forward(graph_, rows, forward, c_.activation); });
    }
    return post ? x : layer_norm(graph_, x, "encoder.norm");
  }

  // [B, T, D]
  Value embed() {
    Value x = graph_.node("Gather", {graph_.weight("embedding.weight"), batch_.ids()});
    if (c_.ngrams.buckets > 0 && c_.ngrams.embedding) {
      const OnnxNgrams ngrams(graph_, "token_ngram", {"batch", "tokens", "token_ngrams"});
      x = graph_.node("Add", {x, ngrams.sum("ngrams.embedding")});
    }
    x = graph_.node("Mul", {x, graph_.scalar(std::sqrt(static_cast<float>(c_.dim)))});
    const Value table = position_table();
    if (table.empty()) return x;
    return graph_.node("Add", {x, graph_.node("Gather", {table, batch_.positions()})});
  }

  // [max_length, D], or none.
  Value position_table() {
    if (c_.positions == "learned") return graph_.weight("positions.weight");
    if (c_.positions != "sinusoidal") return "";
    return graph_.constant({c_.max_length, c_.dim}, kernels::sinusoid_table(c_.max_length, c_.dim));
  }

  void add_head(const HeadConfig& head, const Value& encoded, const std::optional<OnnxNgrams>& votes) {
    const std::string scope = "heads." + head.name;
    Value logits = linear(graph_, attention_.pool(encoded, scope + ".pool"), scope + ".output");
    if (votes) {
      logits = graph_.node("Add", {logits, votes->sum(scope + ".ngrams.weight")});
      logits = graph_.node("Add", {logits, graph_.weight(scope + ".ngrams.bias")});
    }
    const auto labels = static_cast<int64_t>(head.labels.size());
    graph_.output(logits, {.name = head.name, .type = DataType::f32, .shape = {"batch", labels}});
  }

  const ModelConfig& c_;
  OnnxBuilder graph_;
  OnnxBatch batch_;
  OnnxAttention attention_;
};

Json describe(const std::vector<HeadConfig>& heads) {
  Json list = Json::array();
  for (const HeadConfig& head : heads)
    list.push_back({{"name", head.name},
                    {"labels", head.labels},
                    {"multi_label", head.multi_label},
                    {"temperature", head.temperature}});
  return list;
}

std::map<std::string, std::string> metadata(const ModelDirectory& model) {
  const ModelConfig& c = model.config;
  return {{"model", model.name},
          {"version", std::to_string(model.version)},
          {"tokenizer", c.source_tokenizer},
          {"normalisation", c.normalisation},
          {"lowercase", c.lowercase ? "true" : "false"},
          {"max_length", std::to_string(c.max_length)},
          {"heads", describe(c.classification_heads).dump()}};
}

}  // namespace

OnnxModel onnx_encoder(const ModelDirectory& model) {
  check_onnx_expresses(model.config, (model.path / "config.json").string());
  OnnxModel graph = EncoderGraph(model).build();
  graph.name = model.name;
  graph.version = model.version;
  graph.metadata = metadata(model);
  return graph;
}

}  // namespace heed::exchange
