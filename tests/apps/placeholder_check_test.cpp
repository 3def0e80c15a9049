#include "apps/translate/placeholder_check.h"

#include <gtest/gtest.h>

using heed::apps::placeholder_problem;

TEST(PlaceholderProblem, is_empty_where_each_stands_as_often_as_in_the_source) {
  EXPECT_EQ(placeholder_problem("Copy %s to %s", "将 %s 复制到 %s", true), "");
  EXPECT_EQ(placeholder_problem("%2 after %1", "%1 在 %2 之前"), "");
  EXPECT_EQ(placeholder_problem("{name} left", "{name} 已离开"), "");
}

TEST(PlaceholderProblem, names_what_is_wrong) {
  EXPECT_EQ(placeholder_problem("Open %s", "打开", true), "lost %s");
  EXPECT_EQ(placeholder_problem("Open %s", "打开 %s %s", true), "repeated %s");
  EXPECT_EQ(placeholder_problem("Open", "打开 %1"), "invented %1");
  EXPECT_EQ(placeholder_problem("%s has %d", "%d 属于 %s", true), "changed the order of %s and %d");
  EXPECT_EQ(placeholder_problem("%d done", "%d% 完成", true), "invented %");
}
