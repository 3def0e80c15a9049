#include <thread>

#include <gtest/gtest.h>

#include "apps/recommend/people_count.h"
#include "apps/recommend/recent_slates.h"
#include "apps/recommend/user_histories.h"

namespace heed::apps::recommend {
namespace {

constexpr int64_t kSecond = 1'000'000;
using Events = std::vector<HistoryEvent>;

TEST(UserHistories, keep_the_order_of_time_and_what_has_none_last) {
  UserHistories histories(4);
  EXPECT_TRUE(histories.add("安", {.item = 1, .kind = 0, .ts_us = 100 * kSecond}));
  EXPECT_TRUE(histories.add("安", {.item = 2, .kind = 1, .ts_us = 300 * kSecond}));
  EXPECT_TRUE(histories.add("安", {.item = 3, .kind = 0, .ts_us = 200 * kSecond}));
  EXPECT_TRUE(histories.add("安", {.item = 4}));
  EXPECT_EQ(histories.of("安"),
            (Events{{1, 0, 100 * kSecond}, {3, 0, 200 * kSecond}, {2, 1, 300 * kSecond}, {4, 0, -1}}));
  EXPECT_TRUE(histories.of("nobody").empty());
}

TEST(UserHistories, let_the_earliest_give_way) {
  UserHistories histories(3);
  for (int i = 1; i <= 5; ++i) histories.add("ann", {.item = i, .kind = 0, .ts_us = i * kSecond});
  EXPECT_EQ(histories.of("ann"), (Events{{3, 0, 3 * kSecond}, {4, 0, 4 * kSecond}, {5, 0, 5 * kSecond}}));
  EXPECT_FALSE(histories.add("ann", {.item = 9, .kind = 0, .ts_us = 1 * kSecond}));  // earlier than all
  EXPECT_TRUE(histories.add("ann", {.item = 9, .kind = 0, .ts_us = 4 * kSecond}));
  EXPECT_EQ(histories.of("ann"), (Events{{4, 0, 4 * kSecond}, {9, 0, 4 * kSecond}, {5, 0, 5 * kSecond}}));
}

TEST(UserHistories, know_an_event_that_comes_twice) {
  UserHistories histories(5);
  const HistoryEvent event{.item = 1, .kind = 2, .ts_us = 7 * kSecond};
  EXPECT_TRUE(histories.add("ann", event));
  EXPECT_FALSE(histories.add("ann", event));
  EXPECT_TRUE(histories.add("ann", {.item = 1, .kind = 3, .ts_us = 7 * kSecond}));
  EXPECT_FALSE(histories.add("ann", event));
  EXPECT_EQ(histories.of("ann").size(), 2U);
}

TEST(UserHistories, name_some_people_in_order) {
  UserHistories histories;
  for (const char* person : {"dan", "安", "ann", "bob"}) histories.add(person, {.item = 1});
  EXPECT_EQ(histories.some(10), (std::vector<std::string>{"ann", "bob", "dan", "安"}));
  EXPECT_EQ(histories.some(2).size(), 2U);
  EXPECT_TRUE(UserHistories().some(5).empty());
}

TEST(UserHistories, a_million_events_of_one_person_take_the_room_of_fifty) {
  UserHistories histories(50);
  for (int i = 0; i < 1'000'000; ++i)
    histories.add("ann", {.item = i, .kind = 0, .ts_us = (i + 1) * kSecond});
  EXPECT_EQ(histories.of("ann").size(), 50U);
  EXPECT_EQ(histories.of("ann").back().item, 999'999);
  EXPECT_EQ(histories.people(), 1);
  histories.forget("ann");
  EXPECT_EQ(histories.people(), 0);
}

TEST(UserHistories, take_events_of_many_threads) {
  UserHistories histories(50);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i)
        histories.add("u" + std::to_string(i % 100), {.item = t, .kind = 0, .ts_us = (1 + i) * kSecond});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(histories.people(), 100);
  for (int u = 0; u < 100; ++u) EXPECT_EQ(histories.of("u" + std::to_string(u)).size(), 50U);
}

TEST(PeopleCount, counts_people_and_not_what_they_do) {
  PeopleCount count;
  EXPECT_EQ(count.estimate(), 0.0);
  for (int i = 0; i < 10000; ++i) count.add("one account");
  EXPECT_NEAR(count.estimate(), 1.0, 0.05);
  for (int i = 0; i < 30; ++i) count.add("用户" + std::to_string(i));
  EXPECT_NEAR(count.estimate(), 31.0, 10.0);
  for (int i = 0; i < 100000; ++i) count.add("person " + std::to_string(i));
  EXPECT_NEAR(count.estimate() / 100000.0, 1.0, 0.4);
}

TEST(RecentSlates, find_the_decision_that_showed_an_item) {
  RecentSlates recent(2);
  recent.add("ann", "d1", {1, 2});
  recent.add("ann", "d2", {2, 3});
  EXPECT_EQ(recent.decision_of("ann", 1), "d1");
  EXPECT_EQ(recent.decision_of("ann", 2), "d2");
  EXPECT_EQ(recent.decision_of("ann", 9), "");
  EXPECT_EQ(recent.times_shown("ann").at(2), 2);
  recent.add("bob", "d3", {1});
  recent.add("cid", "d4", {1});  // ann, shown to longest ago, gives way
  EXPECT_EQ(recent.decision_of("ann", 1), "");
  EXPECT_EQ(recent.decision_of("bob", 1), "d3");
  recent.forget("bob");
  EXPECT_EQ(recent.decision_of("bob", 1), "");
}

}  // namespace
}  // namespace heed::apps::recommend
