#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "economy/coupling.h"
#include "economy/problem.h"

namespace heed::economy {

struct WholeSearchOptions {
  int64_t groups = 5000;                   // of people that choose again in another order
  uint64_t most_exchange_pairs = 200'000;  // of a problem whose people exchange what is scarce
  uint64_t most_pairs = 400;               // of a problem that is searched as a whole
  int64_t nodes = 200'000;                 // of that search
};

// Whole choices made better, every budget and limit held as before:
//   each person chooses anew from what the others leave (exactly, depth first), at `prices` first, then by
//   value, until nobody gains;
//   what a full limit holds passes from one person to another where both together gain;
//   small groups who want the same items give all back and choose in another order;
//   a small problem is searched person by person, cut where the Lagrangian bound at `prices` is not above the
//   best so far: the best there is, where nodes suffice.
// `amounts` are of 0 and 1. A floor that is short is not made shorter. Answers depend on nothing but the
// input.
void improve_whole(const Problem& problem, const Coupling& coupling, std::span<const double> prices,
                   std::vector<float>& amounts, const WholeSearchOptions& options = {});

}  // namespace heed::economy
