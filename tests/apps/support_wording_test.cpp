#include <gtest/gtest.h>

#include "apps/support/clauses.h"
#include "apps/support/language_texts.h"
#include "apps/support/wording.h"

using namespace heed::apps::support;

TEST(Wording, tells_the_language_by_its_letters) {
  EXPECT_EQ(language_of("Where is my card?"), "en");
  EXPECT_EQ(language_of("我的银行卡在哪里？"), "zh");
  EXPECT_EQ(language_of("我的 Visa 银行卡丢了"), "zh");
  EXPECT_EQ(language_of("🙂🙂 123 !!"), "");
  EXPECT_EQ(language_of(""), "");
}

TEST(Wording, has_words_where_there_is_a_letter_or_a_digit) {
  EXPECT_TRUE(has_words("a"));
  EXPECT_TRUE(has_words("卡"));
  EXPECT_TRUE(has_words("42"));
  EXPECT_FALSE(has_words(""));
  EXPECT_FALSE(has_words(" \t\n"));
  EXPECT_FALSE(has_words("🙂👍🏽‼️ … ???"));
}

TEST(Wording, counts_words_in_both_scripts) {
  EXPECT_EQ(count_words(""), 0);
  EXPECT_EQ(count_words("I don't know"), 3);
  EXPECT_EQ(count_words("我的银行卡"), 3);
  EXPECT_EQ(count_words("我的 Visa 卡"), 3);
}

TEST(Wording, a_person_is_asked_for_in_many_words) {
  for (const char* text : {"agent",
                           "Human please",
                           "representative!",
                           "I want to talk to a human",
                           "can i speak to someone?",
                           "Could you connect me with a customer service representative",
                           "get me a real person",
                           "transfer me to an agent",
                           "I need to speak with a manager about my card",
                           "I would like to chat with a live agent now",
                           "Where is my money?! Let me talk to a person.",
                           "put me through to an operator",
                           "转人工",
                           "我要找人工客服",
                           "请帮我转接客服",
                           "人工",
                           "客服！",
                           "可以和真人说话吗",
                           "轉人工",
                           "我的卡丢了，我要人工"})
    EXPECT_TRUE(asks_for_person(text)) << text;
}

TEST(Wording, a_person_who_is_only_spoken_of_is_not_asked_for) {
  for (const char* text :
       {"", "I don't want to talk to a human", "no need to speak to an agent",
        "the agent told me to reset my password", "how do I transfer money to another person",
        "can I send money to someone", "I want to know what the agent said", "my account manager left",
        "someone stole my card", "how many people can use this card",
        "I want someone else removed from my account", "不要转人工", "不需要人工客服", "我不想找人工",
        "人民币怎么换", "工人的工资卡", "我的卡在哪里"})
    EXPECT_FALSE(asks_for_person(text)) << text;
}

TEST(Wording, a_follow_up_is_short_and_leans_on_what_was_said) {
  for (const char* text : {"and for the other card?", "What about euros?", "How about tomorrow",
                           "那信用卡呢？", "欧元呢", "还有另一张卡"})
    EXPECT_TRUE(follows_up(text)) << text;
  for (const char* text :
       {"Where is my card?", "and then I went to the shop where they told me that my card was refused twice",
        "我的卡在哪里", "android does not start"})
    EXPECT_FALSE(follows_up(text)) << text;
}

TEST(Clauses, one_wish_is_one_clause) {
  for (const char* text :
       {"Where is my card?", "I lost my card and my phone", "cash and cheque deposits fail", "我的卡丢了",
        "If my card is lost, then tell nobody about it", "🙂"})
    EXPECT_EQ(split_clauses(text), std::vector<std::string>{text}) << text;
}

TEST(Clauses, sentences_and_requests_behind_and_are_clauses) {
  using Clauses = std::vector<std::string>;
  EXPECT_EQ(split_clauses("My card is lost. How do I send money?"),
            (Clauses{"My card is lost.", "How do I send money?"}));
  EXPECT_EQ(split_clauses("where is my card and how do I send money"),
            (Clauses{"where is my card and", "how do I send money"}));
  EXPECT_EQ(split_clauses("我的银行卡丢了，怎么转账"), (Clauses{"我的银行卡丢了，", "怎么转账"}));
  EXPECT_EQ(split_clauses("银行卡被偷了。还有你们收取什么费用？"),
            (Clauses{"银行卡被偷了。", "还有你们收取什么费用？"}));
  EXPECT_EQ(split_clauses("my card is lost; 如何转账给朋友"),
            (Clauses{"my card is lost;", "如何转账给朋友"}));
}

TEST(Clauses, there_are_never_more_than_four_and_no_letter_is_lost) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "How do I send money? ";
  const std::vector<std::string> clauses = split_clauses(text);
  EXPECT_EQ(clauses.size(), kMaxClauses);
  const auto letters = [](const std::string& s) {
    std::string kept;
    for (const char c : s)
      if (c != ' ') kept += c;
    return kept;
  };
  std::string joined;
  for (const std::string& clause : clauses) joined += clause;
  EXPECT_EQ(letters(joined), letters(text));
}
