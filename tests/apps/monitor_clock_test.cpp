#include <gtest/gtest.h>

#include "apps/monitor/event_clock.h"

namespace heed::apps::monitor {
namespace {

using Verdict = EventClock::Verdict;

constexpr int64_t kHour = int64_t{3600} * 1'000'000, kDay = 24 * kHour, kStart = 20'000 * kDay;

TEST(MonitorClock, follows_the_latest_time_and_calls_late_what_is_behind_the_watermark) {
  EventClock clock({.lateness_us = kHour});
  EXPECT_EQ(clock.judge(kStart), Verdict::on_time);
  EXPECT_EQ(clock.judge(kStart + 3 * kHour), Verdict::on_time);
  EXPECT_EQ(clock.watermark_us(), kStart + 2 * kHour);
  EXPECT_EQ(clock.judge(kStart + 2 * kHour), Verdict::on_time);
  EXPECT_EQ(clock.judge(kStart + kHour), Verdict::late);
  EXPECT_EQ(clock.latest_us(), kStart + 3 * kHour);
}

TEST(MonitorClock, does_not_believe_one_message_that_is_years_ahead) {
  EventClock clock({});
  for (int i = 0; i < 10; ++i) clock.judge(kStart + i * kHour);
  EXPECT_EQ(clock.judge(kStart + 3000 * kDay), Verdict::ahead);
  EXPECT_EQ(clock.judge(kStart + 11 * kHour), Verdict::on_time);
  EXPECT_EQ(clock.latest_us(), kStart + 11 * kHour);
}

TEST(MonitorClock, goes_on_after_a_silence_when_several_agree) {
  EventClock clock({});
  for (int i = 0; i < 10; ++i) clock.judge(kStart + i * kHour);
  const int64_t later = kStart + 60 * kDay;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(clock.judge(later + i), Verdict::ahead);
  EXPECT_EQ(clock.judge(later + 4), Verdict::on_time);
  EXPECT_EQ(clock.latest_us(), later + 4);
}

TEST(MonitorClock, clocks_that_are_off_by_different_years_do_not_agree) {
  EventClock clock({});
  for (int i = 0; i < 10; ++i) clock.judge(kStart + i * kHour);
  for (int i = 1; i < 20; ++i) EXPECT_EQ(clock.judge(kStart + 400 * i * kDay), Verdict::ahead);
}

TEST(MonitorClock, turns_back_where_the_very_first_message_was_wrong) {
  EventClock clock({});
  EXPECT_EQ(clock.judge(kStart + 9000 * kDay), Verdict::on_time);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(clock.judge(kStart + i), Verdict::late);
  EXPECT_EQ(clock.judge(kStart + 4), Verdict::on_time);
  EXPECT_EQ(clock.latest_us(), kStart + 4);
}

TEST(MonitorClock, comes_back_from_its_state_as_it_was) {
  EventClock clock({}), other({});
  for (int i = 0; i < 10; ++i) clock.judge(kStart + i * kHour);
  clock.judge(kStart + 60 * kDay);
  other.restore(clock.to_json(), "test");
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(clock.judge(kStart + 60 * kDay + i), other.judge(kStart + 60 * kDay + i));
  EXPECT_EQ(clock.to_json(), other.to_json());
}

}  // namespace
}  // namespace heed::apps::monitor
