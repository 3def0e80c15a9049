#include <gtest/gtest.h>

#include "apps/recommend/promotion.h"
#include "base/error.h"
#include "base/random.h"

namespace heed::apps::recommend {
namespace {

// Items 0 to 4 of a place are clicked with 0.1 to 0.5; the live policy shows `shown` and explores with 0.4;
// the one that is judged would show `wanted` with the same exploration.
std::vector<LoggedSlate> log(int slates, int32_t shown, int32_t wanted, uint64_t seed) {
  Random random(seed);
  std::vector<LoggedSlate> all;
  for (int s = 0; s < slates; ++s) {
    LoggedSlate slate;
    for (int place = 0; place < 2; ++place) {
      const auto other = static_cast<int32_t>((shown + 1 + static_cast<int32_t>(random.below(4))) % 5);
      LoggedPlace logged{.item = random.uniform() < 0.6 ? shown : other};
      logged.propensity = logged.item == shown ? 0.6 : 0.1;
      for (int32_t item = 0; item < 5; ++item) logged.target.emplace_back(item, item == wanted ? 0.6 : 0.1);
      logged.reward = random.uniform() < 0.1 * (logged.item + 1) ? 1.0 : 0.0;
      slate.push_back(logged);
    }
    all.push_back(slate);
  }
  return all;
}

double truth(int32_t shown) {
  double value = 0.0;
  for (int32_t item = 0; item < 5; ++item) value += (item == shown ? 0.6 : 0.1) * 0.1 * (item + 1);
  return 2.0 * value;
}

TEST(Promotion, proves_a_better_policy_and_refuses_a_worse_one) {
  const Promotion better = judge_policy(log(3000, 1, 4, 1));
  EXPECT_TRUE(better.is_proven) << better.why;
  for (const auto* estimate : {&better.ips, &better.snips, &better.doubly_robust})
    EXPECT_NEAR(estimate->value, truth(4), 0.08);
  EXPECT_NEAR(better.live, truth(1), 0.05);
  EXPECT_NEAR(better.difference, truth(4) - truth(1), 0.08);
  const Promotion worse = judge_policy(log(3000, 4, 1, 2));
  EXPECT_FALSE(worse.is_proven);
  EXPECT_EQ(worse.why, "the candidate is worse");
  EXPECT_EQ(judge_policy(log(3000, 2, 2, 3)).why, "the difference may be chance");
}

TEST(Promotion, refuses_a_log_that_is_worth_too_little) {
  const Promotion few = judge_policy(log(40, 1, 4, 4));
  EXPECT_FALSE(few.is_proven);
  EXPECT_NE(few.why.find("200 are needed"), std::string::npos);
}

TEST(Promotion, its_intervals_cover_the_truth) {
  int covered = 0;
  constexpr int kRuns = 300;
  for (int run = 0; run < kRuns; ++run) {
    const Promotion judged = judge_policy(log(400, 1, 3, 100 + static_cast<uint64_t>(run)));
    const double difference = truth(3) - truth(1);
    covered += judged.interval.lower <= difference && difference <= judged.interval.upper ? 1 : 0;
  }
  EXPECT_GE(covered, static_cast<int>(0.91 * kRuns));
}

TEST(Promotion, refuses_what_is_no_log) {
  EXPECT_THROW(judge_policy(log(3, 1, 4, 5)), Error);
  auto slates = log(10, 1, 4, 6);
  slates[2][0].propensity = 0.0;
  EXPECT_THROW(judge_policy(slates), Error);
  slates = log(10, 1, 4, 6);
  slates[2][0].target.pop_back();
  EXPECT_THROW(judge_policy(slates), Error);
}

}  // namespace
}  // namespace heed::apps::recommend
