#include <map>

#include <gtest/gtest.h>

#include "apps/support/queue.h"
#include "base/expect_error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::apps::support;
using Entry = HandoverQueue::Entry;

namespace {

constexpr int64_t kSecond = 1'000'000;

Entry entry(const std::string& tenant, const std::string& id, int64_t since_s,
            Priority priority = Priority::normal) {
  return {.key = {tenant, id}, .priority = priority, .since_us = since_s * kSecond};
}

std::vector<std::string> ids(const std::vector<Entry>& entries) {
  std::vector<std::string> names;
  for (const Entry& each : entries) names.push_back(each.key.id);
  return names;
}

}  // namespace

TEST(HandoverQueue, the_longest_waiting_come_first_and_urgent_ones_as_if_they_had_waited_longer) {
  HandoverQueue queue({.urgent_seconds = 600});
  queue.add(entry("", "late", 1000));
  queue.add(entry("", "urgent", 1500, Priority::urgent));
  queue.add(entry("", "early", 100));
  queue.add(entry("", "early-urgent", 650, Priority::urgent));
  EXPECT_EQ(ids(queue.in_order()), (std::vector<std::string>{"early-urgent", "early", "urgent", "late"}));
  EXPECT_EQ(queue.position({"", "urgent"}), 2U);
  EXPECT_EQ(queue.position({"other", "urgent"}), std::nullopt);
  EXPECT_EQ(queue.take()->key.id, "early-urgent");
  EXPECT_EQ(queue.size(), 3U);
}

TEST(HandoverQueue, one_that_becomes_urgent_keeps_its_time_and_stands_once) {
  HandoverQueue queue({.urgent_seconds = 600});
  queue.add(entry("", "a", 100));
  queue.add(entry("", "b", 200));
  queue.add(entry("", "b", 900, Priority::urgent));
  queue.add(entry("", "b", 950));
  EXPECT_EQ(ids(queue.in_order()), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(queue.take()->since_us, 200 * kSecond);
}

TEST(HandoverQueue, take_and_remove_by_name_are_of_that_tenant_alone) {
  HandoverQueue queue;
  queue.add(entry("a", "1", 1));
  queue.add(entry("b", "1", 2));
  EXPECT_FALSE(queue.take(ConversationKey{"c", "1"}));
  EXPECT_TRUE(queue.take(ConversationKey{"a", "1"}));
  EXPECT_FALSE(queue.take(ConversationKey{"a", "1"}));
  EXPECT_TRUE(queue.remove({"b", "1"}));
  EXPECT_FALSE(queue.remove({"b", "1"}));
  EXPECT_FALSE(queue.take());
}

TEST(HandoverQueue, a_full_queue_says_so_and_so_does_a_tenant_with_its_share) {
  HandoverQueue queue({.most = 3, .most_a_tenant = 2});
  queue.add(entry("a", "1", 1));
  queue.add(entry("a", "2", 1));
  expect_error(ErrorCode::overloaded, {"hand-over queue", "at most 2 conversations of a tenant"},
               [&] { queue.add(entry("a", "3", 1)); });
  queue.add(entry("b", "1", 1));
  expect_error(ErrorCode::overloaded, {"at most 3 conversations"}, [&] { queue.add(entry("b", "2", 1)); });
  queue.add(entry("a", "2", 1, Priority::urgent));  // waits already
  queue.take();
  queue.add(entry("b", "2", 1));
  EXPECT_EQ(queue.size(), 3U);
}

// Tenants that always wait are served in turn, whatever one of them puts in.
TEST(HandoverQueue, tenants_that_wait_all_the_time_get_the_same_within_one) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    HandoverQueue queue({.most = 100'000, .most_a_tenant = 100'000});
    const size_t tenants = 2 + random.below(5);
    int64_t next = 0;
    const auto add = [&](size_t tenant) {
      queue.add(entry(std::to_string(tenant), std::to_string(next),
                      next + static_cast<int64_t>(random.below(1000)),
                      random.below(4) == 0 ? Priority::urgent : Priority::normal));
      ++next;
    };
    for (size_t tenant = 0; tenant < tenants; ++tenant)
      for (size_t i = 0; i < 40 + 300 * (tenant == 0 ? 1 : 0); ++i) add(tenant);
    std::map<std::string, int64_t> served;
    for (size_t i = 0; i < 30 * tenants; ++i) {
      const auto taken = queue.take();
      ASSERT_TRUE(taken);
      ++served[taken->key.tenant];
      add(std::stoul(taken->key.tenant));
      int64_t least = INT64_MAX, most = 0;
      for (size_t tenant = 0; tenant < tenants; ++tenant) {
        least = std::min(least, served[std::to_string(tenant)]);
        most = std::max(most, served[std::to_string(tenant)]);
      }
      ASSERT_LE(most - least, 1);
    }
  }
}

TEST(HandoverQueue, a_tenant_that_comes_back_has_saved_nothing_up) {
  HandoverQueue queue;
  for (int i = 0; i < 100; ++i) queue.add(entry("busy", std::to_string(i), i));
  queue.add(entry("rare", "first", 0));
  for (int i = 0; i < 51; ++i) queue.take();
  for (int i = 0; i < 20; ++i) queue.add(entry("rare", std::to_string(i), 1000));
  int64_t rare = 0;
  for (int i = 0; i < 20; ++i) rare += queue.take()->key.tenant == "rare" ? 1 : 0;
  EXPECT_GE(rare, 10);
  EXPECT_LE(rare, 11);
}

// A normal one is passed by no urgent one that came more than urgent_seconds after it.
TEST(HandoverQueue, nobody_starves_under_a_stream_of_urgent_ones) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    HandoverQueue queue({.urgent_seconds = 300});
    queue.add(entry("t", "patient", 0));
    int64_t now = 0;
    bool served = false;
    for (int i = 0; i < 10; ++i) queue.add(entry("t", "u" + std::to_string(i), 0, Priority::urgent));
    for (int i = 10; i < 1000 && !served; ++i) {
      now += 1 + static_cast<int64_t>(random.below(10));
      queue.add(entry("t", "u" + std::to_string(i), now, Priority::urgent));
      served = queue.take()->key.id == "patient";
    }
    EXPECT_TRUE(served);
    EXPECT_LE(now, 300 + 10 * 11 + 10);  // and those that waited before it
  }
}

TEST(HandoverQueue, the_order_told_is_the_order_taken) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    HandoverQueue queue;
    for (int i = 0; i < 60; ++i) {
      queue.add(entry(std::to_string(random.below(4)), std::to_string(i),
                      static_cast<int64_t>(random.below(2000)),
                      random.below(3) == 0 ? Priority::urgent : Priority::normal));
      if (random.below(3) == 0) queue.take();
    }
    const std::vector<std::string> told = ids(queue.in_order());
    std::vector<std::string> taken;
    while (const auto each = queue.take()) taken.push_back(each->key.id);
    EXPECT_EQ(told, taken);
  }
}
