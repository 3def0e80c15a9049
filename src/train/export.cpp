#include "train/export.h"

namespace heed::train {

ModelContents model_contents(const Network& network, const ModelConfig& config, const Corpus& corpus) {
  ModelContents contents;
  contents.config = config;
  for (const auto& [name, tensor] : network.parameters().all()) {
    contents.weights.push_back(to_file_tensor(name, tensor));
  }
  contents.tokenizers = tokenizer_files(corpus);
  return contents;
}

}  // namespace heed::train
