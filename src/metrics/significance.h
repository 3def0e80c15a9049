#pragma once

#include <span>
#include <vector>

#include "metrics/bleu.h"
#include "metrics/chrf.h"
#include "metrics/intervals.h"

namespace heed::metrics {

// Is one system better than another on the same rows, or was it luck? Rows are drawn with replacement, the
// same for both systems, and both are scored on each draw (Koehn 2004, "Statistical significance tests for
// machine translation evaluation").
struct PairedComparison {
  double baseline = 0;
  double system = 0;
  Interval baseline_interval;
  Interval system_interval;
  Interval difference_interval;  // of system - baseline
  double win_rate =
      0;  // share of draws in which the system is strictly better: Koehn's confidence that it is
  // Two-sided: how often a difference at least as large as the one seen arises when the draws are centred on
  // no difference (Riezler and Maxwell 2005), (count + 1) / (draws + 1). Equal systems give 1.
  double p_value = 1;
};

PairedComparison paired_bootstrap(size_t rows, const FigureOfRows& baseline, const FigureOfRows& system,
                                  const BootstrapOptions& options = {});

// Corpus scores of some lines, from per-line statistics, which must outlive the function returned.
FigureOfRows bleu_of_rows(std::span<const BleuStatistics> lines, const BleuOptions& options = {});
FigureOfRows chrf_of_rows(std::span<const ChrfStatistics> lines, const ChrfOptions& options = {});
// The mean of a figure that each row has by itself: 0 or 1 for accuracy.
FigureOfRows mean_of_rows(std::span<const double> values);

}  // namespace heed::metrics
