#include <gtest/gtest.h>

#include "apps/monitor/entities.h"
#include "base/error.h"

namespace heed::apps::monitor {
namespace {

std::vector<std::string> found(const Entities& entities, std::string_view text) {
  std::vector<std::string> names;
  for (const Mention& mention : entities.find(text))
    names.push_back(entities.names()[mention.entity] + ":" +
                    std::string(text.substr(mention.begin, mention.end - mention.begin)));
  return names;
}

using Names = std::vector<std::string>;

Entities companies() {
  return Entities({{.name = "Apple", .aliases = {"苹果公司", "AAPL"}},
                   {.name = "Nokia", .aliases = {"诺基亚"}},
                   {.name = "Ping An", .aliases = {"平安", "中国平安"}},
                   {.name = "BP", .aliases = {"British Petroleum"}}});
}

TEST(MonitorEntities, finds_aliases_as_words_of_their_own_in_english) {
  const Entities entities = companies();
  EXPECT_EQ(found(entities, "APPLE and Nokia's phones"), (Names{"Apple:APPLE", "Nokia:Nokia"}));
  EXPECT_EQ(found(entities, "pineapple, apples, Nokian tyres, RBP"), Names{});
  EXPECT_EQ(found(entities, "(BP), British  Petroleum"), Names{"BP:BP"});
  EXPECT_EQ(found(entities, "British Petroleum sold"), Names{"BP:British Petroleum"});
}

TEST(MonitorEntities, needs_no_spaces_in_chinese_and_takes_no_part_of_a_longer_word) {
  const Entities entities = companies();
  EXPECT_EQ(found(entities, "诺基亚发布新手机"), Names{"Nokia:诺基亚"});
  EXPECT_EQ(found(entities, "我买了Apple的手机"), Names{"Apple:Apple"});
  EXPECT_EQ(found(entities, "今晚是平安夜"), Names{});
  EXPECT_EQ(found(entities, "平安发布财报"), Names{"Ping An:平安"});
  EXPECT_EQ(found(entities, "中国平安发布财报"), Names{"Ping An:中国平安"});
}

TEST(MonitorEntities, takes_full_width_letters_for_letters) {
  EXPECT_EQ(found(companies(), "ＡＡＰＬ上涨"), Names{"Apple:ＡＡＰＬ"});
}

TEST(MonitorEntities, refuses_an_alias_of_two_and_one_without_letters) {
  EXPECT_THROW(Entities({{.name = "A", .aliases = {"x"}}, {.name = "B", .aliases = {"X"}}}), Error);
  EXPECT_THROW(Entities({{.name = "..."}}), Error);
  EXPECT_THROW(Entities({{.name = "*"}}), Error);
}

TEST(MonitorEntities, nobody_is_found_where_nobody_is_watched) {
  EXPECT_EQ(found(Entities(), "Nokia"), Names{});
}

TEST(MonitorEntities, clauses_together_are_the_text) {
  const std::string text = "Sales rose 1,000 %, but Nokia fell; others did not. 苹果公司上涨，但诺基亚下跌。";
  std::string joined;
  for (const std::string_view clause : split_clauses(text)) joined += clause;
  EXPECT_EQ(joined, text);
  EXPECT_EQ(split_clauses("Sales rose 1,000 times").size(), 1U);
}

TEST(MonitorEntities, what_is_said_of_one_is_told_from_what_is_said_of_another) {
  const Entities entities = companies();
  const std::string text = "Apple had a wonderful quarter, but Nokia lost its largest customer.";
  const auto mentions = entities.find(text);
  EXPECT_EQ(clauses_naming(text, mentions, 0), "Apple had a wonderful quarter,");
  EXPECT_EQ(clauses_naming(text, mentions, 1), " but Nokia lost its largest customer.");
  const std::string chinese = "苹果公司业绩非常出色，但诺基亚失去了最大的客户。";
  EXPECT_EQ(clauses_naming(chinese, entities.find(chinese), 1), "但诺基亚失去了最大的客户。");
  const std::string alone = "Nokia fell.";
  EXPECT_EQ(clauses_naming(alone, entities.find(alone), 1), alone);
}

}  // namespace
}  // namespace heed::apps::monitor
