#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/network.h"

namespace heed::train {

// What stays of a transformer, numbers ascending. An empty list, or a scope that is not named: all of it.
struct KeptParts {
  std::vector<int64_t> encoder_layers = {}, decoder_layers = {};
  std::map<std::string, std::vector<int64_t>> heads =
      {};  // of an attention block, by its scope in the old network
  std::map<std::string, std::vector<int64_t>> units = {};  // of a feed-forward block
  // Rows of the source's table, and of the target's and the output's, which are then tables of their own.
  std::vector<int64_t> source_pieces = {}, target_pieces = {};
};

// The network that is left: every block keeps as many heads and units as every other. The caller names
// tokenizers of `source_pieces` and `target_pieces` in the configuration.
Network pruned_network(const Network& network, const KeptParts& kept);

}  // namespace heed::train
