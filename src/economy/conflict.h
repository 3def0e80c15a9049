#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "economy/allocation.h"
#include "economy/problem.h"

namespace heed::economy {

// Why floors cannot all be met: a certificate in the terms of the problem.
struct Conflict {
  std::vector<uint32_t> floors = {};                   // limits whose floors take part
  std::vector<uint32_t> limits = {};                   // limits whose upper sides stand against them
  uint64_t minutes = 0, slots = 0, notifications = 0;  // people whose budgets do
  double shortage = 0;                                 // the least that floors lack together
};

// The least total shortage of the floors, through CLP, and the constraints whose prices are not zero there
// (Farkas' lemma: these alone cannot hold together). shortage 0: no conflict.
Conflict find_conflict(const Problem& problem);

std::string describe(const Problem& problem, const Conflict& conflict);

// Throws invalid_argument: which floors conflict with what. Above 3 x 10^5 pairs CLP is not asked: the floors
// that `nearest` leaves short are named. Throws internal where there is no conflict after all.
[[noreturn]] void throw_conflict(const Problem& problem, const Allocation& nearest);

}  // namespace heed::economy
