#include <gtest/gtest.h>

#include "apps/monitor/policy.h"
#include "base/random.h"

namespace heed::apps::monitor {
namespace {

constexpr int64_t kHour = 60 * kMinuteUs;

Candidate seen(const std::string& topic, const std::string& entity, double odds,
               Event event = Event::negative_surge) {
  return {.key = {topic, entity}, .event = event, .log_odds = odds};
}

AlertPolicy saved(double a_day = 4) {
  AlertPolicy policy({.alerts_a_day = a_day}, usual_ensemble());
  for (int i = 0; i < 24; ++i) policy.close(i * kHour, {}, 10);
  return policy;
}

TEST(MonitorPolicy, what_belongs_together_is_one_alert) {
  AlertPolicy policy = saved();
  const Decisions decisions = policy.close(
      24 * kHour, {seen("a", "x", 30), seen("a", "*", 32), seen("*", "*", 31), seen("b", "*", 29)}, 10);
  ASSERT_EQ(decisions.raised.size(), 2U);  // a, which takes x and all along; b, which is no part of a
  EXPECT_EQ(decisions.raised[0].lead, (SeriesKey{"a", "*"}));
  EXPECT_EQ(decisions.raised[0].members.size(), 2U);
  EXPECT_EQ(decisions.raised[1].lead, (SeriesKey{"b", "*"}));
}

TEST(MonitorPolicy, an_incident_goes_on_until_it_has_been_quiet) {
  AlertPolicy policy = saved();
  ASSERT_EQ(policy.close(24 * kHour, {seen("a", "*", 30)}, 10).raised.size(), 1U);
  for (int i = 25; i < 30; ++i) EXPECT_TRUE(policy.close(i * kHour, {seen("a", "*", 30)}, 10).raised.empty());
  for (int i = 30; i < 35; ++i) EXPECT_TRUE(policy.close(i * kHour, {seen("a", "*", -9)}, 10).ended.empty());
  EXPECT_EQ(policy.close(35 * kHour, {seen("a", "*", -9)}, 10).ended.size(), 1U);
  EXPECT_TRUE(policy.open().empty());
}

TEST(MonitorPolicy, never_more_than_the_account_holds_whatever_comes) {
  AlertPolicy policy({.alerts_a_day = 1}, usual_ensemble());
  Random random(5);
  int64_t raised = 0, suppressed = 0;
  for (int64_t hour = 0; hour < 24 * 100; ++hour) {
    std::vector<Candidate> candidates;
    for (int topic = 0; topic < 20; ++topic)
      candidates.push_back(seen(std::to_string(topic), "*", 60 * random.uniform()));
    const Decisions decisions = policy.close(hour * kHour, candidates, 20);
    raised += static_cast<int64_t>(decisions.raised.size());
    suppressed += decisions.suppressed;
  }
  EXPECT_LE(raised, 100 + 2);
  EXPECT_GT(raised, 5);
  EXPECT_GT(suppressed, 0);
}

TEST(MonitorPolicy, comes_back_from_its_state_as_it_was) {
  AlertPolicy policy = saved();
  policy.close(24 * kHour, {seen("a", "x", 30)}, 10);
  AlertPolicy other({.alerts_a_day = 4}, usual_ensemble());
  other.restore(parse_json(policy.to_json().dump(), "test"), "test");
  for (int i = 25; i < 60; ++i) {
    const std::vector<Candidate> candidates = {seen("a", "x", i == 40 ? 30 : -9),
                                               seen("b", "*", i == 50 ? 40 : -9)};
    EXPECT_EQ(policy.close(i * kHour, candidates, 10).raised.size(),
              other.close(i * kHour, candidates, 10).raised.size());
  }
  EXPECT_EQ(policy.to_json(), other.to_json());
}

}  // namespace
}  // namespace heed::apps::monitor
