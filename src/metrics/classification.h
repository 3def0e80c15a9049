#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace heed::metrics {

// Figures of a classifier with L classes, numbered 0..L-1. Every function throws invalid_argument where
// lengths differ or a class is out of range. A ratio with nothing below the line is 0. No examples: accuracy
// and F1 are 0.

// counts[truth * classes + predicted].
struct ConfusionMatrix {
  int64_t classes = 0;
  std::vector<int64_t> counts;

  int64_t at(int64_t truth, int64_t predicted) const { return counts[truth * classes + predicted]; }
  int64_t total() const;
};

ConfusionMatrix confusion_matrix(std::span<const int32_t> truth, std::span<const int32_t> predicted,
                                 int64_t classes);

struct ClassScores {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  int64_t support = 0;    // examples of this class
  int64_t predicted = 0;  // examples given this class
};

std::vector<ClassScores> class_scores(const ConfusionMatrix& matrix);

double accuracy(std::span<const int32_t> truth, std::span<const int32_t> predicted);
double accuracy(const ConfusionMatrix& matrix);

// Mean F1 over the classes that occur in the truth or among the predictions (as scikit-learn does).
double macro_f1(const ConfusionMatrix& matrix);
// F1 of the summed counts; with one label an example it equals accuracy.
double micro_f1(const ConfusionMatrix& matrix);

// Share of rows of scores [N, L] whose true class is among the k highest. A tie is broken against the truth,
// so that constant scores earn nothing.
double top_k_accuracy(std::span<const float> scores, std::span<const int32_t> truth, int64_t classes,
                      int64_t k);

// The highest class of each row of scores [N, L], the lower number where two are equal.
std::vector<int32_t> highest_classes(std::span<const float> scores, int64_t classes);

// Several labels an example: truth and predicted are [N, L] of 0 and 1.
struct MultiLabelScores {
  double micro_f1 = 0;
  double macro_f1 = 0;      // over labels that occur in the truth or among the predictions
  double exact_match = 0;   // rows that are right in every label
  double hamming_loss = 0;  // share of wrong cells
  std::vector<ClassScores> labels;
};

MultiLabelScores multi_label_scores(std::span<const uint8_t> truth, std::span<const uint8_t> predicted,
                                    int64_t labels);

}  // namespace heed::metrics
