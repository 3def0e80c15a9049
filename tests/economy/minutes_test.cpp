#include "economy/minutes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/error.h"
#include "base/random.h"
#include "infer/tiny_model.h"

namespace heed::economy {
namespace {

using testing::HasSubstr;

constexpr int64_t kHour = int64_t{3600} * 1'000'000, kBegin = 20'000 * 24 * kHour;

class Minutes : public testing::Test {
 protected:
  PersonDay day(double minutes = 30) const {
    return {.person = "安",
            .group = "staff",
            .minutes = minutes,
            .begin_us = kBegin,
            .end_us = kBegin + 24 * kHour};
  }
  MinuteBid bid(const std::string& id, const std::string& task, double minutes, double value,
                int64_t hour) const {
    return {.id = id,
            .person = "安",
            .task = task,
            .minutes = minutes,
            .value = value,
            .ts_us = kBegin + hour * kHour};
  }

  test::ScratchFolder folder_;
  std::unique_ptr<Ledger> ledger_ = open_ledger((folder_ / "events.db").string());
};

TEST_F(Minutes, every_minute_is_accounted_for) {
  MinuteMarket market(*ledger_);
  market.join(day());
  const MinuteBid alert = bid("a1", "alerts", 2, 5, 9), digest = bid("d1", "digest", 20, 20, 10);
  const auto grants = market.ask({alert, digest});
  ASSERT_TRUE(grants[0].given) << grants[0].reason;
  ASSERT_TRUE(grants[1].given) << grants[1].reason;
  EXPECT_NEAR(market.left("安"), 8, 1e-9);
  market.settle(alert, 0, 2, kBegin + 11 * kHour);
  market.settle(digest, 12, 0, kBegin + 12 * kHour);
  EXPECT_NEAR(market.left("安"), 16, 1e-9);
  market.close("安", kBegin + 24 * kHour);
  const Audit audit = ledger_->audit();
  EXPECT_TRUE(audit.faults.empty());
  const Balance balance = ledger_->balance("", "安");
  EXPECT_EQ(balance[static_cast<size_t>(Stage::acquired)], 0);
  EXPECT_EQ(balance[static_cast<size_t>(Stage::allocated)], 0);
  EXPECT_EQ(balance[static_cast<size_t>(Stage::retained)], 12 * 60'000);
  EXPECT_EQ(balance[static_cast<size_t>(Stage::lost)], 18 * 60'000);
}

TEST_F(Minutes, the_price_rises_with_use_and_falls_while_nobody_wants_any) {
  MinuteMarket market(*ledger_);
  market.join(day());
  market.ask({bid("a", "alerts", 10, 10, 1)});
  const double after = market.price("安");
  EXPECT_GT(after, 0);
  const auto late = market.ask({bid("b", "slates", 1, 1e-6, 20)});
  EXPECT_LT(late[0].price, after);
}

TEST_F(Minutes, a_bid_below_the_price_is_refused_with_the_price) {
  MinuteMarket market(*ledger_);
  PersonDay dear = day();
  dear.price = 2;
  market.join(dear);
  const auto grants = market.ask({bid("a", "slates", 1, 0.5, 0)});
  EXPECT_FALSE(grants[0].given);
  EXPECT_THAT(grants[0].reason, HasSubstr("worth 0.5, and its minutes are worth"));
}

TEST_F(Minutes, quiet_hours_caps_and_fatigue_hold_for_every_application) {
  MinuteMarket market(*ledger_, {.fatigue = 0.5});
  PersonDay own = day(100);
  own.quiet_begin_us = kBegin;
  own.quiet_end_us = kBegin + 7 * kHour;
  own.most["slates"] = 3;
  market.join(own);
  MinuteBid night = bid("n", "alerts", 1, 100, 3);
  EXPECT_EQ(market.ask({night})[0].reason, "quiet hours");
  night.urgent = true;
  EXPECT_TRUE(market.ask({night})[0].given);
  EXPECT_TRUE(market.ask({bid("s1", "slates", 2, 100, 8)})[0].given);
  EXPECT_THAT(market.ask({bid("s2", "slates", 2, 100, 8)})[0].reason, HasSubstr("slates may take 3"));
  const double first = market.ask({bid("d1", "digest", 1, 100, 9)})[0].value;
  EXPECT_NEAR(market.ask({bid("d2", "digest", 1, 100, 9)})[0].value, first / 2, 1e-6);
}

TEST_F(Minutes, a_market_that_begins_again_knows_what_is_left_and_gives_nothing_twice) {
  const MinuteBid one = bid("x", "digest", 10, 50, 5);
  {
    MinuteMarket market(*ledger_);
    market.join(day());
    ASSERT_TRUE(market.ask({one})[0].given);
  }
  MinuteMarket market(*ledger_);
  market.join(day());
  EXPECT_NEAR(market.left("安"), 20, 1e-9);
  EXPECT_TRUE(market.ask({one})[0].given);
  EXPECT_NEAR(market.left("安"), 20, 1e-9);
  EXPECT_EQ(ledger_->balance("", "安")[static_cast<size_t>(Stage::allocated)], 10 * 60'000);
}

TEST_F(Minutes, refuses_strangers_and_numbers_that_are_none) {
  MinuteMarket market(*ledger_);
  EXPECT_THROW(market.ask({bid("x", "digest", 1, 1, 1)}), Error);
  EXPECT_THROW(market.join(day(0)), Error);
  market.join(day());
  EXPECT_THROW(market.ask({bid("x", "digest", 0, 1, 1)}), Error);
  const MinuteBid one = bid("y", "digest", 1, 9, 1);
  ASSERT_TRUE(market.ask({one})[0].given);
  EXPECT_THROW(market.settle(one, 1, 1, kBegin), Error);
}

}  // namespace
}  // namespace heed::economy
