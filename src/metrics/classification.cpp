#include "metrics/classification.h"

#include <algorithm>
#include <numeric>

#include "metrics/checks.h"

namespace heed::metrics {
namespace {

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// From counts of a class: given and right, given in all, there in all. F1 = 2 TP / (predicted + support).
ClassScores scores_of(int64_t right, int64_t predicted, int64_t support) {
  return {ratio(right, predicted), ratio(right, support), ratio(2 * right, predicted + support), support,
          predicted};
}

double mean_f1_of_occurring(std::span<const ClassScores> classes) {
  double sum = 0;
  int64_t occurring = 0;
  for (const auto& scores : classes) {
    if (scores.support + scores.predicted == 0) continue;
    sum += scores.f1;
    ++occurring;
  }
  return occurring == 0 ? 0 : sum / static_cast<double>(occurring);
}

int64_t diagonal(const ConfusionMatrix& matrix) {
  int64_t right = 0;
  for (int64_t c = 0; c < matrix.classes; ++c) right += matrix.at(c, c);
  return right;
}

}  // namespace

int64_t ConfusionMatrix::total() const { return std::accumulate(counts.begin(), counts.end(), int64_t{0}); }

ConfusionMatrix confusion_matrix(std::span<const int32_t> truth, std::span<const int32_t> predicted,
                                 int64_t classes) {
  require_equal_lengths("confusion matrix", truth.size(), predicted.size());
  require_classes("confusion matrix: truth", truth, classes);
  require_classes("confusion matrix: prediction", predicted, classes);
  ConfusionMatrix matrix{classes, std::vector<int64_t>(static_cast<size_t>(classes * classes))};
  for (size_t i = 0; i < truth.size(); ++i)
    ++matrix.counts[static_cast<size_t>(truth[i] * classes + predicted[i])];
  return matrix;
}

std::vector<ClassScores> class_scores(const ConfusionMatrix& matrix) {
  std::vector<ClassScores> scores;
  for (int64_t c = 0; c < matrix.classes; ++c) {
    int64_t support = 0, predicted = 0;
    for (int64_t other = 0; other < matrix.classes; ++other) {
      support += matrix.at(c, other);
      predicted += matrix.at(other, c);
    }
    scores.push_back(scores_of(matrix.at(c, c), predicted, support));
  }
  return scores;
}

double accuracy(std::span<const int32_t> truth, std::span<const int32_t> predicted) {
  require_equal_lengths("accuracy", truth.size(), predicted.size());
  int64_t right = 0;
  for (size_t i = 0; i < truth.size(); ++i) right += truth[i] == predicted[i];
  return ratio(right, static_cast<int64_t>(truth.size()));
}

double accuracy(const ConfusionMatrix& matrix) { return ratio(diagonal(matrix), matrix.total()); }

double macro_f1(const ConfusionMatrix& matrix) { return mean_f1_of_occurring(class_scores(matrix)); }

double micro_f1(const ConfusionMatrix& matrix) { return accuracy(matrix); }

double top_k_accuracy(std::span<const float> scores, std::span<const int32_t> truth, int64_t classes,
                      int64_t k) {
  require_rows("top-k accuracy", scores, truth.size(), classes);
  require_classes("top-k accuracy: truth", truth, classes);
  require_at_least("top-k accuracy: k", k, 1);
  int64_t right = 0;
  for (size_t i = 0; i < truth.size(); ++i) {
    const auto row = row_of(scores, i, classes);
    const float of_truth = row[static_cast<size_t>(truth[i])];
    // The truth itself is one of those not below it.
    const auto not_below = std::count_if(row.begin(), row.end(), [&](float s) { return s >= of_truth; });
    right += not_below <= k;
  }
  return ratio(right, static_cast<int64_t>(truth.size()));
}

std::vector<int32_t> highest_classes(std::span<const float> scores, int64_t classes) {
  const size_t rows = count_rows("highest class", scores, classes);
  std::vector<int32_t> highest;
  for (size_t i = 0; i < rows; ++i) {
    const auto row = row_of(scores, i, classes);
    highest.push_back(static_cast<int32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return highest;
}

MultiLabelScores multi_label_scores(std::span<const uint8_t> truth, std::span<const uint8_t> predicted,
                                    int64_t labels) {
  require_equal_lengths("multi-label scores", truth.size(), predicted.size());
  require_binary("multi-label scores: truth", truth);
  require_binary("multi-label scores: prediction", predicted);
  const size_t rows = count_rows("multi-label scores", truth, labels);
  const auto width = static_cast<size_t>(labels);

  std::vector<int64_t> right(width), given(width), there(width);
  int64_t exact = 0, wrong_cells = 0;
  for (size_t i = 0; i < rows; ++i) {
    int64_t wrong = 0;
    for (size_t l = 0; l < width; ++l) {
      const uint8_t t = truth[i * width + l], p = predicted[i * width + l];
      right[l] += t & p;
      given[l] += p;
      there[l] += t;
      wrong += t != p;
    }
    exact += wrong == 0;
    wrong_cells += wrong;
  }

  MultiLabelScores result;
  for (size_t l = 0; l < width; ++l) result.labels.push_back(scores_of(right[l], given[l], there[l]));
  const auto sum = [](const std::vector<int64_t>& v) {
    return std::accumulate(v.begin(), v.end(), int64_t{0});
  };
  result.micro_f1 = ratio(2 * sum(right), sum(given) + sum(there));
  result.macro_f1 = mean_f1_of_occurring(result.labels);
  result.exact_match = ratio(exact, static_cast<int64_t>(rows));
  result.hamming_loss = ratio(wrong_cells, static_cast<int64_t>(truth.size()));
  return result;
}

}  // namespace heed::metrics
