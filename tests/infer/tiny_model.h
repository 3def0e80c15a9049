#pragma once

#include <cmath>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <stdlib.h>

#include "base/random.h"
#include "model/model_directory.h"
#include "text/tokenizer.h"

// Small random models, written through the same door as trained ones.
namespace heed::test {

// A fresh folder, removed at the end of the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "heed-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline const std::vector<std::string>& tiny_corpus() {
  static const std::vector<std::string> lines = {
      "open the file",          "save the file as",     "close all windows",
      "print this page",        "a red fox runs",       "the dog sleeps here",
      "where is my card",       "my card was stolen",   "打开文件",
      "另存为新文件",           "关闭所有窗口",         "打印此页",
      "红色的狐狸在奔跑",       "狗在这里睡觉",         "我的银行卡在哪里",
      "我的银行卡被偷了",       "how do I send money?", "如何转账？",
      "which fee do you take?", "你们收取什么费用？"};
  return lines;
}

inline Tokenizer tiny_tokenizer() {
  return Tokenizer::train(tiny_corpus(), {.vocabulary = 160, .algorithm = "bpe", .character_coverage = 1.0});
}

// Numbers of the size that training leaves: outputs near one, norms near the identity.
inline float tiny_weight(Random& random, const std::string& name, const std::vector<int64_t>& shape) {
  if (name.ends_with(".span")) return static_cast<float>(2.0 + 3.0 * random.uniform());
  if (name.ends_with(".log_temperature")) return static_cast<float>(0.3 * random.normal());
  if (name.ends_with("norm.weight")) return static_cast<float>(1.0 + 0.1 * random.normal());
  if (shape.size() == 1) return static_cast<float>(0.1 * random.normal());
  return static_cast<float>(random.normal() / std::sqrt(static_cast<double>(shape.back())));
}

inline std::vector<Tensor> tiny_weights(const ModelConfig& config, uint64_t seed) {
  Random random(seed);
  std::vector<Tensor> weights;
  for (const WeightShape& weight : weight_shapes(config)) {
    size_t count = 1;
    for (const int64_t side : weight.shape) count *= static_cast<size_t>(side);
    std::vector<float> values(count);
    for (float& value : values) value = tiny_weight(random, weight.name, weight.shape);
    Tensor tensor{weight.name, DataType::f32, weight.shape, std::string(count * sizeof(float), '\0')};
    std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
    weights.push_back(std::move(tensor));
  }
  return weights;
}

inline ModelConfig tiny_translator() {
  ModelConfig config;
  config.dim = 16;
  config.ffn_dim = 24;
  config.heads = 2;
  config.key_heads = 2;
  config.encoder_layers = 2;
  config.decoder_layers = 2;
  config.max_length = 64;
  return config;
}

inline ModelConfig tiny_classifier() {
  ModelConfig config = tiny_translator();
  config.architecture = Architecture::transformer_encoder;
  config.decoder_layers = 0;
  config.target_tokenizer = "";
  config.classification_heads = {
      {.name = "intent", .labels = {"transfer", "card_lost", "fee"}, .temperature = 1.5},
      {.name = "topics", .labels = {"cards", "money"}, .multi_label = true}};
  return config;
}

// With a head of every kind.
inline ModelConfig tiny_heads() {
  ModelConfig config = tiny_classifier();
  config.ngrams.buckets = 40;
  config.matching = {.name = "match", .width = 6, .temperature = 1.25};
  config.tagging = {.name = "entities", .entities = {"account", "金额"}};
  return config;
}

// Completes `config` with the tiny tokenizer's size and random weights.
inline ModelContents tiny_contents(ModelConfig config, uint64_t seed = 1) {
  static const Tokenizer tokenizer = tiny_tokenizer();
  config.source_vocabulary = tokenizer.size();
  const bool decodes = config.decodes();
  config.target_vocabulary = decodes ? tokenizer.size() : 0;
  ModelContents contents;
  contents.config = config;
  contents.weights = tiny_weights(config, seed);
  contents.tokenizers[config.source_tokenizer] = tokenizer.bytes();
  if (decodes) contents.tokenizers[config.target_tokenizer] = tokenizer.bytes();
  contents.metrics = {{"valid", {{"loss", 1.25}}}};
  contents.card = "# A tiny model\n\nRandom weights, for tests.\n";
  return contents;
}

}  // namespace heed::test
