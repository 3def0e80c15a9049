#include <cmath>
#include <thread>

#include <gmock/gmock.h>

#include "apps/support/engine.h"
#include "apps/support/language_texts.h"
#include "apps/support/wording.h"
#include "store/check_event.h"

using namespace heed;
using namespace heed::apps::support;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

Answers sample_answers() {
  return Answers::parse(parse_json(R"({
    "version": 1,
    "answers": {
      "card_lost": {"texts": {"en": ["We block your card."], "zh": ["我们冻结您的卡。"]}},
      "send_money": {"texts": {"en": ["Press Send."], "zh": ["请点“转账”。"]}},
      "balance": {"texts": {"en": ["See {account} in the app."], "zh": ["请在应用里看{account}。"]},
                  "slots": {"account": {"required": true, "ask": {"en": "Which account?", "zh": "哪个账户？"}}}}
    },
    "handover": {"en": "A person will answer you.", "zh": "马上为您转接人工。"},
    "fallback": {"en": "Please say it in other words.", "zh": "请换一种说法。"}})",
                                   "answers.json"),
                        "answers.json");
}

// A model that knows words: each gives its intent 0.9, two of them 0.45 each.
const std::vector<std::pair<std::string, std::string>> kWords = {
    {"card", "card_lost"},  {"卡", "card_lost"}, {"send", "send_money"}, {"转账", "send_money"},
    {"balance", "balance"}, {"余额", "balance"}, {"fee", "no_template"}, {"human", "talk_to_human"}};

// Answered from 0.8 on, and from 0.05 more where another part shares what may go wrong.
std::vector<IntentVerdict> judge(const Reading& reading, size_t parts) {
  const double threshold = 0.75 + 0.05 * static_cast<double>(parts);
  std::map<std::string, double> found;
  for (const auto& [word, intent] : kWords)
    if (reading.text.find(word) != std::string::npos) found[intent] = 0.9;
  if (found.size() > 1)
    for (auto& [intent, probability] : found) probability = 0.9 / static_cast<double>(found.size());
  for (const auto& [word, intent] : kWords) found.try_emplace(intent, 0.02);
  std::vector<IntentVerdict> verdicts;
  for (const auto& [intent, probability] : found)
    verdicts.push_back({.intent = intent,
                        .probability = probability,
                        .threshold = threshold,
                        .answer = probability >= threshold,
                        .why = intent + (probability >= threshold ? " reaches 0.80" : " is below 0.80")});
  std::ranges::stable_sort(verdicts, std::ranges::greater(), &IntentVerdict::probability);
  return verdicts;
}

std::vector<Entity> entities_in(const std::string& text) {
  for (const char* word : {"savings", "储蓄"}) {
    const size_t at = text.find(word);
    if (at != text.npos)
      return {{.entity = "account", .value = word, .start = 0, .end = 1, .confidence = 0.9}};
  }
  return {};
}

std::vector<std::vector<float>> embed(std::span<const std::string> texts) {
  std::vector<std::vector<float>> vectors;
  for (const std::string& text : texts)
    vectors.push_back(text.find("hour") != text.npos ? std::vector<float>{1.0F, 0.0F}
                                                     : std::vector<float>{0.0F, 1.0F});
  return vectors;
}

std::vector<Passage> retrieve(const Question& question) {
  const bool hours = question.text.find("hour") != std::string::npos;
  if (!hours && question.text.find("营业") == std::string::npos) return {};
  if (!hours)
    return {{.id = "faq#2", .title = "营业时间", .source = "faq.md", .text = "九点到五点。", .score = 0.5}};
  return {{.id = "faq#1",
           .title = "Opening",
           .source = "faq.md",
           .text = "Our opening hours are 9 to 5. We have coffee.",
           .score = 0.7}};
}

// Engine, model and context of one customer.
class Customer {
 public:
  explicit Customer(bool knowledge = true)
      : engine_(
            {.answers = &answers_,
             .judge = judge,
             .retrieve = knowledge ? std::function<std::vector<Passage>(const Question&)>(retrieve) : nullptr,
             .quoted_from = 0.6,
             .embed = embed}) {}

  Response say(const std::string& message) {
    const std::vector<std::string> texts = engine_.texts_to_read(message, context_);
    std::vector<Reading> readings;
    for (const std::string& text : texts)
      readings.push_back(
          {.text = text, .intent = {}, .pieces = {}, .vector = {}, .entities = entities_in(text)});
    Response response = engine_.finish(engine_.draft(message, context_, readings));
    context_ = response.context;
    check_choices(response);
    return response;
  }
  const Engine& engine() const { return engine_; }
  Context& context() { return context_; }

 private:
  // Whatever is said can be logged.
  static void check_choices(const Response& response) {
    EXPECT_FALSE(response.choices.empty());
    for (const Choice& choice : response.choices) {
      store::check_event(store::Decision{.event_id = "e",
                                         .ts_us = store::now_us(),
                                         .app = "support",
                                         .candidates = choice.candidates,
                                         .chosen = choice.chosen,
                                         .reason = choice.reason},
                         "");
      double propensity = 0.0;
      for (const store::Candidate& candidate : choice.candidates) propensity += candidate.propensity;
      EXPECT_EQ(propensity, 1.0);
    }
  }

  const Answers answers_ = sample_answers();
  Engine engine_;
  Context context_;
};

}  // namespace

TEST(Engine, answers_where_it_is_sure_in_the_customers_language) {
  Customer customer;
  const Response english = customer.say("My card is gone");
  EXPECT_EQ(english.action, Action::answer);
  EXPECT_EQ(english.text, "We block your card.");
  EXPECT_EQ(english.confidence, 0.9);
  EXPECT_THAT(english.why, HasSubstr("card_lost reaches"));
  EXPECT_EQ(english.choices[0].chosen, "card_lost");
  const Response chinese = customer.say("我的卡丢了");
  EXPECT_EQ(chinese.text, "我们冻结您的卡。");
  EXPECT_EQ(chinese.context.language, "zh");
}

TEST(Engine, two_wishes_in_one_message_are_both_answered) {
  Customer customer;
  const Response both = customer.say("My card is gone. How do I send money?");
  EXPECT_EQ(both.action, Action::answer);
  EXPECT_EQ(both.text, "We block your card.\nPress Send.");
  EXPECT_EQ(both.choices.size(), 2U);
  EXPECT_EQ(customer.say("我的卡丢了，怎么转账").text, "我们冻结您的卡。\n请点“转账”。");
  // The same wish twice is answered once.
  EXPECT_EQ(customer.say("My card is gone. Where is my card now?").text, "We block your card.");
}

TEST(Engine, parts_of_a_message_share_what_may_go_wrong) {
  Customer customer(false);
  // Of four clauses each is answered from 0.95 on, which none reaches.
  const Response four =
      customer.say("My card is gone. How do I send money? I am in a hurry now. Please help me soon.");
  EXPECT_EQ(four.action, Action::handover);
  EXPECT_EQ(customer.say("我的卡丢了。怎么转账给家人？我现在很着急。请尽快帮我一下。").action,
            Action::handover);
  EXPECT_EQ(customer.say("My card is gone. How do I send money?").action, Action::answer);
}

TEST(Engine, a_sure_part_is_answered_and_the_other_goes_to_a_person) {
  Customer customer(false);
  const Response response = customer.say("My card and balance are strange. How do I send money?");
  EXPECT_EQ(response.action, Action::handover);
  EXPECT_EQ(response.text, "Press Send.\nA person will answer you.");
}

TEST(Engine, asks_for_a_missing_slot_and_takes_the_short_answer) {
  Customer customer;
  const Response asked = customer.say("What is my balance?");
  EXPECT_EQ(asked.action, Action::ask);
  EXPECT_EQ(asked.text, "Which account?");
  const Response answered = customer.say("Checking");
  EXPECT_EQ(answered.action, Action::answer);
  EXPECT_EQ(answered.text, "See Checking in the app.");
  // The slot is carried over.
  EXPECT_EQ(customer.say("And what is my balance now, please tell me").text, "See Checking in the app.");
}

TEST(Engine, an_entity_fills_its_slot_at_once_and_in_a_longer_answer) {
  Customer customer;
  EXPECT_EQ(customer.say("我储蓄账户的余额").text, "请在应用里看储蓄。");
  Customer other;
  other.say("What is my balance?");
  EXPECT_EQ(other.say("I think that it is the savings one that I opened last year").text,
            "See savings in the app.");
}

TEST(Engine, a_new_question_in_place_of_a_slot_is_answered) {
  Customer customer;
  customer.say("What is my balance?");
  const Response response = customer.say("Never mind, how can I send money?");
  EXPECT_EQ(response.text, "Press Send.");
  EXPECT_EQ(response.context.asked_slot, "");
  EXPECT_TRUE(response.context.slots.empty());
}

TEST(Engine, a_follow_up_is_read_with_the_question_before_it) {
  Customer customer;
  customer.say("我储蓄账户的余额");
  const Response chinese = customer.say("那另一个呢？");
  EXPECT_EQ(chinese.action, Action::answer);
  EXPECT_THAT(chinese.why, HasSubstr("follows up 'balance'"));
  Customer english;
  english.say("What is my balance of savings?");
  const Response response = english.say("and for the other one?");
  EXPECT_EQ(response.action, Action::answer) << response.why;
  // Without a question before it there is nothing to follow.
  EXPECT_EQ(Customer(false).say("and for the other one?").action, Action::handover);
}

TEST(Engine, a_person_can_be_asked_for_at_any_time) {
  Customer customer;
  customer.say("What is my balance?");
  for (const char* text : {"Let me talk to a human", "please get me an agent"}) {
    const Response response = customer.say(text);
    EXPECT_EQ(response.action, Action::handover);
    EXPECT_EQ(response.text, "A person will answer you.");
    ASSERT_TRUE(response.handover);
    EXPECT_THAT(response.handover->reason, HasSubstr("asks for a person"));
    EXPECT_EQ(response.choices[0].chosen, "(handover)");
  }
  EXPECT_EQ(customer.say("转人工").text, "马上为您转接人工。");
  // By an intent, where no phrase says so.
  EXPECT_EQ(customer.say("is there any human around").action, Action::handover);
}

TEST(Engine, quotes_knowledge_with_its_source_where_no_intent_is_sure) {
  Customer customer;
  const Response response = customer.say("Tell me the opening hours please");
  EXPECT_EQ(response.action, Action::retrieve);
  EXPECT_EQ(response.text, "Our opening hours are 9 to 5. We have coffee.\n— Opening, faq.md");
  ASSERT_EQ(response.citations.size(), 2U);
  EXPECT_EQ(response.citations[0].passage, "faq#1");
  EXPECT_EQ(response.confidence, 0.7);
  EXPECT_EQ(response.choices[0].chosen, "(retrieve)");
}

TEST(Engine, a_passage_that_is_not_sure_enough_is_suggested_to_the_person) {
  Customer customer;
  const Response response = customer.say("请问营业到几点");
  EXPECT_EQ(response.action, Action::handover);
  EXPECT_THAT(response.why, HasSubstr("probability 0.50, below the 0.60"));
  ASSERT_TRUE(response.handover);
  ASSERT_FALSE(response.handover->suggestions.empty());
  EXPECT_EQ(response.handover->suggestions[0].from, "passage:faq#2");
  EXPECT_EQ(response.handover->suggestions[0].score, 0.5);
}

TEST(Engine, hands_over_with_everything_prepared_where_nothing_is_sure) {
  Customer customer;
  const Response response = customer.say("The balance of my card is odd");
  EXPECT_EQ(response.action, Action::handover);
  EXPECT_EQ(response.text, "A person will answer you.");
  ASSERT_TRUE(response.handover);
  EXPECT_THAT(response.handover->reason, AllOf(HasSubstr("is below 0.80"), HasSubstr("no passage")));
  ASSERT_FALSE(response.handover->suggestions.empty());
  EXPECT_EQ(response.handover->suggestions[0].from, "intent:card_lost");
  EXPECT_EQ(response.handover->suggestions[0].score, 0.45);
  // An intent without an answer is no answer.
  EXPECT_EQ(customer.say("Which fee is it").action, Action::handover);
}

TEST(Engine, what_cannot_be_read_is_answered_politely_in_the_customers_language) {
  for (const std::string& text :
       {std::string(), std::string(" \n\t "), std::string("🙂🙂👍🏽"), std::string("?!?!…"),
        std::string(50'000, 'a'), std::string("\xEF\xBB\xBF")}) {
    Customer customer;
    EXPECT_TRUE(customer.engine().texts_to_read(text, {}).empty());
    const Response response = customer.say(text);
    EXPECT_EQ(response.action, Action::ask);
    EXPECT_EQ(response.text, "Please say it in other words.");
    customer.context().language = "zh";
    if (language_of(text).empty()) {
      EXPECT_EQ(customer.say(text).text, "请换一种说法。");
    }
  }
  std::string chinese;
  for (int i = 0; i < 50'000; ++i) chinese += "卡";
  Customer customer;
  EXPECT_EQ(customer.say(chinese).text, "请换一种说法。");
  EXPECT_LE(customer.say(chinese).choices[0].text.size(), store::kMaxTextBytes);
  // Mixed scripts are read; what is not known goes to a person.
  EXPECT_EQ(customer.say("Привет مرحبا 你好 hello 🙂").action, Action::handover);
}

TEST(Engine, a_long_message_of_many_clauses_is_read_in_at_most_six_texts) {
  std::string text;
  for (int i = 0; i < 150; ++i) text += "How do I send money? ";
  Customer customer;
  EXPECT_LE(customer.engine().texts_to_read(text, {.question = "before"}).size(), 6U);
  EXPECT_EQ(customer.say(text).text, "Press Send.");
}
