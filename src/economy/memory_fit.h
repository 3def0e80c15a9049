#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "economy/memory_model.h"
#include "economy/review_log.h"

namespace heed::economy {

struct FitOptions {
  int epochs = 60;
  int64_t batch = 512;  // predicted reviews a step
  double step = 0.01;   // of a parameter's spread among people
  double prior = 1;     // how much the default parameters weigh, of one person's evidence
  uint64_t seed = 1;
  // Weight of the oldest prediction, the newest's being 1; it rises with the cube of the place, as fsrs-rs'
  // does: people change.
  double oldest = 0.25;
};

// How well recall is predicted, over the reviews that are at least a day after the one before; those within a
// day say little of memory.
struct RecallFigures {
  int64_t reviews = 0;
  double log_loss = 0;   // mean of -ln of the probability given to what happened
  double recalled = 0;   // share
  double predicted = 0;  // mean of the predictions
};

// Of reviews [from, to) in order of time; memory follows every review before, too. 0 reviews: figures of 0.
RecallFigures recall_figures(const MemoryModel& model, const ReviewLog& log, size_t from, size_t to);

// log loss of one constant, the share recalled in [0, from), over [from, to).
double average_log_loss(const ReviewLog& log, size_t from, size_t to);

// The parameters that make reviews [0, to) most likely, with a normal prior around the default: Adam over
// batches of cards, newer reviews weighing more, derivatives carried along each history, within the bounds.
// Keeps the best epoch. The spread of each parameter among people is fsrs-rs'. Throws invalid_argument where
// no review is a day after another.
MemoryModel fit_memory(const ReviewLog& log, size_t to, const FitOptions& options = {});

// Sum of -ln likelihood over a card's history, times `weights` (a review; empty: 1), its derivatives added to
// `by`.
double history_loss(const MemoryModel& model, std::span<const Review> history,
                    std::span<const double> weights, MemoryParameters& by);

}  // namespace heed::economy
