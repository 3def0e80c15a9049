#include "apps/translate/stand_in.h"

#include <gtest/gtest.h>

#include "apps/translate/placeholder_check.h"

using namespace heed::apps;

TEST(PlaceholderStandIns, come_back_wherever_the_model_moved_them) {
  const std::string source = "Copy %s to {place}";
  EXPECT_EQ(replace_placeholders(source, StandIn::percent), "Copy %1 to %2");
  EXPECT_EQ(replace_placeholders(source, StandIn::dollar), "Copy $(ARG1) to $(ARG2)");
  EXPECT_EQ(put_back_placeholders("复制到 %2：%1", source, StandIn::percent), "复制到 {place}：%s");
  EXPECT_EQ(put_back_placeholders("{1} → {2}", source, StandIn::brace), "%s → {place}");
}

TEST(PlaceholderStandIns, of_ten_or_more_are_told_apart) {
  std::string source;
  for (int i = 0; i < 11; ++i) source += "{a" + std::to_string(i) + "} ";
  const std::string replaced = replace_placeholders(source, StandIn::percent);
  EXPECT_EQ(put_back_placeholders(replaced, source, StandIn::percent), source);
}

TEST(PlaceholderStandIns, that_nobody_knows_stay_and_are_found) {
  const std::string text = put_back_placeholders("打开 %7", "Open %s", StandIn::percent);
  EXPECT_EQ(text, "打开 %7");
  EXPECT_NE(placeholder_problem("Open %s", text), "");
}
