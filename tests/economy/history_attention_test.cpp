#include "economy/history_attention.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::economy;

namespace {

constexpr HistoryShape kShape{.event_features = 3, .query_features = 2, .width = 4, .hidden = 6};

HistoryExample random_example(Random& random, size_t events) {
  HistoryExample one;
  for (size_t k = 0; k < 3 * events; ++k) one.events.push_back(static_cast<float>(random.normal()));
  for (int k = 0; k < 2; ++k) one.query.push_back(static_cast<float>(random.normal()));
  one.fade = static_cast<float>(random.uniform());
  one.outcome = random.uniform() < 0.5 ? 1 : 0;
  one.weight = 0.7F;
  return one;
}

// What happened to the event that bears the mark is what happens now; the others say nothing.
std::vector<HistoryExample> marked(size_t count, uint64_t seed) {
  Random random(seed);
  std::vector<HistoryExample> all;
  for (size_t n = 0; n < count; ++n) {
    HistoryExample one;
    const uint64_t mark = random.below(5);
    for (uint64_t j = 0; j < 5; ++j) {
      const float outcome = random.uniform() < 0.5 ? 1 : -1;
      one.events.insert(one.events.end(), {j == mark ? 1.0F : 0.0F, outcome, 0.0F});
      if (j == mark) one.outcome = outcome > 0 ? 1 : 0;
    }
    one.query = {1, 0};
    all.push_back(one);
  }
  return all;
}

}  // namespace

TEST(HistoryAttention, gradients_agree_with_central_differences) {
  Random random(3);
  for (const size_t events : {0U, 1U, 5U}) {
    HistoryAttention model(kShape, 7);
    const HistoryExample example = random_example(random, events);
    std::vector<double> gradient(model.parameters().size(), 0), unused(gradient);
    model.loss(example, gradient);
    for (size_t k = 0; k < gradient.size(); ++k) {
      const double before = model.parameters()[k], step = 1e-6;
      model.parameters()[k] = before + step;
      const double up = model.loss(example, unused);
      model.parameters()[k] = before - step;
      const double down = model.loss(example, unused);
      model.parameters()[k] = before;
      EXPECT_NEAR(gradient[k], (up - down) / (2 * step), 1e-6) << events << " events, parameter " << k;
    }
  }
}

TEST(HistoryAttention, chances_never_rise_with_the_fade) {
  Random random(4);
  const HistoryAttention model(kShape, 9);
  for (int k = 0; k < 20; ++k) {
    HistoryExample example = random_example(random, 4);
    double before = INFINITY;
    for (const float fade : {0.0F, 0.5F, 1.0F, 4.0F}) {
      example.fade = fade;
      EXPECT_LT(model.logit(example), before);
      before = model.logit(example);
    }
  }
}

TEST(HistoryAttention, finds_the_event_that_matters) {
  const std::vector<HistoryExample> examples = marked(1500, 1), others = marked(300, 2);
  const HistoryModel model =
      fit_history(examples, {.event_features = 3, .epochs = 30, .rate = 1e-2, .decay = 0, .members = 1});
  int right = 0;
  double on_mark = 0;
  for (const HistoryExample& one : others) {
    right += (model.probability(one) > 0.5) == (one.outcome > 0) ? 1 : 0;
    const std::vector<double> attention = model.members[0].attention(one);
    for (size_t j = 0; j < 5; ++j) on_mark += one.events[3 * j] > 0 ? attention[j] : 0;
  }
  EXPECT_GE(right, 290);
  EXPECT_GE(on_mark / 300, 0.28);  // a sixth, were it even
}

TEST(HistoryAttention, learns_the_same_twice_and_stops_where_it_would_learn_by_heart) {
  std::vector<HistoryExample> noise = marked(200, 5);
  Random random(6);
  for (HistoryExample& one : noise) one.outcome = random.uniform() < 0.5 ? 1 : 0;
  const HistoryFitOptions options{.event_features = 3, .epochs = 60, .rate = 1e-2, .decay = 0, .members = 1};
  const HistoryModel a = fit_history(noise, options), b = fit_history(noise, options);
  EXPECT_EQ(a.members[0].parameters(), b.members[0].parameters());
  EXPECT_LT(a.epochs, 20);
}

TEST(HistoryAttention, wrong_input_is_refused) {
  EXPECT_THROW(fit_history(marked(10, 1), {.event_features = 3}), Error);  // too few
  std::vector<HistoryExample> examples = marked(40, 1);
  examples[3].query[0] = NAN;
  EXPECT_THROW(fit_history(examples, {.event_features = 3}), Error);
  EXPECT_THROW(fit_history(marked(40, 1), {.event_features = 4}), Error);  // 15 numbers are no events of 4
  EXPECT_THROW(HistoryAttention(kShape, std::vector<double>(3, 0.0)), Error);
}
