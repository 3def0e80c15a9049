#include "metrics/confusion_table.h"

#include <gtest/gtest.h>

#include "metrics/error_matchers.h"

namespace heed::metrics {
namespace {

using Labels = std::vector<std::string>;
using Classes = std::vector<int32_t>;

TEST(ConfusionTable, draws_a_small_matrix_with_the_truth_in_rows) {
  const auto matrix = confusion_matrix(Classes{0, 0, 0, 1}, Classes{0, 0, 1, 1}, 2);
  EXPECT_EQ(confusion_table(matrix, Labels{"card", "loan"}),
            "     card loan\n"
            "card    2    1\n"
            "loan    .    1\n");
}

TEST(ConfusionTable, columns_line_up_with_chinese_labels) {
  const auto matrix = confusion_matrix(Classes{0, 0, 1}, Classes{0, 1, 1}, 2);
  EXPECT_EQ(confusion_table(matrix, Labels{"挂失", "loan"}),
            "     挂失 loan\n"
            "挂失    1    1\n"
            "loan    .    1\n");
}

TEST(ConfusionTable, long_labels_are_cut_to_the_terminal) {
  const auto matrix = confusion_matrix(Classes{0, 1}, Classes{1, 0}, 2);
  const std::string text = confusion_table(
      matrix, Labels{"a very long label that goes on and on", "另一个特别特别特别特别长的标签"},
      {.width = 40});
  size_t begin = 0;
  for (size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    EXPECT_LE(display_width(text.substr(begin, end - begin)), 40);
    begin = end + 1;
  }
}

TEST(ConfusionTable, many_classes_list_the_most_frequent_mistakes) {
  Labels labels;
  for (int c = 0; c < 20; ++c) labels.push_back("intent " + std::to_string(c));
  const auto matrix = confusion_matrix(Classes{3, 3, 3, 5, 5, 9}, Classes{4, 4, 4, 6, 6, 9}, 20);
  EXPECT_EQ(confusion_table(matrix, labels, {.mistakes = 2}),
            " count  truth      taken for\n"
            "     3  intent 3   intent 4\n"
            "     2  intent 5   intent 6\n");
  EXPECT_EQ(confusion_table(confusion_matrix(Classes{1}, Classes{1}, 20), labels), "no mistakes\n");
}

TEST(ConfusionTable, refuses_labels_that_do_not_match_the_classes) {
  EXPECT_REFUSED(confusion_table(confusion_matrix(Classes{0}, Classes{0}, 2), Labels{"one"}),
                 "found 1 and 2");
}

TEST(DisplayWidth, counts_two_columns_for_wide_characters_and_none_for_marks) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("你好，"), 6);
  EXPECT_EQ(display_width("ｆｕ"), 4);
  EXPECT_EQ(display_width("e\u0301"), 1);
  EXPECT_EQ(display_width(""), 0);
}

TEST(DisplayWidth, fitting_cuts_with_an_ellipsis_and_fills_with_spaces) {
  EXPECT_EQ(fit_to_width("ab", 4), "ab  ");
  EXPECT_EQ(fit_to_width("abcdef", 4), "abc…");
  EXPECT_EQ(fit_to_width("你好吗", 6), "你好吗");
  // Three columns are left beside the ellipsis: one wide character and a space.
  EXPECT_EQ(fit_to_width("你好吗", 4), "你… ");
  EXPECT_EQ(fit_to_width("abc", 0), "");
}

}  // namespace
}  // namespace heed::metrics
