#pragma once

#include <map>
#include <string>
#include <vector>

#include "train/network.h"

namespace heed::train {

// How much the loss hangs on each part of a transformer.
struct Importance {
  // Scope of an attention block ("encoder.layers.0.self_attention") -> a number a head.
  std::map<std::string, std::vector<double>> heads;
  // Scope of a feed-forward block -> a number an inner unit.
  std::map<std::string, std::vector<double>> units;
};

// The sum over `texts` (numbers of examples of the split) of |dL/dm|, where L is the mean loss of a text and
// m = 1 a factor on all that a head or unit gives (arXiv:1905.10650 eq. 2; arXiv:1906.10771 eq. 8, gates).
// What a head or unit gives enters the block's last product (`output`, `down`) by columns of its own, so that
// dL/dm is the sum over these columns of weight times gradient. Without dropout; the same numbers whatever
// the machine's cores.
Importance measure_importance(const Network& network, const Split& split, const std::vector<int64_t>& texts);

}  // namespace heed::train
