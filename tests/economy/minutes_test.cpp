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
            .begin_us = kBegin,
            .end_us = kBegin + 24 * kHour,
            .rules = {.minutes = minutes}};
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
  EXPECT_TRUE(market.settle(alert.id, 0, 2, kBegin + 11 * kHour));
  EXPECT_TRUE(market.settle(digest.id, 12, 0, kBegin + 12 * kHour));
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
  own.rules.quiet = {.begin = 22 * 60, .end = 7 * 60};
  own.rules.most["slates"] = 3;
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

TEST_F(Minutes, what_was_settled_stays_and_what_was_never_granted_is_not_settled) {
  MinuteMarket market(*ledger_);
  market.join(day());
  ASSERT_TRUE(market.ask({bid("x", "digest", 4, 9, 1), bid("y", "digest", 4, 9, 1)})[0].given);
  EXPECT_TRUE(market.settle("x", 3, 0, kBegin + 2 * kHour));
  EXPECT_FALSE(market.settle("x", 0, 1, kBegin + 3 * kHour));
  EXPECT_FALSE(market.settle("z", 1, 0, kBegin + 3 * kHour));
  EXPECT_EQ(ledger_->balance("", "安")[static_cast<size_t>(Stage::retained)], 3 * 60'000);
  EXPECT_EQ(ledger_->balance("", "安")[static_cast<size_t>(Stage::allocated)], 4 * 60'000);
}

class UsualDays : public Minutes {
 protected:
  const MarketOptions options_{.usual =
                                   DayRules{.minutes = 30, .utc_us = 8 * kHour, .most = {{"alerts", 5.0}}}};
};

TEST_F(UsualDays, whoever_is_asked_for_joins_and_each_day_closes_the_one_before) {
  MinuteMarket market(*ledger_, options_);
  ASSERT_TRUE(market.ask({bid("a", "digest", 10, 50, 1)})[0].given);
  EXPECT_NEAR(market.left("安"), 20, 1e-9);
  // 15:00 UTC is 23:00 in the same day, 17:00 is 01:00 of the next one.
  ASSERT_TRUE(market.ask({bid("b", "digest", 1, 50, 15)})[0].given);
  EXPECT_NEAR(market.left("安"), 19, 1e-9);
  ASSERT_TRUE(market.ask({bid("c", "digest", 1, 50, 17)})[0].given);
  EXPECT_NEAR(market.left("安"), 29, 1e-9);
  EXPECT_EQ(ledger_->balance("", "安")[static_cast<size_t>(Stage::lost)], 19 * 60'000);
  EXPECT_TRUE(ledger_->audit().faults.empty());
}

TEST_F(UsualDays, after_a_crash_price_caps_and_what_is_left_are_as_before) {
  double price = 0;
  {
    MinuteMarket market(*ledger_, options_);
    ASSERT_TRUE(market.ask({bid("a", "alerts", 4, 50, 1)})[0].given);
    ASSERT_TRUE(market.ask({bid("d", "digest", 6, 40, 2)})[0].given);
    market.settle("d", 2, 0, kBegin + 3 * kHour);
    price = market.price("安");
    EXPECT_NEAR(market.left("安"), 24, 1e-9);
  }
  MinuteMarket market(*ledger_, options_);
  market.restore(kBegin + 4 * kHour);
  EXPECT_NEAR(market.left("安"), 24, 1e-9);
  EXPECT_NEAR(market.price("安"), price, 1e-9);
  EXPECT_THAT(market.ask({bid("a2", "alerts", 2, 500, 5)})[0].reason, HasSubstr("has had 4"));
  const MinuteGrant again = market.ask({bid("a", "alerts", 4, 50, 6)})[0];
  EXPECT_TRUE(again.given);
  EXPECT_NEAR(market.left("安"), 24, 1e-9);
}

TEST_F(UsualDays, yesterdays_feedback_begins_no_day) {
  {
    MinuteMarket market(*ledger_, options_);
    ASSERT_TRUE(market.ask({bid("a", "digest", 10, 50, 1)})[0].given);
    ASSERT_TRUE(market.settle("a", 4, 0, kBegin + 17 * kHour));  // after midnight in the day's own time
  }
  MinuteMarket market(*ledger_, options_);
  market.restore(kBegin + 18 * kHour);
  EXPECT_TRUE(market.people().empty());
  ASSERT_TRUE(market.ask({bid("b", "alerts", 5, 50, 18)})[0].given);
  EXPECT_NEAR(market.left("安"), 25, 1e-9);
}

TEST_F(UsualDays, an_id_twice_in_a_call_costs_nobody_anything) {
  MinuteMarket market(*ledger_, options_);
  EXPECT_THROW(market.ask({bid("a", "digest", 10, 50, 1), bid("a", "digest", 10, 50, 1)}), Error);
  ASSERT_TRUE(market.ask({bid("b", "digest", 30, 50, 1)})[0].given);
  EXPECT_EQ(market.granted_to("b"), "安");
  EXPECT_EQ(market.granted_to("a"), std::nullopt);
}

TEST_F(UsualDays, a_server_that_was_down_at_midnight_gives_no_minutes_of_yesterday) {
  {
    MinuteMarket market(*ledger_, options_);
    ASSERT_TRUE(market.ask({bid("a", "digest", 10, 50, 1)})[0].given);
  }
  MinuteMarket market(*ledger_, options_);
  market.restore(kBegin + 30 * kHour);
  ASSERT_TRUE(market.ask({bid("b", "digest", 1, 50, 30)})[0].given);
  EXPECT_NEAR(market.left("安"), 29, 1e-9);
  EXPECT_EQ(ledger_->balance("", "安")[static_cast<size_t>(Stage::lost)], 20 * 60'000);
}

TEST_F(UsualDays, a_reader_who_has_more_time_is_given_it_once) {
  MinuteMarket market(*ledger_, options_);
  ASSERT_TRUE(market.ask({bid("a", "digest", 20, 50, 1)})[0].given);
  market.offer("o", "安", 25, kBegin + 2 * kHour);
  market.offer("o", "安", 40, kBegin + 2 * kHour);
  EXPECT_NEAR(market.left("安"), 25, 1e-9);
  market.offer("p", "安", 5, kBegin + 2 * kHour);
  EXPECT_NEAR(market.left("安"), 25, 1e-9);
  EXPECT_NEAR(market.people()[0].minutes, 45, 1e-9);
}

TEST_F(UsualDays, what_the_person_asks_for_is_given_at_any_price_and_acquired_with_it) {
  MinuteMarket market(*ledger_, options_);
  ASSERT_TRUE(market.ask({bid("a", "digest", 28, 50, 1)})[0].given);
  MinuteBid own = bid("b", "agents", 6, 0, 2);
  own.own = true;
  ASSERT_TRUE(market.ask({own})[0].given);
  EXPECT_NEAR(market.left("安"), 0, 1e-9);
  EXPECT_TRUE(market.settle_until("b", own.ts_us + kHour / 15));
  const Balance balance = ledger_->balance("", "安");
  EXPECT_EQ(balance[static_cast<size_t>(Stage::retained)], 4 * 60'000);
  EXPECT_EQ(balance[static_cast<size_t>(Stage::acquired)], 2 * 60'000);
  EXPECT_EQ(balance[static_cast<size_t>(Stage::world)], -34 * 60'000);
  EXPECT_TRUE(ledger_->audit().faults.empty());
}

TEST_F(UsualDays, grants_of_which_nobody_told_what_became_are_lost_once) {
  MinuteMarket market(*ledger_, options_);
  ASSERT_TRUE(market.ask({bid(bid_id("decision", "第一条"), "slates", 2, 50, 1)})[0].given);
  ASSERT_TRUE(market.ask({bid("b", "slates", 1, 50, 1)})[0].given);
  ASSERT_TRUE(market.ask({bid("c", "slates", 4, 50, 9)})[0].given);
  ASSERT_TRUE(market.settle("b", 1, 0, kBegin + 2 * kHour));
  EXPECT_EQ(market.sweep(kBegin + 8 * kHour, kBegin + 10 * kHour), 1);
  EXPECT_EQ(market.sweep(kBegin + 8 * kHour, kBegin + 10 * kHour), 0);
  const Balance balance = ledger_->balance("", "安");
  EXPECT_EQ(balance[static_cast<size_t>(Stage::lost)], 2 * 60'000);
  EXPECT_EQ(balance[static_cast<size_t>(Stage::allocated)], 4 * 60'000);
  EXPECT_FALSE(market.settle(bid_id("decision", "第一条"), 1, 0, kBegin + 11 * kHour));
}

TEST_F(Minutes, tells_what_the_next_minute_would_be_worth_where) {
  MinuteMarket market(*ledger_, {.usual = DayRules{.minutes = 5, .worth = {{"slates", 3.0}}}});
  ASSERT_TRUE(market.ask({bid("a", "digest", 5, 50, 1)})[0].given);
  EXPECT_FALSE(market.ask({bid("b", "slates", 2, 4, 1)})[0].given);
  EXPECT_NEAR(market.people()[0].next.at("slates"), 6, 1e-9);
  EXPECT_NEAR(market.people()[0].used.at("digest"), 5, 1e-9);
}

TEST_F(Minutes, refuses_strangers_and_numbers_that_are_none) {
  MinuteMarket market(*ledger_);
  EXPECT_THROW(market.ask({bid("x", "digest", 1, 1, 1)}), Error);
  EXPECT_THROW(market.join(day(0)), Error);
  market.join(day());
  EXPECT_THROW(market.ask({bid("x", "digest", 0, 1, 1)}), Error);
  const MinuteBid one = bid("y", "digest", 1, 9, 1);
  ASSERT_TRUE(market.ask({one})[0].given);
  EXPECT_THROW(market.settle(one.id, 1, 1, kBegin), Error);
}

}  // namespace
}  // namespace heed::economy
