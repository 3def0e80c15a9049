#pragma once

#include "economy/allocation.h"
#include "economy/linear_program.h"
#include "economy/problem.h"

namespace heed::economy {

struct ExactOptions {
  double seconds = 600;  // the longest CLP may take
};

// The linear program as it stands, through CLP: the optimum, for up to some 10^5 pairs. The answer's bound is
// its value. Throws invalid_argument where floors cannot be met (naming those that conflict),
// deadline_exceeded where CLP takes longer.
Allocation solve_exactly(const Problem& problem, const ExactOptions& options = {});

// The rows of that program: the limits, then for each person the budgets that are there and finite.
LinearProgram linear_program_of(const Problem& problem);

}  // namespace heed::economy
