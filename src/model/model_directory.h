#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "model/config.h"
#include "model/safetensors.h"

namespace heed {

// A model as it lies on the disk (docs/formats.md, "Model directory"), opened and checked; weights stay in
// their mapping.
struct ModelDirectory {
  std::filesystem::path path;  // of the version: NAME/3
  std::string name;            // NAME
  int64_t version = 0;         // 0 where the folder is not named by a number
  ModelConfig config;          // labels and temperatures of the heads filled in
  SafetensorsFile weights;
  Json metrics;  // metrics.json, or null

  std::string tokenizer(const std::string& file) const;  // bytes of tokenizers/<file>
};

// Opens NAME (follows `current`) or NAME/3 itself. Checks everything that can be checked without computing:
// formats, sizes, that the weights are exactly those of weight_shapes(config), label counts, finite
// temperatures, that every file is there. Throws not_found or corrupt_data: which file, what was expected,
// what was found, and the cure.
ModelDirectory open_model(const std::filesystem::path& path);

// The numbers of the versions that lie under NAME, ascending.
std::vector<int64_t> model_versions(const std::filesystem::path& name);

// What a new version of a model is made of.
struct ModelContents {
  ModelConfig config;
  std::vector<Tensor> weights;
  std::map<std::string, std::string> tokenizers;  // file name -> bytes
  Json metrics;
  std::string card;                        // card.md
  std::map<std::string, std::string> run;  // file name -> bytes
  std::map<std::string, std::string> assets;
};

// Writes the next version of `name` to the side, flushes it, renames it into place and then swaps `current`.
// Returns the version's path. A failure leaves `name` as it was. Throws invalid_argument where open_model
// would refuse the result.
std::filesystem::path write_model(const std::filesystem::path& name, const ModelContents& contents);

}  // namespace heed
