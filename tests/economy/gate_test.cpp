#include "economy/gate.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/json.h"
#include "infer/tiny_model.h"

namespace heed::economy {
namespace {

using testing::HasSubstr;

std::vector<double> differences(double mean, size_t count) {
  std::vector<double> all;
  for (size_t k = 0; k < count; ++k) all.push_back(mean + (k % 2 == 0 ? 0.1 : -0.1));
  return all;
}

TEST(Gate, lets_through_what_is_proven_and_says_why_not) {
  const Verdict better = judge_differences(differences(0.05, 400), 300, "decisions");
  EXPECT_TRUE(better.promote) << better.why;
  EXPECT_NEAR(better.difference, 0.05, 1e-12);
  EXPECT_LT(better.interval.lower, 0.05);
  EXPECT_THAT(judge_differences(differences(0.05, 400), 199, "places").why, HasSubstr("worth 199 places"));
  const Verdict chance = judge_differences(differences(0.001, 400), 300, "decisions");
  EXPECT_FALSE(chance.promote);
  EXPECT_THAT(chance.why, HasSubstr("may be chance"));
  EXPECT_THAT(judge_differences(differences(-0.05, 400), 300, "decisions").why, HasSubstr("worse"));
  EXPECT_TRUE(judge_differences(differences(0.05, 400), 50, "decisions", {.least_effective = 20}).promote);
}

TEST(Gate, keeps_the_verdict_with_its_table) {
  const test::ScratchFolder folder;
  const auto log = store::open_event_log((folder / "events.db").string());
  keep_verdict(*log, "recommend", "商店-2", false, "the difference may be chance", "live 1\ncandidate 2\n");
  const store::EventPage page = log->list({.app = "gate"});
  ASSERT_EQ(page.events.size(), 1U);
  const auto& decision = std::get<store::Decision>(page.events[0]);
  EXPECT_EQ(decision.chosen, "refuse");
  const Json reason = parse_json(decision.reason, "reason");
  EXPECT_EQ(reason["candidate"], "商店-2");
  EXPECT_EQ(reason["table"], "live 1\ncandidate 2\n");
}

}  // namespace
}  // namespace heed::economy
