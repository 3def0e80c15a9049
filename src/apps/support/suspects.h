#pragma once

#include <vector>

#include "apps/support/cross_validation.h"

namespace heed::apps::support {

// An example whose intent is likely wrong.
struct Suspect {
  size_t example = 0;
  int32_t predicted = 0;  // number of the intent that it looks like
  double given_probability = 0, predicted_probability = 0;
};

// Confident learning (arXiv:1911.00068 sec. 3.1): an intent's threshold is the mean probability that it has
// on its own examples, t_j = mean over y_i = j of p_i(j). An example is suspected where another intent
// reaches its own threshold and is the likeliest of all, and what was given does not reach its. Surest first:
// by p(predicted) - p(given).
std::vector<Suspect> find_suspects(const CrossValidation& validation);

}  // namespace heed::apps::support
