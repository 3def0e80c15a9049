#pragma once

#include <optional>

#include "train/examples.h"
#include "train/progress.h"
#include "train/pruned_network.h"

namespace heed::train {

// How much of a transformer is to stay. Not set: all of it.
struct SmallerShape {
  std::optional<int64_t> encoder_layers = {}, decoder_layers = {};
  std::optional<int64_t> heads = {};       // of every attention block
  std::optional<int64_t> ffn_dim = {};     // inner units of every feed-forward block
  std::optional<int64_t> vocabulary = {};  // pieces, of the source and of the target by themselves
};

// Throws invalid_argument where it asks for nothing, for none of something, for more than `config` has, or
// for what a model of its kind has not; unsupported for a recurrent model.
void check_shape(const SmallerShape& wanted, const ModelConfig& config);

// Which parts stay. Layers: again and again the one goes without which the loss on validation is least. Heads
// and units: the most important ones (train/importance.h) over at most 1000 training rows, evenly spread; the
// first of equals. Pieces: the most frequent ones of the training rows (text/fewer_pieces.h).
KeptParts choose_parts(const Network& network, const Corpus& corpus, const SmallerShape& wanted,
                       int64_t batch_tokens, ProgressBar& progress);

}  // namespace heed::train
