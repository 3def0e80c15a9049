#include <atomic>
#include <set>
#include <thread>

#include <gmock/gmock.h>

#include "apps/support/conversations.h"
#include "base/expect_error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::apps::support;
using testing::HasSubstr;
using testing::Not;

namespace {

Turn turn(Sender from, const std::string& text, int64_t ts = 1) {
  return {.from = from, .text = text, .ts_us = ts};
}

Conversation sample() {
  Conversation conversation;
  conversation.tenant = "银行";
  conversation.id = "c1";
  conversation.state = State::taken;
  conversation.priority = Priority::urgent;
  conversation.agent = "Wei";
  conversation.context = {.language = "zh",
                          .slots = {{"account", "储蓄"}},
                          .intent = "balance",
                          .asked_intent = "balance",
                          .asked_slot = "account",
                          .question = "余额是多少？"};
  add_turn(conversation, turn(Sender::customer, "余额是多少？", 5));
  add_turn(conversation, {.from = Sender::heed,
                          .text = "哪个账户？",
                          .ts_us = 6,
                          .details = {{"decision_id", "d1"}, {"action", "ask"}}});
  conversation.waiting_since_us = 4;
  conversation.handover = {.reason = "not sure",
                           .summary = "one message",
                           .suggestions = {{.text = "{balance}", .from = "intent:balance", .score = 0.25}}};
  return conversation;
}

}  // namespace

TEST(Conversation, keeps_the_first_turn_and_the_latest_within_its_limits) {
  Conversation conversation;
  for (int i = 0; i < 20; ++i)
    add_turn(conversation, turn(Sender::customer, std::to_string(i), i), {.max_turns = 5});
  ASSERT_EQ(conversation.turns.size(), 5U);
  EXPECT_EQ(conversation.turns[0].text, "0");
  EXPECT_EQ(conversation.turns[1].text, "16");
  EXPECT_EQ(conversation.turns[4].text, "19");
  EXPECT_EQ(conversation.dropped_turns, 15);
  EXPECT_EQ(conversation.updated_us, 19);
  add_turn(conversation, turn(Sender::customer, std::string(900, 'x')), {.max_bytes = 1000});
  add_turn(conversation, turn(Sender::customer, std::string(900, 'y')), {.max_bytes = 1000});
  ASSERT_EQ(conversation.turns.size(), 2U);
  EXPECT_EQ(conversation.turns[1].text[0], 'y');
}

TEST(Conversation, comes_back_from_json_as_it_was) {
  const Conversation before = sample();
  const Json json = to_json(before);
  const Conversation after = conversation_from_json(json, "row");
  EXPECT_EQ(to_json(after), json);
  EXPECT_EQ(after.state, State::taken);
  EXPECT_EQ(after.context, before.context);
  EXPECT_EQ(after.turns[1].details["decision_id"], "d1");
  Json broken = json;
  broken["state"] = "asleep";
  expect_error(ErrorCode::corrupt_data, {"row", "asleep"}, [&] { conversation_from_json(broken, "row"); });
  broken = json;
  broken["context"]["slots"]["account"] = 7;
  expect_error(ErrorCode::corrupt_data, {"row", "account"}, [&] { conversation_from_json(broken, "row"); });
}

TEST(Conversation, a_summary_speaks_the_customers_language) {
  EXPECT_THAT(summarise(sample()), testing::AllOf(HasSubstr("客户发来 1 条消息"), HasSubstr("余额是多少"),
                                                  HasSubstr("account：储蓄")));
  Conversation english = sample();
  english.context.language = "en";
  add_turn(english, turn(Sender::customer, "Are you\nthere? " + std::string(1000, 'a'), 9));
  const std::string summary = summarise(english);
  EXPECT_THAT(summary,
              testing::AllOf(HasSubstr("2 messages"), HasSubstr("Last: Are you there?"), HasSubstr("…")));
  EXPECT_LT(summary.size(), 800U);
  EXPECT_EQ(summarise({}), "");
}

TEST(Conversations, one_is_found_by_tenant_and_id_together) {
  Conversations all({});
  Conversation conversation;
  conversation.tenant = "a";
  conversation.id = "1";
  const auto live = all.add(conversation);
  EXPECT_EQ(all.find({"a", "1"}), live);
  EXPECT_EQ(all.find({"b", "1"}), nullptr);
  EXPECT_EQ(all.find({"", "1"}), nullptr);
  EXPECT_EQ(all.find({"a1", ""}), nullptr);
  EXPECT_EQ(all.add(conversation), live);
}

TEST(Conversations, ids_are_long_and_never_the_same) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = Conversations::new_id();
    EXPECT_EQ(id.size(), 32U);
    EXPECT_TRUE(ids.insert(id).second);
  }
}

TEST(Conversations, idle_ones_leave_and_held_ones_stay) {
  Conversations all({.most = 10, .idle = std::chrono::seconds(60)});
  Conversation conversation;
  conversation.id = "held";
  const auto held = all.add(conversation);
  for (int i = 0; i < 9; ++i) {
    conversation.id = std::to_string(i);
    all.add(conversation);
  }
  EXPECT_EQ(all.size(), 10U);
  conversation.id = "one more";
  all.add(conversation);
  EXPECT_LE(all.size(), 10U);
  EXPECT_EQ(all.find({"", "held"}), held);
  EXPECT_NE(all.find({"", "one more"}), nullptr);
  EXPECT_EQ(all.expire(Conversations::Clock::now()), 0U);
  all.expire(Conversations::Clock::now() + std::chrono::seconds(61));
  EXPECT_EQ(all.size(), 1U);
  EXPECT_EQ(all.find({"", "held"}), held);
}

TEST(Conversations, more_than_fit_are_refused_while_all_are_held) {
  Conversations all({.most = 2});
  std::vector<LiveConversationPointer> held;
  Conversation conversation;
  for (const char* id : {"1", "2"}) {
    conversation.id = id;
    held.push_back(all.add(conversation));
  }
  conversation.id = "3";
  expect_error(ErrorCode::overloaded, {"conversations", "at most 2"}, [&] { all.add(conversation); });
}

TEST(TurnOrder, messages_of_one_conversation_are_answered_one_after_another) {
  const auto live = std::make_shared<LiveConversation>(Conversation{});
  std::vector<int> begun;
  std::vector<TurnOrder::Pass> passes;
  for (int i = 0; i < 3; ++i)
    TurnOrder::enter(live, 2, [&, i](TurnOrder::Pass pass) {
      begun.push_back(i);
      passes.push_back(std::move(pass));
    });
  EXPECT_EQ(begun, (std::vector<int>{0}));
  expect_error(ErrorCode::overloaded, {"at most 2 messages"},
               [&] { TurnOrder::enter(live, 2, [](TurnOrder::Pass) {}); });
  passes[0].reset();
  EXPECT_EQ(begun, (std::vector<int>{0, 1}));
  passes[1].reset();
  passes[2].reset();
  EXPECT_EQ(begun, (std::vector<int>{0, 1, 2}));
  TurnOrder::enter(live, 0, [&](TurnOrder::Pass) { begun.push_back(3); });
  EXPECT_EQ(begun.back(), 3);
}

// Eight threads talk in 200 conversations at once, half of whose ids are those of another tenant. Each turn
// says whose it is, so a word of one in another would be seen.
TEST(Conversations, nothing_of_one_reaches_another_among_two_hundred_from_many_threads) {
  constexpr int kConversations = 200, kThreads = 8, kTurns = 4'000;
  Conversations all({.most = 10'000});
  const auto key_of = [](int number) {
    return ConversationKey{number % 2 == 0 ? "even" : "odd", std::to_string(number / 2)};
  };
  for (int i = 0; i < kConversations; ++i) {
    Conversation conversation;
    conversation.tenant = key_of(i).tenant;
    conversation.id = key_of(i).id;
    all.add(std::move(conversation));
  }
  std::atomic<int64_t> begun{0}, overlaps{0};
  std::vector<std::atomic<int>> inside(kConversations);
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread)
    threads.emplace_back([&, thread] {
      Random random(static_cast<uint64_t>(thread) + 1);
      for (int i = 0; i < kTurns; ++i) {
        const int number = static_cast<int>(random.below(kConversations));
        const auto live = all.find(key_of(number));
        TurnOrder::enter(live, 1'000'000, [&, number, live](const TurnOrder::Pass&) {
          if (inside[static_cast<size_t>(number)].fetch_add(1) != 0) ++overlaps;
          const std::string mark = "<" + std::to_string(number) + ">";
          live->with([&](Conversation& c) {
            c.context.slots["account"] = mark;
            c.context.question = mark;
            add_turn(c, turn(Sender::customer, mark));
          });
          ++begun;
          inside[static_cast<size_t>(number)].fetch_sub(1);
        });
      }
    });
  threads.clear();
  EXPECT_EQ(begun, kThreads * kTurns);
  EXPECT_EQ(overlaps, 0);
  for (int i = 0; i < kConversations; ++i) {
    all.find(key_of(i))->with([&](Conversation& c) {
      const std::string mark = "<" + std::to_string(i) + ">";
      ASSERT_FALSE(c.turns.empty());
      for (const Turn& each : c.turns) ASSERT_EQ(each.text, mark);
      ASSERT_EQ(c.context.slots.at("account"), mark);
      ASSERT_EQ(c.context.question, mark);
      ASSERT_EQ(c.tenant, key_of(i).tenant);
      ASSERT_EQ(c.id, key_of(i).id);
    });
  }
}
