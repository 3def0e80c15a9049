#include "metrics/logistic.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "metrics/checks.h"
#include "metrics/linear_system.h"

namespace heed::metrics {
namespace {

constexpr int kMaxSteps = 100;
constexpr double kSmallStep = 1e-10;

double sigmoid(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }

// log(1 + e^x), in the form that does not overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

// Rows [N, F + 1] with mean 0 and deviation 1, a last 1 that the bias multiplies.
struct Problem {
  std::vector<double> rows;
  std::vector<double> row_weights;
  std::span<const uint8_t> labels;
  size_t width;
  double ridge;

  double at(const std::vector<double>& w, size_t row) const {
    return std::inner_product(w.begin(), w.end(), rows.begin() + static_cast<std::ptrdiff_t>(row * width),
                              0.0);
  }
  double loss(const std::vector<double>& w) const;
  // The direction that Newton's method goes in from w, minus it.
  std::vector<double> step(const std::vector<double>& w) const;
};

double Problem::loss(const std::vector<double>& w) const {
  double sum = 0;
  for (size_t i = 0; i + 1 < width; ++i) sum += ridge / 2 * w[i] * w[i];
  for (size_t r = 0; r < labels.size(); ++r) {
    const double x = at(w, r);
    sum += row_weights[r] * softplus(labels[r] == 1 ? -x : x);
  }
  return sum;
}

std::vector<double> Problem::step(const std::vector<double>& w) const {
  std::vector<double> gradient(width, 0.0), curvature(width * width, 0.0);
  for (size_t r = 0; r < labels.size(); ++r) {
    const double p = sigmoid(at(w, r));
    const double slope = row_weights[r] * (p - labels[r]), bend = row_weights[r] * p * (1 - p);
    const double* const x = rows.data() + r * width;
    for (size_t i = 0; i < width; ++i) {
      gradient[i] += slope * x[i];
      for (size_t j = 0; j <= i; ++j) curvature[i * width + j] += bend * x[i] * x[j];
    }
  }
  for (size_t i = 0; i < width; ++i) {
    const bool bias = i + 1 == width;
    if (!bias) gradient[i] += ridge * w[i];
    curvature[i * width + i] += bias ? 1e-9 : ridge;
  }
  return solve_positive_definite(std::move(curvature), std::move(gradient));
}

// Newton's method, each step halved until it does not raise the loss.
std::vector<double> minimise(const Problem& problem) {
  std::vector<double> w(problem.width, 0.0);
  double loss = problem.loss(w);
  for (int i = 0; i < kMaxSteps; ++i) {
    std::vector<double> step = problem.step(w);
    const double size = std::sqrt(std::inner_product(step.begin(), step.end(), step.begin(), 0.0));
    if (size < kSmallStep) break;
    bool better = false;
    for (double factor = 1; factor > kSmallStep && !better; factor /= 2) {
      std::vector<double> next = w;
      for (size_t k = 0; k < w.size(); ++k) next[k] -= factor * step[k];
      const double next_loss = problem.loss(next);
      better = next_loss < loss;
      if (better) {
        w = std::move(next);
        loss = next_loss;
      }
    }
    if (!better) break;
  }
  return w;
}

std::vector<double> weigh_rows(std::span<const uint8_t> labels, bool balanced) {
  const auto ones = static_cast<double>(std::ranges::count(labels, 1));
  const double zeros = static_cast<double>(labels.size()) - ones;
  if (ones == 0 || zeros == 0) {
    throw Error(ErrorCode::invalid_argument, "logistic regression: expected rows of both labels, found " +
                                                 std::to_string(labels.size()) + " of one");
  }
  std::vector<double> weights;
  for (const uint8_t label : labels)
    weights.push_back(balanced ? static_cast<double>(labels.size()) / (2 * (label == 1 ? ones : zeros))
                               : 1.0);
  return weights;
}

}  // namespace

double LogisticModel::log_odds(std::span<const double> features) const {
  require_equal_lengths("logistic regression: features", features.size(), weights.size());
  double sum = bias;
  for (size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (features[i] - mean[i]) / scale[i];
  return sum;
}

double LogisticModel::probability(std::span<const double> features) const {
  return sigmoid(log_odds(features));
}

LogisticModel fit_logistic(std::span<const double> features, std::span<const uint8_t> labels, int64_t width,
                           const LogisticOptions& options) {
  require_rows("logistic regression", features, labels.size(), width);
  require_finite("logistic regression: features", features);
  require_binary("logistic regression: label", labels);
  const auto count = static_cast<size_t>(width);
  Problem problem{.rows = {},
                  .row_weights = weigh_rows(labels, options.balanced),
                  .labels = labels,
                  .width = count + 1,
                  .ridge = options.ridge};
  if (!options.row_weights.empty()) {
    require_equal_lengths("logistic regression: row weights", options.row_weights.size(), labels.size());
    for (size_t r = 0; r < labels.size(); ++r) {
      require_in_range("logistic regression: row weight", options.row_weights[r], 0, 1e15);
      problem.row_weights[r] *= options.row_weights[r];
    }
  }
  LogisticModel model;
  for (size_t f = 0; f < count; ++f) {
    double sum = 0, squares = 0;
    for (size_t r = 0; r < labels.size(); ++r) sum += features[r * count + f];
    model.mean.push_back(sum / static_cast<double>(labels.size()));
    for (size_t r = 0; r < labels.size(); ++r)
      squares += (features[r * count + f] - model.mean[f]) * (features[r * count + f] - model.mean[f]);
    const double deviation = std::sqrt(squares / static_cast<double>(labels.size()));
    model.scale.push_back(deviation > 1e-12 * std::max(1.0, std::abs(model.mean[f])) ? deviation : 1.0);
  }
  for (size_t r = 0; r < labels.size(); ++r) {
    for (size_t f = 0; f < count; ++f)
      problem.rows.push_back((features[r * count + f] - model.mean[f]) / model.scale[f]);
    problem.rows.push_back(1.0);
  }
  model.weights = minimise(problem);
  model.bias = model.weights.back();
  model.weights.pop_back();
  return model;
}

}  // namespace heed::metrics
