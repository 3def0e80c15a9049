#pragma once

#include <cstdint>
#include <span>
#include <vector>

// How often a place is looked at, apart from what stands there.
namespace heed::economy {

// What became of an item at a position, so many times over.
struct Impressions {
  int64_t item = 0, position = 0;  // from 0
  double shown = 0.0;
  double attended = 0.0;  // of them: clicked, opened, listened to
};

struct ExaminationOptions {
  int64_t iterations = 200;
  double tolerance = 1e-9;  // of the mean log likelihood, below which it stops
  double prior =
      1.0;  // impressions that each position and item is taken to have had beside those seen, half attended
};

struct Examination {
  std::vector<double> examination;  // a position; the greatest is 1
  std::vector<double> attraction;   // an item: the chance that it is attended to where it is looked at
  double log_likelihood = 0.0;      // mean, an impression
  int64_t iterations = 0;
};

// The position-based model, P(attended) = examination[position] * attraction[item], by expectation
// maximisation (Wang et al. 2018, "Position bias estimation for unbiased learning to rank in personal
// search", sec. 4.2, with items in place of features). Throws invalid_argument on counts that are negative,
// not finite or more than were shown, numbers out of range, and where positions share no item, for then their
// examinations cannot be told apart (naming one).
Examination fit_examination(std::span<const Impressions> impressions, int64_t items, int64_t positions,
                            const ExaminationOptions& options = {});

}  // namespace heed::economy
