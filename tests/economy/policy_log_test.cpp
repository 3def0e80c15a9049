#include "economy/policy_log.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::economy;
using testing::HasSubstr;

namespace {

std::string refusal(const auto& read) {
  try {
    read();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST(PolicyLog, reads_a_decision_a_line) {
  const auto log = read_vw_log("1:-2:0.4 | 标题 b:0.3\r\n\n2:0.5:0.1 tag| x\n", "log.vw");
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].action, 1);
  EXPECT_EQ(log[0].reward, 2);
  EXPECT_EQ(log[0].propensity, 0.4);
  EXPECT_EQ(log[1].action, 2);
  EXPECT_EQ(log[1].reward, -0.5);
}

TEST(PolicyLog, reads_decisions_of_several_lines) {
  const auto log = read_vw_log(
      "shared | user=小明\n| a\n0:-1:0.25 | b\n| c\n\nshared | user=anna\n0:0:0.5 | a\n| b", "log.vw");
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].action, 1);
  EXPECT_EQ(log[0].propensity, 0.25);
  EXPECT_EQ(log[1].action, 0);
}

TEST(PolicyLog, refuses_what_is_no_log_and_names_the_line) {
  const auto of = [](const char* text) { return refusal([&] { read_vw_log(text, "log.vw"); }); };
  EXPECT_THAT(of("1:0:0.5 | a\n1:0:0 | b\n"), HasSubstr("log.vw:2: expected a probability above 0"));
  EXPECT_THAT(of("1:0:1.5 | a\n"), HasSubstr("at most 1, found 1.5"));
  EXPECT_THAT(of("1:inf:0.5 | a\n"), HasSubstr("action:cost:probability"));
  EXPECT_THAT(of("1 | a\n"), HasSubstr("action:cost:probability"));
  EXPECT_THAT(of("no bar"), HasSubstr("| features"));
  EXPECT_THAT(of(""), HasSubstr("expected decisions, found none"));
  EXPECT_THAT(of("shared | a\n| b\n\n"), HasSubstr("log.vw:3: expected a labelled action"));
  EXPECT_THAT(of("shared | a\n0:1:0.5 | b\n0:1:0.5 | c\n"), HasSubstr("found two"));
}

TEST(PolicyLog, refuses_chances_that_are_none) {
  const auto of = [](const char* text) { return refusal([&] { read_vw_policy(text, "p.txt"); }); };
  EXPECT_THAT(of("0:0.5,1:0.5\n0:0.5,1:0.4\n"),
              HasSubstr("p.txt:2: expected chances that sum to 1, found 0.9"));
  EXPECT_THAT(of("0:2,1:-1\n"), HasSubstr("from 0 to 1"));
  EXPECT_THAT(of("0:0.5,0:0.5\n"), HasSubstr("found twice"));
  EXPECT_THAT(of("0:nan,1:1\n"), HasSubstr("from 0 to 1"));
  EXPECT_THAT(of("0.5 0.5\n"), HasSubstr("action:chance"));
}

// Action 0 earns 1, action 1 earns 0; logged evenly, the policy takes 0 with 0.8.
TEST(PolicyLog, judges_another_policy_and_names_what_the_log_never_did) {
  Random random(1);
  std::vector<LoggedDecision> log;
  std::vector<std::vector<ActionChance>> policy, beyond;
  for (int k = 0; k < 4000; ++k) {
    const int64_t action = random.uniform() < 0.5 ? 0 : 1;
    log.push_back({.action = action, .reward = action == 0 ? 1.0 : 0.0, .propensity = 0.5});
    policy.push_back({{.action = 0, .chance = 0.8}, {.action = 1, .chance = 0.2}});
    beyond.push_back({{.action = 0, .chance = 0.7}, {.action = 7, .chance = 0.3}});
  }
  const PolicyLog judged = judge(log, policy);
  EXPECT_NEAR(metrics::inverse_propensity(judged.decisions()).value, 0.8, 0.05);
  EXPECT_NEAR(metrics::doubly_robust(judged.decisions()).value, 0.8, 0.005);
  EXPECT_NEAR(metrics::direct_method(judged.decisions()).value, 0.8, 0.005);
  EXPECT_FALSE(coverage(judged.decisions()).is_short);
  EXPECT_TRUE(judged.unsupported.empty());
  const PolicyLog unseen = judge(log, beyond);
  ASSERT_EQ(unseen.unsupported.size(), 1U);
  EXPECT_EQ(unseen.unsupported[0].action, 7);
  EXPECT_NEAR(unseen.unsupported[0].share, 0.3, 1e-9);
  EXPECT_TRUE(coverage(unseen.decisions()).is_short);
  EXPECT_NEAR(coverage(unseen.decisions()).mean_weight, 0.7, 0.05);
  policy.pop_back();
  EXPECT_THAT(refusal([&] { judge(log, policy); }), HasSubstr("4000 decisions, found 3999"));
}
