#include "model/verify.h"

#include <cmath>
#include <vector>

#include "base/error.h"
#include "model/weight_values.h"

namespace heed {
namespace {

// Returns how many numbers the weight has.
int64_t require_finite(const ModelDirectory& directory, const std::string& name) {
  const std::vector<float> values = weight_values(directory.weights, name);
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    throw Error(ErrorCode::corrupt_data, directory.weights.path().string() + ": weight '" + name +
                                             "': expected finite numbers, found " +
                                             std::to_string(values[i]) + " at element " + std::to_string(i) +
                                             "; train or copy the model again");
  }
  return static_cast<int64_t>(values.size());
}

}  // namespace

Tokenizer open_tokenizer(const ModelDirectory& directory, const std::string& file, int64_t vocabulary) {
  const std::string where = (directory.path / "tokenizers" / file).string();
  Tokenizer tokenizer = Tokenizer::from_bytes(directory.tokenizer(file), where);
  if (tokenizer.size() != vocabulary) {
    throw Error(ErrorCode::corrupt_data, where + ": expected " + std::to_string(vocabulary) +
                                             " pieces as config.json says, found " +
                                             std::to_string(tokenizer.size()) +
                                             "; put the tokenizer back that the model was trained with");
  }
  return tokenizer;
}

VerifiedModel verify_model(const ModelDirectory& directory) {
  const ModelConfig& config = directory.config;
  if (config.sequence && config.reads_text()) {
    const std::string& file = config.source_tokenizer;  // of the items' texts: its size is its own
    Tokenizer::from_bytes(directory.tokenizer(file), (directory.path / "tokenizers" / file).string());
  } else if (!config.sequence) {
    open_tokenizer(directory, config.source_tokenizer, config.source_vocabulary);
  }
  if (!config.target_tokenizer.empty()) {
    open_tokenizer(directory, config.target_tokenizer, config.target_vocabulary);
  }
  VerifiedModel verified;
  for (const WeightShape& weight : weight_shapes(config)) {
    verified.parameters += require_finite(directory, weight.name);
    ++verified.weights;
  }
  verified.bytes = folder_bytes(directory.path);
  return verified;
}

int64_t count_parameters(const ModelDirectory& model) {
  int64_t count = 0;
  for (const WeightShape& weight : weight_shapes(model.config)) {
    count += model.weights.at(weight.name).elements();
  }
  return count;
}

uint64_t folder_bytes(const std::filesystem::path& folder) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

}  // namespace heed
