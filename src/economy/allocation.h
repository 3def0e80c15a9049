#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "economy/coupling.h"
#include "economy/person_choice.h"
#include "economy/problem.h"

namespace heed::economy {

// What each person gets, the prices that say why, and how far from the best it can be.
struct Allocation {
  std::vector<float> amounts;  // [pairs], 0 to 1; 0 or 1 where whole choices were asked for

  // What one more unit is worth. Of a limit: above 0 where more would bring value, below 0 where it is a
  // floor that costs value, 0 where it does not bind.
  std::vector<double> limit_prices;    // [limits]
  std::vector<double> limit_use;       // [limits]
  std::vector<Budgets> people_prices;  // [people]

  double value = 0;
  double bound = 0;          // no choice is worth more (weak duality at these prices, or CLP's optimum)
  double infeasibility = 0;  // greatest excess or shortage of a budget or limit, of max(1, the limit)
  double slackness = 0;      // sum of price x what is left of it, of the value: 0 at an optimum
  int passes = 0;            // over all people; sampled ones count by their share
  double seconds = 0;

  // (bound - value) / |bound|, at least 0.
  double gap() const;
};

// The figures of `allocation` (value, limit_use, infeasibility, slackness) from its amounts and prices.
void measure(const Problem& problem, const Coupling& coupling, Allocation& allocation);
// The same where the use of its amounts is known.
void measure(const Problem& problem, const Coupling& coupling, const UseTotals& use, Allocation& allocation);

// Use by item and group of these amounts.
UseTotals use_of(const Problem& problem, const Coupling& coupling, const std::vector<float>& amounts);

}  // namespace heed::economy
