#include <filesystem>

#include <gmock/gmock.h>

#include "apps/support/answers.h"
#include "apps/support/template.h"
#include "base/error.h"
#include "base/expect_error.h"
#include "base/files.h"

using namespace heed;
using namespace heed::apps::support;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr const char* kAnswers = R"({
  "version": 1,
  "answers": {
    "balance": {
      "texts": {
        "en": ["The balance of {account} is {amount}.", "{account}: {amount}."],
        "zh": "您的{account}余额为{amount}。"
      },
      "slots": {"account": {"ask": {"en": "Which account?", "zh": "哪个账户？"}}}
    },
    "hours": {
      "texts": {"en": ["We open at 9 in {branch}.", "We open at 9."]},
      "slots": {"branch": {"required": false}}
    },
    "greet": {"texts": {"zh": "您好！"}}
  },
  "slots": {"amount": {"required": false, "entity": "money"}, "branch": {}},
  "fallback": {"en": "Sorry?"}
})";

Answers answers() { return Answers::parse(parse_json(kAnswers, "answers.json"), "answers.json"); }

std::string message_of_json(const std::string& json) {
  return message_of([&] { Answers::parse(parse_json(json, "answers.json"), "answers.json"); });
}

std::string slots_of(const std::vector<SlotQuestion>& questions) {
  std::string names;
  for (const SlotQuestion& question : questions) names += question.slot + "=" + question.text + ";";
  return names;
}

}  // namespace

TEST(SupportTemplate, braces_are_doubled_and_slots_are_named_once) {
  const auto parts = split_template("{{a}} {b}{c} }}{b}", "here");
  std::string joined;
  for (const auto& part : parts) joined += part.is_slot ? "<" + part.text + ">" : part.text;
  EXPECT_EQ(joined, "{a} <b><c> }<b>");
  EXPECT_THAT(template_slots(parts), ElementsAre("b", "c"));
}

TEST(SupportTemplate, a_slot_may_have_a_chinese_name) {
  EXPECT_THAT(template_slots(split_template("余额{金额}元", "here")), ElementsAre("金额"));
}

TEST(SupportTemplate, broken_braces_are_refused_with_the_place) {
  EXPECT_THAT(message_of([] { split_template("a {b", "x.json:3"); }),
              AllOf(HasSubstr("x.json:3: "), HasSubstr("does not close"), HasSubstr("{{ or }}")));
  EXPECT_THAT(message_of([] { split_template("a b}", "x"); }), HasSubstr("not open"));
  EXPECT_THAT(message_of([] { split_template("a {} b", "x"); }), HasSubstr("without a name"));
  EXPECT_THAT(message_of([] { split_template("a {b c} b", "x"); }), HasSubstr("'{b c}'"));
}

TEST(SupportAnswers, are_filled_in_the_language_asked_for) {
  const Slots slots{{"account", "savings"}, {"amount", "12 €"}};
  EXPECT_EQ(answers().fill("balance", slots, "en"), "The balance of savings is 12 €.");
  EXPECT_EQ(answers().fill("balance", slots, "en", 1), "savings: 12 €.");
  EXPECT_EQ(answers().fill("balance", slots, "en", 2), "The balance of savings is 12 €.");
  EXPECT_EQ(answers().fill("balance", slots, "zh-CN"), "您的savings余额为12 €。");
  EXPECT_EQ(answers().fill("balance", slots, "fr"), "The balance of savings is 12 €.")
      << "falls back to English";
  EXPECT_EQ(answers().fill("greet", {}, "en"), "您好！") << "falls back to what there is";
}

TEST(SupportAnswers, a_value_stands_as_it_is) {
  const Slots slots{{"account", "{amount} }} {{x"}, {"amount", "1"}};
  EXPECT_EQ(answers().fill("balance", slots, "en", 1), "{amount} }} {{x: 1.");
}

TEST(SupportAnswers, what_is_missing_is_asked_for_in_the_customers_language) {
  EXPECT_EQ(slots_of(answers().missing("balance", {}, "en")),
            "account=Which account?;amount=Please tell me: amount?;");
  EXPECT_EQ(slots_of(answers().missing("balance", {{"amount", "1"}}, "zh")), "account=哪个账户？;");
  EXPECT_EQ(slots_of(answers().missing("balance", {{"account", "1"}}, "zh")), "amount=请告诉我：amount？;");
  EXPECT_THAT(answers().missing("balance", {{"account", "a"}, {"amount", "1"}}), IsEmpty());
}

TEST(SupportAnswers, an_optional_slot_is_not_asked_for_where_another_template_does_without) {
  EXPECT_THAT(answers().missing("hours", {}), IsEmpty());
  EXPECT_EQ(answers().fill("hours", {}), "We open at 9.");
  EXPECT_EQ(answers().fill("hours", {{"branch", "Lyon"}}), "We open at 9 in Lyon.");
}

TEST(SupportAnswers, an_own_slot_stands_before_a_shared_one) {
  const std::vector<Slot> slots = answers().slots("hours");
  ASSERT_EQ(slots.size(), 1U);
  EXPECT_FALSE(slots[0].required);
  const std::vector<Slot> balance = answers().slots("balance");
  ASSERT_EQ(balance.size(), 2U);
  EXPECT_EQ(balance[1].entity, "money");
}

TEST(SupportAnswers, filling_without_a_slot_or_an_answer_says_so) {
  EXPECT_THAT(message_of([] {
                answers().fill("balance", {{"account", "a"}});
              }),
              HasSubstr("needs the slot 'amount'"));
  EXPECT_THAT(message_of([] { answers().fill("balanc", {}); }), HasSubstr("did you mean 'balance'"));
  EXPECT_FALSE(answers().has("balanc"));
  EXPECT_THAT(answers().missing("balanc", {}), IsEmpty());
}

TEST(SupportAnswers, handover_and_fallback_have_texts_of_ours) {
  EXPECT_EQ(answers().fallback("zh"), "Sorry?");
  EXPECT_THAT(answers().handover("zh"), HasSubstr("转接"));
  EXPECT_THAT(answers().handover("en"), HasSubstr("colleague"));
  EXPECT_THAT(answers().handover(""), HasSubstr("colleague"));
}

TEST(SupportAnswers, a_template_that_names_an_undeclared_slot_is_refused_with_its_line_and_the_nearest) {
  const auto path = std::filesystem::path(testing::TempDir()) / "support_answers.json";
  write_file_atomically(path, R"({"version": 1, "answers": {
    "balance": {
      "texts": {"en": "Fine.",
                "zh": "您的{acount}没有问题。"},
      "slots": {"account": {}}
    }}})");
  EXPECT_THAT(
      message_of([&] { Answers::load(path); }),
      AllOf(HasSubstr("support_answers.json:4: field 'answers.balance.texts.zh'"), HasSubstr("'acount'"),
            HasSubstr("did you mean 'account'"), HasSubstr("declared: account")));
}

TEST(SupportAnswers, each_field_is_checked) {
  EXPECT_THAT(message_of_json(R"({"version": 2, "answers": {}})"), HasSubstr("expected 1, found 2"));
  EXPECT_THAT(message_of_json(R"({"version": 1, "answer": {}})"), HasSubstr("did you mean 'answers'"));
  EXPECT_THAT(message_of_json(R"({"version": 1, "answers": []})"), HasSubstr("expected an object"));
  EXPECT_THAT(message_of_json(R"({"version": 1, "answers": {"a": {"text": {}}}})"),
              HasSubstr("did you mean 'texts'"));
  EXPECT_THAT(message_of_json(R"({"version": 1, "answers": {"a": {"texts": {}}}})"), HasSubstr("found none"));
  EXPECT_THAT(message_of_json(R"({"version": 1, "answers": {"a": {"texts": {"english": "x"}}}})"),
              HasSubstr("expected a language"));
  EXPECT_THAT(message_of_json(R"({"version": 1, "answers": {"a": {"texts": {"en": ["x", 3]}}}})"),
              HasSubstr("'answers.a.texts.en[1]': expected a text, found number"));
  EXPECT_THAT(message_of_json(R"({"version": 1, "answers": {"a": {"texts": {"en": " "}}}})"),
              HasSubstr("found none"));
  EXPECT_THAT(message_of_json(
                  R"({"version": 1, "answers": {"a": {"texts": {"en": "x"}, "slots": {"s": {"asks": 1}}}}})"),
              HasSubstr("did you mean 'ask'"));
  EXPECT_THAT(
      message_of_json(R"({"version": 1, "answers": {"a": {"texts": {"en": "x"}, "slots": {"s t": {}}}}})"),
      HasSubstr("no slot's name"));
  EXPECT_THAT(message_of_json(R"({"version": 1, "answers": [)"), HasSubstr("answers.json"));
  EXPECT_THAT(message_of_json(R"([])"), HasSubstr("expected an object, found array"));
}

TEST(SupportAnswers, survive_a_round_trip) {
  const Json once = answers().to_json();
  EXPECT_EQ(Answers::parse(once, "again").to_json().dump(), once.dump());
  EXPECT_THAT(answers().intents(), ElementsAre("balance", "hours", "greet"));
}

TEST(SupportAnswers, of_intents_without_examples_are_refused) {
  const std::vector<std::string> known{"balance", "hours", "greeting"};
  EXPECT_THAT(message_of([&] { answers().check_intents(known); }),
              AllOf(HasSubstr("answers.json"), HasSubstr("'greet'"), HasSubstr("no example")));
}

TEST(SupportAnswers, of_several_files_are_merged_and_the_first_slot_stands) {
  Answers both = answers();
  Answers more;
  more.add_answer("greet", "en", {"Hello {name}!", "domain.yml:7"});
  EXPECT_THAT(message_of([&] { more.check(); }),
              AllOf(HasSubstr("domain.yml:7"), HasSubstr("declared: none")));
  more.add_shared_slot({"name"});
  more.add_shared_slot({"amount"});
  both.merge(more);
  both.check();
  EXPECT_EQ(both.fill("greet", {{"name", "Ann"}}, "en"), "Hello Ann!");
  EXPECT_EQ(both.slots("balance")[1].entity, "money");
}

TEST(SupportLanguage, is_chinese_where_there_is_a_han_letter) {
  EXPECT_EQ(language_of("我的 wifi", "en"), "zh");
  EXPECT_EQ(language_of("my wifi", "en"), "en");
  EXPECT_EQ(language_of("", "en"), "en");
}
