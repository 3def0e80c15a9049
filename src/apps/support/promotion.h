#pragma once

#include <span>
#include <string>
#include <vector>

namespace heed::apps::support {

// Rows on which two models were asked, and what each got right (1) or wrong (0).
struct ComparedRows {
  std::string name;
  std::vector<double> live, candidate;
};

struct Promotion {
  bool promote = false;
  std::string why;    // a sentence
  std::string table;  // rows, both shares, the difference and its paired 95 % interval, a line a set
};

// A candidate takes the live model's place only where on no set of rows it is worse by more than `margin` (a
// share of rows). Sets without rows say nothing; where all are so, nothing is promoted.
Promotion judge_candidate(std::span<const ComparedRows> sets, double margin);

}  // namespace heed::apps::support
