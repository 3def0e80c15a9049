#include <cmath>

#include <gtest/gtest.h>

#include "apps/monitor/backtest.h"
#include "apps/monitor/detectors.h"
#include "base/error.h"
#include "base/random.h"

namespace heed::apps::monitor {
namespace {

TEST(MonitorDetectors, ewma_and_cusum_are_what_a_hand_computes) {
  Ewma ewma(0.5);
  EXPECT_NEAR(ewma.update(2), 1 / std::sqrt(0.5 / 1.5), 1e-12);
  EXPECT_NEAR(ewma.update(0), 0.5 / std::sqrt(0.5 / 1.5), 1e-12);
  Cusum cusum(0.5);
  EXPECT_DOUBLE_EQ(cusum.update(2), 1.5);
  EXPECT_DOUBLE_EQ(cusum.update(-1), 0.0);
  EXPECT_DOUBLE_EQ(cusum.update(1), 0.5);
}

TEST(MonitorDetectors, page_hinkley_forgives_a_level_that_stays) {
  PageHinkley detector(0.25, 0.05);
  double most = 0, last = 0;
  for (int i = 0; i < 400; ++i) {
    last = detector.update(2);
    most = std::max(most, last);
  }
  EXPECT_GT(most, 10);
  EXPECT_LT(last, 1);
}

// The run lengths' posterior by the recursion of arXiv:0710.3742, kept whole and in plain probabilities.
TEST(MonitorDetectors, bayesian_change_is_the_papers_recursion) {
  const BayesianChange::Options options = {.hazard = 0.05, .prior_deviation = 2, .recent = 5, .most = 100};
  BayesianChange detector(options);
  Random random(7);
  struct Run {
    double probability, sum;
    int length;
  };
  std::vector<Run> runs = {{1, 0, 0}};
  const double prior = 1 / (options.prior_deviation * options.prior_deviation);
  for (int i = 0; i < 40; ++i) {
    const double x = random.normal() + (i >= 30 ? 2.5 : 0);
    std::vector<Run> next = {{0, 0, 0}};
    double total = 0;
    for (const Run& run : runs) {
      const double precision = prior + run.length, variance = 1 + 1 / precision,
                   error = x - run.sum / precision;
      const double seen = run.probability * std::exp(-error * error / 2 / variance) / std::sqrt(variance);
      next[0].probability += seen * options.hazard;
      next.push_back({seen * (1 - options.hazard), run.sum + x, run.length + 1});
      total += seen;
    }
    double risen = 0;
    for (Run& run : next) {
      run.probability /= total;
      const double precision = prior + run.length;
      if (run.length >= 1 && run.length <= 5)
        risen += run.probability * std::erfc(-(run.sum / precision - 1) * std::sqrt(precision / 2)) / 2;
    }
    runs = next;
    EXPECT_NEAR(detector.update(x), std::log(risen / (1 - risen)), 1e-3) << i;
  }
}

TEST(MonitorDetectors, kleinbergs_burst_pays_to_enter_and_to_leave) {
  KleinbergBurst burst(2.0, 3.0, 10.0);
  EXPECT_NEAR(burst.update(10, 10, 1), -3, 1e-12);
  const double gain = 30 * std::log(2.0) - 10;
  EXPECT_NEAR(burst.update(30, 10, 1), std::min(10.0, -3 + gain), 1e-12);
}

TEST(MonitorDetectors, the_joint_filter_tells_a_surge_from_a_burst) {
  SurgeFilter surge, burst;
  SurgeFilter::Odds of_surge, of_burst;
  for (int i = 0; i < 48; ++i) {
    const JointCounts usual = {.negative = 5, .others = 15, .usual = 20, .share = 0.25, .dispersion = 0.05};
    of_surge = surge.update(usual);
    of_burst = burst.update(usual);
  }
  EXPECT_LT(of_surge.surge, -3);
  for (int i = 0; i < 4; ++i) {
    of_surge = surge.update({.negative = 15, .others = 15, .usual = 20, .share = 0.25, .dispersion = 0.05});
    of_burst = burst.update({.negative = 15, .others = 45, .usual = 20, .share = 0.25, .dispersion = 0.05});
  }
  EXPECT_GT(of_surge.surge, 4);
  EXPECT_LT(of_surge.burst, -4);
  EXPECT_GT(of_burst.burst, 4);
  EXPECT_LT(of_burst.surge, -2);
}

TEST(MonitorBaseline, learns_hours_of_the_day_and_a_new_series_starts_from_them) {
  Baseline all(1.0);
  const int64_t monday = int64_t{1'704'067'200} * 1'000'000;
  for (int i = 0; i < 24 * 28; ++i) all.learn(monday + i * kHourUs, i % 24 == 9 ? 60 : 20);
  const int64_t nine = monday + 24 * 28 * kHourUs + 9 * kHourUs;
  EXPECT_NEAR(all.expected(nine), 60, 6);
  EXPECT_NEAR(all.expected(nine + kHourUs), 20, 3);
  Baseline young(1.0);
  young.start_from(all);
  for (int i = 0; i < 6; ++i) young.learn(nine + (i - 8) * kHourUs, 2);
  EXPECT_GT(young.expected(nine), 2 * young.expected(nine + kHourUs));
}

TEST(MonitorBaseline, a_surge_is_not_the_new_usual) {
  Baseline baseline(1.0);
  const int64_t begin = int64_t{1'704'067'200} * 1'000'000;
  for (int i = 0; i < 24 * 14; ++i) baseline.learn(begin + i * kHourUs, 10 + i % 3);
  const double usual = baseline.expected(begin + 24 * 14 * kHourUs);
  baseline.learn(begin + 24 * 14 * kHourUs, 500);
  EXPECT_LT(baseline.expected(begin + 24 * 15 * kHourUs), 1.2 * usual);
}

TEST(MonitorBacktest, the_same_seed_is_the_same_series) {
  const SimulatedSeries a = simulate_series(3), b = simulate_series(3), c = simulate_series(4);
  ASSERT_EQ(a.buckets.size(), b.buckets.size());
  for (size_t i = 0; i < a.buckets.size(); ++i) EXPECT_EQ(a.buckets[i].voices, b.buckets[i].voices);
  EXPECT_NE(a.buckets[100].voices + a.buckets[101].voices * 1000,
            c.buckets[100].voices + c.buckets[101].voices * 1000);
}

TEST(MonitorBacktest, counts_hits_false_alerts_and_delays) {
  WatchedSeries series;
  series.votes.resize(100);
  series.events = {{.event = Event::negative_surge, .begin = 40, .end = 45},
                   {.event = Event::volume_burst, .begin = 70, .end = 75}};
  Scores scores(1, std::vector<double>(100, 0.0));
  for (const size_t at : {10, 42, 43, 72}) scores[0][at] = 1;
  const Found found = judge_alerts({series}, scores, 0.5, {.warm = 5});
  EXPECT_EQ(found.events, 1);
  EXPECT_EQ(found.hits, 1);
  EXPECT_EQ(found.alerts, 3);
  EXPECT_EQ(found.false_alerts, 2);  // at 10, and the burst at 72, which is no surge
  EXPECT_EQ(found.median_delay(), 2);
  EXPECT_DOUBLE_EQ(found.f1(), 2.0 / (3 + 1));
}

TEST(MonitorEnsemble, comes_back_from_json_and_refuses_what_is_damaged) {
  const Ensemble& usual = usual_ensemble();
  Json json = usual.to_json();
  const Ensemble again = Ensemble::parse(json, "test");
  EXPECT_EQ(again.to_json(), json);
  json["negative_surge"]["weights"].erase(0);
  EXPECT_THROW(Ensemble::parse(json, "test"), Error);
  json = usual.to_json();
  json["volume_burst"]["scores"][0] = 1e9;
  EXPECT_THROW(Ensemble::parse(json, "test"), Error);
}

TEST(MonitorEnsemble, fewer_false_alerts_need_a_higher_score) {
  const EventModel& model = usual_ensemble().models[0];
  double last = -1e9;
  for (const double rate : {1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8}) {
    EXPECT_GE(model.score_for(rate), last);
    last = model.score_for(rate);
  }
}

}  // namespace
}  // namespace heed::apps::monitor
