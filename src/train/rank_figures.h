#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "train/network.h"

namespace heed::train {

// Of each held-out next item of a split of sequences: its place, from 1, among all items that the history has
// not. One that is no training item stands behind them all.
std::vector<int64_t> next_item_ranks(const Network& network, const Split& split, int64_t batch_tokens);

// "hit_rate" and "ndcg" at 10, and "mrr".
std::map<std::string, double> rank_figures(const Network& network, const Split& split, int64_t batch_tokens);

}  // namespace heed::train
