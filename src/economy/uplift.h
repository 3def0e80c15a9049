#pragma once

#include <cstdint>
#include <span>
#include <vector>

// What attention is won, beyond that which would have been given anyway.
namespace heed::economy {

// People of an experiment: features [N, F]; whether each was treated (shown, notified); what came of it; the
// probability with which they were treated, in (0, 1).
struct Trial {
  std::span<const double> features;
  std::span<const uint8_t> treated;
  std::span<const double> outcomes;
  std::span<const double> propensities;
  int64_t width = 0;  // F
};

// bias + weights * features.
struct LinearModel {
  std::vector<double> weights;
  double bias = 0.0;
  double predict(std::span<const double> features) const;
};

// Least squares with a penalty of ridge / 2 times the squares of the weights, rows weighted.
LinearModel fit_ridge(std::span<const double> features, std::span<const double> targets, int64_t width,
                      double ridge = 1.0);

struct UpliftOptions {
  double ridge = 1.0;
  int64_t folds = 5;  // the doubly robust learner's nuisance models never see the rows they answer for
  uint64_t seed = 1;
};

// Two models, one of the treated and one of the others; the uplift is their difference. Throws
// invalid_argument where an arm has fewer than two people, lengths differ, propensities are not inside (0,
// 1), values are not finite.
LinearModel two_model_uplift(const Trial& trial, const UpliftOptions& options = {});

// The doubly robust learner (arXiv:2004.14497, algorithm 1): a model of
//   m1 - m0 + t (y - m1) / e - (1 - t) (y - m0) / (1 - e),
// m1 and m0 fitted on other folds. Right on average where either the propensities or the models are.
LinearModel doubly_robust_uplift(const Trial& trial, const UpliftOptions& options = {});

// The mean effect by the same pseudo-outcomes, with its standard error.
struct MeanEffect {
  double value = 0.0, error = 0.0;
};
MeanEffect mean_effect(const Trial& trial, const UpliftOptions& options = {});

// Area between the Qini curve of people treated by falling score and that of a random order, of the whole
// population's outcome (Radcliffe 2007), inverse propensities as weights; 0: no better than chance.
double qini(const Trial& trial, std::span<const double> scores);

}  // namespace heed::economy
