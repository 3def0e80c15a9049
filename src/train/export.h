#pragma once

#include <map>
#include <string>

#include "model/model_directory.h"
#include "train/examples.h"
#include "train/network.h"

namespace heed::train {

// A model directory's contents of a trained network: configuration, weights and tokenizers. The caller adds
// metrics, card and run files.
ModelContents model_contents(const Network& network, const ModelConfig& config, const Corpus& corpus);

}  // namespace heed::train
