#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "search/hit.h"

namespace heed::search {

// How several lists of hits for one question (full text, vectors) become one. With w_l the weight of list l:
//   reciprocal_rank  sum_l w_l / (rank_constant + rank), ranks from 1; a list that lacks it adds nothing
//                    (Cormack et al. 2009)
//   min_max          sum_l w_l (s - min_l) / (max_l - min_l); a list that lacks it adds 0, and where all its
//                    scores are equal each counts as 1
//   z_score          sum_l w_l (s - mean_l) / deviation_l; a list that lacks it adds its lowest, and where
//                    all its scores are equal each counts as 0
enum class Fusion { reciprocal_rank, min_max, z_score };

Fusion parse_fusion(std::string_view name);

struct FuseOptions {
  Fusion fusion = Fusion::reciprocal_rank;
  double rank_constant = 60;
  std::vector<double> weights = {};  // one a list, not negative; empty: 1 each
  int64_t limit = 10;
};

// At most `limit` hits of the lists' union. Each list runs from best to worst and names an id once; empty
// lists are left out. Throws invalid_argument where the options do not fit the lists.
Hits fuse(std::span<const Hits> lists, const FuseOptions& options = {});

}  // namespace heed::search
