#include "metrics/conformal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/math/distributions/binomial.hpp>

#include "metrics/checks.h"
#include "metrics/intervals.h"

namespace heed::metrics {
namespace {

// What adding the same floats in the same order may differ by between calibration and use.
constexpr double kSlack = 1e-12;

void check(const std::string& what, std::span<const float> probabilities, std::span<const int32_t> labels,
           int64_t classes, double alpha) {
  require_rows(what, probabilities, labels.size(), classes);
  require_classes(what + ": label", labels, classes);
  require_probabilities(what, probabilities);
  require_in_range(what + ": alpha", alpha, 1e-9, 1 - 1e-9);
}

double lac_score(std::span<const float> row, size_t label) { return 1 - static_cast<double>(row[label]); }

// Classes from the most likely down, the lower number first where two are equal.
std::vector<size_t> by_probability(std::span<const float> row) {
  std::vector<size_t> order(row.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return row[a] > row[b]; });
  return order;
}

double aps_score(std::span<const float> row, size_t label) {
  double sum = 0;
  for (size_t c : by_probability(row)) {
    sum += row[c];
    if (c == label) break;
  }
  return sum;
}

template <class Score>
std::vector<double> scores_of(std::span<const float> probabilities, std::span<const int32_t> labels,
                              int64_t classes, Score score) {
  std::vector<double> scores;
  for (size_t i = 0; i < labels.size(); ++i) {
    scores.push_back(score(row_of(probabilities, i, classes), static_cast<size_t>(labels[i])));
  }
  return scores;
}

SelectiveThreshold at_threshold(std::span<const double> confidence, std::span<const uint8_t> correct,
                                double threshold, double delta) {
  SelectiveThreshold result{threshold, 0, 0, 1};
  for (size_t i = 0; i < confidence.size(); ++i) {
    if (confidence[i] < threshold) continue;
    ++result.answered;
    result.wrong += correct[i] == 0;
  }
  result.upper = clopper_pearson_upper(result.wrong, result.answered, delta);
  return result;
}

// P(as few mistakes as these | the true share of mistakes is alpha).
double p_value(int64_t answered, int64_t wrong, double alpha) {
  if (answered == 0) return 1;
  const boost::math::binomial mistakes(static_cast<double>(answered), alpha);
  return boost::math::cdf(mistakes, static_cast<double>(wrong));
}

// How many of the sorted p-values Holm's step-down rule rejects.
size_t holm_rejections(std::span<const double> sorted, double delta) {
  size_t rejected = 0;
  while (rejected < sorted.size() &&
         sorted[rejected] <= delta / static_cast<double>(sorted.size() - rejected)) {
    ++rejected;
  }
  return rejected;
}

// Fixed-sequence testing from the last candidate on.
std::optional<SelectiveThreshold> in_order(const std::vector<SelectiveThreshold>& candidates,
                                           const std::vector<double>& p_values,
                                           const SelectiveOptions& options) {
  std::optional<SelectiveThreshold> chosen;
  for (size_t i = candidates.size(); i-- > 0;) {
    if (candidates[i].answered < options.first_answered) continue;
    if (p_values[i] > options.delta) break;
    chosen = candidates[i];
  }
  return chosen;
}

}  // namespace

double conformal_quantile(std::span<const double> scores, double alpha) {
  require_in_range("conformal quantile: alpha", alpha, 1e-9, 1 - 1e-9);
  require_finite("conformal quantile", scores);
  // The slack keeps 10 * 0.9 from rounding up to the eleventh.
  const double rank = std::ceil(static_cast<double>(scores.size() + 1) * (1 - alpha) - 1e-9);
  if (rank > static_cast<double>(scores.size())) return std::numeric_limits<double>::infinity();
  std::vector<double> sorted(scores.begin(), scores.end());
  const auto place = sorted.begin() + static_cast<int64_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(sorted.begin(), place, sorted.end());
  return *place;
}

double lac_threshold(std::span<const float> probabilities, std::span<const int32_t> labels, int64_t classes,
                     double alpha) {
  check("LAC threshold", probabilities, labels, classes, alpha);
  return conformal_quantile(scores_of(probabilities, labels, classes, lac_score), alpha);
}

std::vector<int32_t> lac_set(std::span<const float> row, double threshold) {
  return class_conditional_set(row, std::vector<double>(row.size(), threshold));
}

std::vector<double> class_conditional_thresholds(std::span<const float> probabilities,
                                                 std::span<const int32_t> labels, int64_t classes,
                                                 double alpha) {
  check("class-conditional thresholds", probabilities, labels, classes, alpha);
  std::vector<std::vector<double>> scores(static_cast<size_t>(classes));
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<size_t>(labels[i]);
    scores[label].push_back(lac_score(row_of(probabilities, i, classes), label));
  }
  std::vector<double> thresholds;
  thresholds.reserve(scores.size());
  for (const auto& of_class : scores) thresholds.push_back(conformal_quantile(of_class, alpha));
  return thresholds;
}

std::vector<int32_t> class_conditional_set(std::span<const float> row, std::span<const double> thresholds) {
  require_equal_lengths("conformal set: classes and thresholds", row.size(), thresholds.size());
  require_probabilities("conformal set", row);
  std::vector<int32_t> set;
  for (size_t c = 0; c < row.size(); ++c) {
    if (lac_score(row, c) <= thresholds[c]) set.push_back(static_cast<int32_t>(c));
  }
  return set;
}

double aps_threshold(std::span<const float> probabilities, std::span<const int32_t> labels, int64_t classes,
                     double alpha) {
  check("APS threshold", probabilities, labels, classes, alpha);
  return conformal_quantile(scores_of(probabilities, labels, classes, aps_score), alpha);
}

std::vector<int32_t> aps_set(std::span<const float> row, double threshold) {
  require_probabilities("APS set", row);
  std::vector<int32_t> set;
  double sum = 0;
  for (size_t c : by_probability(row)) {
    sum += row[c];
    if (!set.empty() && sum > threshold + kSlack) break;
    set.push_back(static_cast<int32_t>(c));
  }
  return set;
}

std::optional<SelectiveThreshold> selective_threshold(std::span<const double> confidence,
                                                      std::span<const uint8_t> correct,
                                                      const SelectiveOptions& options) {
  require_equal_lengths("selective threshold", confidence.size(), correct.size());
  require_probabilities("selective threshold", confidence);
  require_binary("selective threshold: correct", correct);
  require_in_range("selective threshold: alpha", options.alpha, 1e-9, 1 - 1e-9);
  require_in_range("selective threshold: delta", options.delta, 1e-9, 1 - 1e-9);
  require_at_least("selective threshold: steps", options.steps, 1);
  require_at_least("selective threshold: first_answered", options.first_answered, 0);

  std::vector<SelectiveThreshold> candidates;
  std::vector<double> p_values;
  for (int64_t step = 0; step < options.steps; ++step) {
    const double threshold = static_cast<double>(step) / static_cast<double>(options.steps);
    candidates.push_back(at_threshold(confidence, correct, threshold, options.delta));
    p_values.push_back(p_value(candidates.back().answered, candidates.back().wrong, options.alpha));
  }
  if (options.first_answered > 0) return in_order(candidates, p_values, options);
  std::vector<double> sorted = p_values;
  std::sort(sorted.begin(), sorted.end());
  const size_t accepted = holm_rejections(sorted, options.delta);
  if (accepted == 0) return std::nullopt;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (p_values[i] <= sorted[accepted - 1]) return candidates[i];
  }
  return std::nullopt;
}

int64_t fewest_answers(double alpha, double delta, int64_t wrong) {
  require_in_range("fewest answers: alpha", alpha, 1e-9, 1 - 1e-9);
  require_in_range("fewest answers: delta", delta, 1e-9, 1 - 1e-9);
  require_at_least("fewest answers: wrong", wrong, 0);
  int64_t too_few = wrong, enough = wrong + 1;
  while (p_value(enough, wrong, alpha) > delta) {
    too_few = enough;
    enough *= 2;
  }
  while (enough - too_few > 1) {
    const int64_t middle = too_few + (enough - too_few) / 2;
    (p_value(middle, wrong, alpha) > delta ? too_few : enough) = middle;
  }
  return enough;
}

}  // namespace heed::metrics
