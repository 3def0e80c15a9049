#include "economy/uplift.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"
#include "metrics/linear_system.h"

namespace heed::economy {
namespace {

std::span<const double> row_of(std::span<const double> features, size_t row, int64_t width) {
  return features.subspan(row * static_cast<size_t>(width), static_cast<size_t>(width));
}

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorCode::invalid_argument, "uplift: " + message);
}

void check(const Trial& trial) {
  const size_t people = trial.outcomes.size();
  if (trial.width < 1 || trial.features.size() != people * static_cast<size_t>(trial.width) ||
      trial.treated.size() != people || trial.propensities.size() != people) {
    refuse(fmt::format(
        "expected features, treatments, outcomes and propensities of as many people, found {} / {}, {}, {} "
        "and {}",
        trial.features.size(), trial.width, trial.treated.size(), people, trial.propensities.size()));
  }
  for (const double value : trial.features) {
    if (!std::isfinite(value)) refuse("expected finite features, found another");
  }
  size_t treated = 0;
  for (size_t i = 0; i < people; ++i) {
    if (!std::isfinite(trial.outcomes[i]))
      refuse(fmt::format("outcomes[{}]: expected a finite number, found another", i));
    if (!(trial.propensities[i] > 0 && trial.propensities[i] < 1))
      refuse(fmt::format("propensities[{}]: expected a number inside (0, 1), found {}", i,
                         trial.propensities[i]));
    if (trial.treated[i] > 1)
      refuse(fmt::format("treated[{}]: expected 0 or 1, found {}", i, trial.treated[i]));
    treated += trial.treated[i];
  }
  if (treated < 2 || people - treated < 2)
    refuse(fmt::format("expected at least two people treated and two not, found {} and {}", treated,
                       people - treated));
}

struct Arms {
  LinearModel treated, control;
};

template <class Keep>
Arms fit_arms(const Trial& trial, double ridge, const Keep& keep) {
  std::vector<double> features[2], outcomes[2];
  for (size_t i = 0; i < trial.outcomes.size(); ++i) {
    if (!keep(i)) continue;
    const auto row = row_of(trial.features, i, trial.width);
    features[trial.treated[i]].insert(features[trial.treated[i]].end(), row.begin(), row.end());
    outcomes[trial.treated[i]].push_back(trial.outcomes[i]);
  }
  if (outcomes[0].empty() || outcomes[1].empty())
    refuse("expected people of both arms in every fold, found none of one; use fewer folds");
  return {fit_ridge(features[1], outcomes[1], trial.width, ridge),
          fit_ridge(features[0], outcomes[0], trial.width, ridge)};
}

std::vector<double> pseudo_outcomes(const Trial& trial, const UpliftOptions& options) {
  const size_t people = trial.outcomes.size();
  const auto folds = static_cast<size_t>(std::clamp<int64_t>(options.folds, 2, static_cast<int64_t>(people)));
  std::vector<size_t> fold(people);
  for (size_t i = 0; i < people; ++i) fold[i] = i % folds;
  Random random(options.seed);
  random.shuffle(fold);
  std::vector<double> pseudo(people);
  for (size_t f = 0; f < folds; ++f) {
    const Arms arms = fit_arms(trial, options.ridge, [&](size_t i) { return fold[i] != f; });
    for (size_t i = 0; i < people; ++i) {
      if (fold[i] != f) continue;
      const auto row = row_of(trial.features, i, trial.width);
      const double m1 = arms.treated.predict(row), m0 = arms.control.predict(row), e = trial.propensities[i];
      pseudo[i] =
          m1 - m0 +
          (trial.treated[i] == 1 ? (trial.outcomes[i] - m1) / e : -(trial.outcomes[i] - m0) / (1 - e));
    }
  }
  return pseudo;
}

}  // namespace

double LinearModel::predict(std::span<const double> features) const {
  return std::inner_product(features.begin(), features.end(), weights.begin(), bias);
}

LinearModel fit_ridge(std::span<const double> features, std::span<const double> targets, int64_t width,
                      double ridge) {
  const auto n = static_cast<size_t>(width);
  const auto rows = static_cast<double>(targets.size());
  std::vector<double> mean(n, 0.0);
  double target_mean = 0.0;
  for (size_t r = 0; r < targets.size(); ++r) {
    for (size_t c = 0; c < n; ++c) mean[c] += features[r * n + c] / rows;
    target_mean += targets[r] / rows;
  }
  std::vector<double> square(n * n, 0.0), cross(n, 0.0);
  for (size_t r = 0; r < targets.size(); ++r) {
    for (size_t i = 0; i < n; ++i) {
      const double x = features[r * n + i] - mean[i];
      cross[i] += x * (targets[r] - target_mean);
      for (size_t j = 0; j < n; ++j) square[i * n + j] += x * (features[r * n + j] - mean[j]);
    }
  }
  for (size_t i = 0; i < n; ++i) square[i * n + i] += std::max(ridge, 1e-9);
  LinearModel model{.weights = metrics::solve_positive_definite(std::move(square), std::move(cross)),
                    .bias = target_mean};
  for (size_t i = 0; i < n; ++i) model.bias -= model.weights[i] * mean[i];
  return model;
}

LinearModel two_model_uplift(const Trial& trial, const UpliftOptions& options) {
  check(trial);
  Arms arms = fit_arms(trial, options.ridge, [](size_t) { return true; });
  for (size_t i = 0; i < arms.treated.weights.size(); ++i) arms.treated.weights[i] -= arms.control.weights[i];
  arms.treated.bias -= arms.control.bias;
  return arms.treated;
}

LinearModel doubly_robust_uplift(const Trial& trial, const UpliftOptions& options) {
  check(trial);
  return fit_ridge(trial.features, pseudo_outcomes(trial, options), trial.width, options.ridge);
}

MeanEffect mean_effect(const Trial& trial, const UpliftOptions& options) {
  check(trial);
  const std::vector<double> pseudo = pseudo_outcomes(trial, options);
  const auto n = static_cast<double>(pseudo.size());
  const double mean = std::accumulate(pseudo.begin(), pseudo.end(), 0.0) / n;
  double squares = 0.0;
  for (const double one : pseudo) squares += (one - mean) * (one - mean);
  return {mean, std::sqrt(squares / (n - 1) / n)};
}

double qini(const Trial& trial, std::span<const double> scores) {
  check(trial);
  if (scores.size() != trial.outcomes.size())
    refuse(fmt::format("expected a score a person ({}), found {}", trial.outcomes.size(), scores.size()));
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  const auto n = static_cast<double>(order.size());
  const auto gain_of = [&](size_t i) {
    return trial.treated[i] == 1 ? trial.outcomes[i] / trial.propensities[i]
                                 : -trial.outcomes[i] / (1 - trial.propensities[i]);
  };
  double gain = 0.0, area = 0.0;
  for (const size_t i : order) {
    area += (gain + gain_of(i) / 2) / n / n;
    gain += gain_of(i);
  }
  return area - gain / n / 2;
}

}  // namespace heed::economy
