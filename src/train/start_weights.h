#pragma once

#include "model/model_directory.h"
#include "train/parameters.h"

namespace heed::train {

// Begins from an existing model (train.start_from): its embeddings and layers, and those of its heads that
// `config` has with the same labels; other heads, and n-grams that the model has not, stay as they are.
// Throws invalid_argument, naming the first weight that differs in shape or is missing, or else the first
// field of the configuration that gives its numbers another meaning.
void take_weights(const ModelDirectory& model, const ModelConfig& config, const Parameters& parameters);

// The model's tokenizers by file name, so that ids mean the same.
std::map<std::string, std::string> tokenizers_of(const ModelDirectory& model);

}  // namespace heed::train
