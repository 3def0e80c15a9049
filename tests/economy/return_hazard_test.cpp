#include "economy/return_hazard.h"

#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"
#include "economy/review_log.h"

using namespace heed;
using namespace heed::economy;

namespace {

// Every other person comes twice a week, the others every three weeks.
VisitLog two_kinds(int people, uint64_t seed) {
  Random random(seed);
  VisitLog log;
  for (int i = 0; i < people; ++i) {
    const double gap = i % 2 == 0 ? 3 : 21;
    for (double day = 20 * random.uniform(); day < 200; day += gap * (0.5 + random.uniform()))
      log.add(fmt::format("读者{}", i), day_text(static_cast<int64_t>(day * static_cast<double>(kDayUs))), 3,
              "visits");
  }
  log.sort();
  return log;
}

}  // namespace

TEST(ReturnHazard, rows_by_hand) {
  VisitLog log;
  log.add("a", "2024-01-01", 5, "v:2");
  log.add("a", "2024-01-11", 5, "v:3");
  log.add("b", "2024-01-25", 5, "v:4");  // the log's end
  log.sort();
  const ReturnRows rows = return_rows(log, {.period_days = 7, .periods = 3});
  // a's first visit: a week without, back in the second. Its second: a week away; the next is not over.
  ASSERT_EQ(rows.examples.size(), 4U);
  EXPECT_EQ(rows.periods, (std::vector<int64_t>{0, 1, 0, 1}));
  EXPECT_EQ(rows.examples[0].outcome, 0);
  EXPECT_EQ(rows.examples[1].outcome, 1);
  EXPECT_EQ(rows.examples[2].outcome, 0);
  EXPECT_EQ(rows.examples[3].outcome, 0);
}

TEST(ReturnHazard, knows_who_comes_weekly_from_who_comes_monthly) {
  const VisitLog log = two_kinds(60, 1), others = two_kinds(60, 2);
  const HazardOptions options{.period_days = 7, .periods = 6, .most_rows = 20000};
  const ReturnRows before = return_rows(log, options), rows = return_rows(others, options);
  const HistoryModel model = fit_return(before, options);
  const HazardFigures figures = hazard_figures(model, before, rows);
  EXPECT_LT(figures.log_loss, figures.by_period - 0.05);
  const uint32_t first = others.visits()[0].person;
  uint32_t daily = first, rare = first;
  for (uint32_t i = 0; i < others.people().size(); ++i)
    (std::stoi(others.people()[i].substr(std::string("读者").size())) % 2 == 0 ? daily : rare) = i;
  const std::vector<double> a = away_curve(model, others, daily, options),
                            b = away_curve(model, others, rare, options);
  EXPECT_LT(a[0], 0.2);
  EXPECT_GT(b[0], 0.6);
  for (size_t k = 1; k < b.size(); ++k) EXPECT_LE(b[k], b[k - 1]);
}

TEST(ReturnHazard, wrong_input_is_refused) {
  VisitLog log;
  EXPECT_THROW(log.sort(), Error);
  EXPECT_THROW(log.add("a", "2024-01-01", -1, "v:2"), Error);
  EXPECT_THROW(log.add("a", "yesterday", 1, "v:2"), Error);
  log.add("a", "2024-01-01", 1, "v:2");
  log.sort();
  EXPECT_THROW(fit_return(return_rows(log, {}), {}), Error);  // nothing is known yet
}
