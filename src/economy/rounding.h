#pragma once

#include <vector>

#include "economy/coupling.h"
#include "economy/problem.h"

namespace heed::economy {

// Amounts of 0 and 1 that hold every budget and limit: whole ones stay, parts are rounded up where they fit,
// floors first (a person's choices outside of floors give way), and what is left over is filled. A floor may
// stay short by less than one where no whole choice reaches it: measure() tells.
void round_to_whole(const Problem& problem, const Coupling& coupling, const Charges& charges,
                    std::vector<float>& amounts);

}  // namespace heed::economy
