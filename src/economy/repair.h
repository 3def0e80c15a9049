#pragma once

#include <vector>

#include "economy/coupling.h"
#include "economy/problem.h"

namespace heed::economy {

// Amounts made to hold every limit: floors that lack something are lifted (a little of every pair that still
// has room, other pairs of the same people giving way), limits that are exceeded scale their pairs down.
// People's budgets hold before and after. Small errors in, small losses out. Floors that cannot be lifted
// this way stay short: measure() tells. `use` is that of the amounts, before and after.
void hold_limits(const Problem& problem, const Coupling& coupling, UseTotals& use,
                 std::vector<float>& amounts);

struct FillOptions {
  bool whole = false;      // 1 or nothing
  bool any_value = false;  // pairs too that are worth less than their charges: nobody else takes what is left
};

// Fills what budgets and limits have left, the pairs with the greatest value after `charges` a minute first.
// `use` is that of the amounts as they come.
void fill_up(const Problem& problem, const Coupling& coupling, const Charges& charges, const UseTotals& use,
             const FillOptions& options, std::vector<float>& amounts);

// The n-th time of a pair comes before the next: amounts of one person and item fall.
void order_repetitions(const Problem& problem, std::vector<float>& amounts);

}  // namespace heed::economy
