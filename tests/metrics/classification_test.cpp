#include "metrics/classification.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using Classes = std::vector<int32_t>;

// Truth by row: 0 -> {2, 1, 0}, 1 -> {0, 1, 1}, 2 -> {0, 0, 1}.
const Classes kTruth = {0, 0, 0, 1, 1, 2};
const Classes kPredicted = {0, 0, 1, 1, 2, 2};

TEST(Classification, a_worked_confusion_matrix) {
  const ConfusionMatrix matrix = confusion_matrix(kTruth, kPredicted, 3);
  EXPECT_EQ(matrix.counts, (std::vector<int64_t>{2, 1, 0, 0, 1, 1, 0, 0, 1}));
  EXPECT_EQ(matrix.total(), 6);
}

TEST(Classification, worked_precision_recall_and_f1) {
  const auto scores = class_scores(confusion_matrix(kTruth, kPredicted, 3));
  EXPECT_DOUBLE_EQ(scores[0].precision, 1);
  EXPECT_DOUBLE_EQ(scores[0].recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores[0].f1, 0.8);
  EXPECT_DOUBLE_EQ(scores[1].f1, 0.5);
  EXPECT_DOUBLE_EQ(scores[2].f1, 2.0 / 3);
  EXPECT_EQ(scores[0].support, 3);
  EXPECT_EQ(scores[2].predicted, 2);
}

TEST(Classification, macro_f1_is_the_mean_over_classes_and_micro_f1_is_accuracy) {
  const ConfusionMatrix matrix = confusion_matrix(kTruth, kPredicted, 3);
  EXPECT_DOUBLE_EQ(macro_f1(matrix), (0.8 + 0.5 + 2.0 / 3) / 3);
  EXPECT_DOUBLE_EQ(accuracy(matrix), 4.0 / 6);
  EXPECT_DOUBLE_EQ(micro_f1(matrix), 4.0 / 6);
  EXPECT_DOUBLE_EQ(accuracy(kTruth, kPredicted), 4.0 / 6);
}

TEST(Classification, a_class_that_never_occurs_does_not_pull_macro_f1_down) {
  EXPECT_DOUBLE_EQ(macro_f1(confusion_matrix(Classes{0, 1}, Classes{0, 1}, 5)), 1);
  // A class that is only predicted does count: F1 of class 0 is 2/3, of class 4 zero.
  EXPECT_DOUBLE_EQ(macro_f1(confusion_matrix(Classes{0, 0}, Classes{0, 4}, 5)), 1.0 / 3);
}

TEST(Classification, perfect_all_wrong_and_one_class) {
  EXPECT_DOUBLE_EQ(macro_f1(confusion_matrix(kTruth, kTruth, 3)), 1);
  const ConfusionMatrix wrong = confusion_matrix(Classes{0, 1}, Classes{1, 0}, 2);
  EXPECT_DOUBLE_EQ(macro_f1(wrong), 0);
  EXPECT_DOUBLE_EQ(accuracy(wrong), 0);
  EXPECT_DOUBLE_EQ(macro_f1(confusion_matrix(Classes{0, 0}, Classes{0, 0}, 1)), 1);
}

TEST(Classification, no_examples_give_zeros) {
  const ConfusionMatrix empty = confusion_matrix({}, {}, 3);
  EXPECT_EQ(accuracy(empty), 0);
  EXPECT_EQ(macro_f1(empty), 0);
  EXPECT_EQ(accuracy(Classes{}, Classes{}), 0);
  EXPECT_EQ(top_k_accuracy({}, {}, 3, 1), 0);
}

TEST(Classification, top_k_counts_the_k_highest_and_ties_against_the_truth) {
  const std::vector<float> scores = {0.1f, 0.7f, 0.2f, 0.5f, 0.5f, 0.0f};
  const Classes truth = {2, 0};
  EXPECT_DOUBLE_EQ(top_k_accuracy(scores, truth, 3, 1), 0);
  EXPECT_DOUBLE_EQ(top_k_accuracy(scores, truth, 3, 2), 1);
  const std::vector<float> constant(6, 1.0f);
  EXPECT_DOUBLE_EQ(top_k_accuracy(constant, truth, 3, 2), 0);
  EXPECT_DOUBLE_EQ(top_k_accuracy(constant, truth, 3, 3), 1);
}

TEST(Classification, top_k_accuracy_never_falls_as_k_grows) {
  Random random(7);
  std::vector<float> scores;
  Classes truth;
  for (int i = 0; i < 200; ++i) {
    truth.push_back(static_cast<int32_t>(random.below(5)));
    for (int c = 0; c < 5; ++c) scores.push_back(static_cast<float>(random.uniform()));
  }
  double before = 0;
  for (int64_t k = 1; k <= 5; ++k) {
    const double now = top_k_accuracy(scores, truth, 5, k);
    EXPECT_GE(now, before);
    before = now;
  }
  EXPECT_DOUBLE_EQ(before, 1);
}

TEST(Classification, the_highest_class_is_the_first_of_equals) {
  EXPECT_EQ(highest_classes(std::vector<float>{1, 3, 2, 5, 5, 0}, 3), (Classes{1, 0}));
}

TEST(Classification, worked_multi_label_scores) {
  // Three rows of two labels. Label 0: 1 right, 2 given, 1 there. Label 1: 1 right, 1 given, 2 there.
  const std::vector<uint8_t> truth = {1, 0, 0, 1, 0, 1}, predicted = {1, 0, 1, 1, 0, 0};
  const MultiLabelScores scores = multi_label_scores(truth, predicted, 2);
  EXPECT_DOUBLE_EQ(scores.micro_f1, 4.0 / 6);
  EXPECT_DOUBLE_EQ(scores.macro_f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(scores.exact_match, 1.0 / 3);
  EXPECT_DOUBLE_EQ(scores.hamming_loss, 2.0 / 6);
  EXPECT_DOUBLE_EQ(scores.labels[0].precision, 0.5);
  EXPECT_DOUBLE_EQ(scores.labels[1].recall, 0.5);
}

TEST(Classification, multi_label_scores_of_nothing_are_zero) {
  const MultiLabelScores scores = multi_label_scores({}, {}, 2);
  EXPECT_EQ(scores.micro_f1, 0);
  EXPECT_EQ(scores.exact_match, 0);
  EXPECT_EQ(scores.labels.size(), 2u);
}

TEST(Classification, refuses_what_does_not_fit) {
  EXPECT_REFUSED(accuracy(Classes{0}, Classes{}), "expected equal lengths, found 1 and 0");
  EXPECT_REFUSED(confusion_matrix(Classes{0, 3}, Classes{0, 0}, 3),
                 "truth: example 1: expected a class from 0 to 2, found 3");
  EXPECT_REFUSED(confusion_matrix(Classes{0}, Classes{-1}, 3), "prediction: example 0");
  EXPECT_REFUSED(confusion_matrix({}, {}, 0), "number of classes: expected at least 1");
  EXPECT_REFUSED(highest_classes(std::vector<float>{1, 2, 3}, 2),
                 "expected rows of 2 values, found 3 values");
  EXPECT_REFUSED(top_k_accuracy(std::vector<float>{1, 2}, Classes{0}, 2, 0),
                 "k: expected at least 1, found 0");
  EXPECT_REFUSED(multi_label_scores(std::vector<uint8_t>{2}, std::vector<uint8_t>{0}, 1),
                 "expected 0 or 1, found 2");
}

}  // namespace
}  // namespace heed::metrics
