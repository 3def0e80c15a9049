#include "economy/acquisition.h"

#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/error.h"
#include "base/random.h"
#include "economy/acquisition_uplift.h"
#include "economy/review_log.h"

using namespace heed;
using namespace heed::economy;

namespace {

constexpr double kLooks[] = {0.9, 0.5, 0.25};

// Half of the people care for football, half for 股票; what stands below is looked at less.
ImpressionLog readers(int people, int shown, uint64_t seed) {
  Random random(seed);
  ImpressionLog log;
  for (int k = 0; k < shown; ++k) {
    for (int i = 0; i < people; ++i) {
      const int item = static_cast<int>(random.below(40)), position = static_cast<int>(random.below(3));
      const bool football = item % 2 == 0, likes = (i % 2 == 0) == football;
      const std::string text =
          football ? fmt::format("football match report {}", item) : fmt::format("股票市场行情{}", item);
      const bool attended = random.uniform() < kLooks[position] * (likes ? 0.8 : 0.1);
      log.add(fmt::format("p{}", i), fmt::format("item{}", item), text, position,
              fmt::format("{}T00:00:00.{:06}Z", day_text(k * kDayUs), i), attended, "log");
    }
  }
  log.sort();
  return log;
}

double similarity(const char* a, const char* b) {
  const std::vector<float> x = sketch(a), y = sketch(b);
  return std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
}

}  // namespace

TEST(Acquisition, texts_that_share_words_are_alike_in_both_languages) {
  EXPECT_NEAR(similarity("股票市场", "股票市场"), 1, 1e-6);
  EXPECT_GT(similarity("股票市场行情", "今日股票市场"),
            similarity("股票市场行情", "天气预报说明天下雨") + 0.2);
  EXPECT_GT(similarity("football match report", "Football match tonight"),
            similarity("football match report", "rain all day in Kent") + 0.2);
  EXPECT_EQ(similarity("", "anything"), 0);
}

TEST(Acquisition, knows_what_speaks_to_whom_apart_from_where_it_stood) {
  const ImpressionLog log = readers(40, 100, 1);
  const size_t end = log.impressions().size(), split = end * 8 / 10;
  const AcquisitionModel model = fit_acquisition(log, split);
  const AcquisitionFigures figures = acquisition_figures(model, log, split, end);
  EXPECT_LT(figures.log_loss, figures.by_place_and_item - 0.03);
  EXPECT_LT(figures.by_place_and_item, figures.by_share);
  EXPECT_NEAR(figures.predicted, figures.attended, 0.05);  // 800 impressions: one error is 0.015
  EXPECT_LT(figures.calibration_error, 0.06);
  for (size_t place = 0; place < 3; ++place)
    EXPECT_NEAR(model.examination.examination[place], kLooks[place] / kLooks[0], 0.1);
  // The same moment further down.
  const HistoryExample moment = attraction_examples(log, end - 1, end)[0];
  EXPECT_GT(model.chance(moment, 0), model.chance(moment, 1));
  EXPECT_GT(model.chance(moment, 1), model.chance(moment, 2));
}

TEST(Acquisition, a_moment_sees_only_what_came_before_it) {
  const ImpressionLog log = readers(5, 20, 3), longer = readers(5, 21, 3);
  const auto a = attraction_examples(log, 50, 90), b = attraction_examples(longer, 50, 90);
  for (size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(a[k].events, b[k].events);
    EXPECT_EQ(a[k].query, b[k].query);
  }
}

TEST(Acquisition, wrong_input_is_refused) {
  ImpressionLog log;
  EXPECT_THROW(log.sort(), Error);
  EXPECT_THROW(log.add("a", "x", "text", -1, "2024-01-01", true, "log:2"), Error);
  EXPECT_THROW(log.add("a", "x", "text", 0, "today", true, "log:2"), Error);
  log.add("a", "x", "text", 0, "2024-01-01", true, "log:2");
  EXPECT_THROW(log.add("b", "x", "another", 0, "2024-01-01", true, "log:3"), Error);
  log.sort();
  EXPECT_THROW(fit_acquisition(log, 1), Error);  // one is no evidence
}

// A notification brings eyes to the lowest place, and nothing to the first, which is looked at anyway.
TEST(AcquisitionUplift, finds_what_a_treatment_adds_where) {
  Random random(5);
  ImpressionLog log;
  for (int k = 0; k < 6000; ++k) {
    const int position = static_cast<int>(random.below(3));
    const bool treated = random.uniform() < 0.3;
    const double chance = position == 0 ? 0.6 : position == 1 ? 0.3 : treated ? 0.5 : 0.1;
    log.add(fmt::format("p{}", k % 60), fmt::format("item{}", random.below(20)), "新闻 news", position,
            fmt::format("{}T00:00:00Z", day_text(k * kDayUs)), random.uniform() < chance, "log",
            Treatment{.treated = treated, .propensity = 0.3});
  }
  log.sort();
  const AcquisitionModel model = fit_acquisition(log, 4000);
  const AcquisitionUplift uplift = fit_acquisition_uplift(model, log, 4000);
  EXPECT_NEAR(uplift.mean.value, 0.4 / 3, 3 * uplift.mean.error);
  const std::vector<double> features = uplift_features(model, log, 4000, 6000);
  std::vector<double> uplifts;
  std::vector<double> sums(3, 0), counts(3, 0);
  for (size_t k = 0; k < 2000; ++k) {
    uplifts.push_back(
        uplift.model.predict(std::span(features).subspan(k * kUpliftFeatures, kUpliftFeatures)));
    const auto position = static_cast<size_t>(log.impressions()[4000 + k].position);
    sums[position] += uplifts.back();
    counts[position] += 1;
  }
  EXPECT_GT(sums[2] / counts[2], sums[0] / counts[0] + 0.2);
  EXPECT_GT(acquisition_qini(log, uplifts, 4000, 6000), 0.005);
  ImpressionLog untold;
  untold.add("a", "x", "", 0, "2024-01-01", true, "log");
  untold.sort();
  EXPECT_THROW(acquisition_qini(untold, std::vector<double>{0.0}, 0, 1), Error);
}
