#pragma once

#include <memory>
#include <string>
#include <vector>

#include "apps/recommend/engine.h"
#include "infer/sequence_ranker.h"
#include "infer/tiny_model.h"

// A small random model of sequences over items i0 ... , with words.
namespace heed::test {

inline ModelConfig tiny_sequence_config(int items) {
  ModelConfig config;
  config.architecture = Architecture::transformer_encoder;
  config.dim = 16;
  config.ffn_dim = 24;
  config.heads = config.key_heads = 2;
  config.encoder_layers = 1;
  config.decoder_layers = 0;
  config.max_length = 8;
  config.source_tokenizer = "text.model";
  config.target_tokenizer = "";
  config.ngrams.buckets = 256;
  config.ngrams.linear = false;
  config.sequence = SequenceConfig{.name = "next", .items = {}, .kinds = {"view", "buy"}, .gaps = 12};
  for (int i = 0; i < items; ++i) config.sequence->items.push_back("i" + std::to_string(i));
  config.source_vocabulary = items;
  return config;
}

// The writer's own folder must outlive what is read from it.
struct TinySequenceModel {
  explicit TinySequenceModel(int items, uint64_t seed = 7) {
    const ModelConfig config = tiny_sequence_config(items);
    ModelContents contents;
    contents.config = config;
    contents.weights = tiny_weights(config, seed);
    for (Tensor& weight : contents.weights) {  // every n-gram counts
      if (weight.name != "ngrams.weight") continue;
      const std::vector<float> ones(256, 1.0F);
      std::memcpy(weight.bytes.data(), ones.data(), weight.bytes.size());
    }
    contents.tokenizers["text.model"] = tiny_tokenizer().bytes();
    path = write_model(folder / "model", contents);
    ranker = std::make_unique<infer::SequenceRanker>(open_model(path));
  }

  ScratchFolder folder;
  std::filesystem::path path;
  std::unique_ptr<infer::SequenceRanker> ranker;
};

// Items i0 ... with a title each, tags in turn, the first `items` of them trained on.
inline void put_items(apps::recommend::Engine& engine, int items) {
  const auto& titles = tiny_corpus();
  for (int i = 0; i < items; ++i)
    engine.put({.id = "i" + std::to_string(i),
                .title = titles[static_cast<size_t>(i) % titles.size()],
                .tags = {i % 3 == 0 ? "a" : "b"}});
}

inline std::vector<std::string> ids_of(const apps::recommend::Recommendation& recommendation) {
  std::vector<std::string> ids;
  for (const auto& item : recommendation.items) ids.push_back(item.id);
  return ids;
}

}  // namespace heed::test
