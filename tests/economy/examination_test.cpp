#include "economy/examination.h"

#include <cmath>

#include "base/expect_error.h"
#include "base/random.h"

namespace heed::economy {
namespace {

TEST(Examination, finds_the_model_that_made_the_clicks) {
  const std::vector<double> looked = {1.0, 0.6, 0.35, 0.2}, liked = {0.5, 0.3, 0.1, 0.05, 0.8};
  Random random(5);
  std::vector<Impressions> log;
  for (int64_t item = 0; item < 5; ++item) {
    for (int64_t position = 0; position < 4; ++position) {
      Impressions one{.item = item, .position = position, .shown = 20'000};
      for (int i = 0; i < 20'000; ++i)
        one.attended +=
            random.uniform() < looked[static_cast<size_t>(position)] * liked[static_cast<size_t>(item)];
      log.push_back(one);
    }
  }
  const Examination found = fit_examination(log, 5, 4, {.iterations = 2000});
  for (size_t k = 0; k < 4; ++k) EXPECT_NEAR(found.examination[k], looked[k], 0.02) << k;
  for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(found.attraction[i], liked[i], 0.02) << i;
}

// Good items stand first, as a ranker puts them: the plain click rate of a position says too much.
TEST(Examination, is_not_deceived_by_what_stands_where) {
  const double looked[2] = {1.0, 0.5};
  std::vector<Impressions> log;
  for (const auto& [item, position, shown, liked] :
       {std::tuple{0, 0, 90'000, 0.4}, {0, 1, 10'000, 0.4}, {1, 0, 10'000, 0.1}, {1, 1, 90'000, 0.1}})
    log.push_back({item, position, static_cast<double>(shown), shown * liked * looked[position]});
  const double naive = (log[1].attended + log[3].attended) / (log[0].attended + log[2].attended);
  const Examination found = fit_examination(log, 2, 2, {.iterations = 20'000, .tolerance = 0, .prior = 0.01});
  EXPECT_LT(naive, 0.2);
  EXPECT_NEAR(found.examination[1], 0.5, 0.01);
}

TEST(Examination, says_where_positions_cannot_be_compared_and_what_is_no_count) {
  expect_error(ErrorCode::invalid_argument, {"position 1", "show some items at both"}, [] {
    fit_examination(std::vector<Impressions>{{0, 0, 10, 1}, {1, 1, 10, 1}}, 2, 2);
  });
  expect_error(ErrorCode::invalid_argument, {"attended <= shown", "11 of 10"}, [] {
    fit_examination(std::vector<Impressions>{{0, 0, 10, 11}}, 1, 1);
  });
  expect_error(ErrorCode::invalid_argument, {"found 0 of"},
               [] { fit_examination(std::vector<Impressions>(), 1, 1); });
  expect_error(ErrorCode::invalid_argument, {"position below 1"}, [] {
    fit_examination(std::vector<Impressions>{{0, 3, 10, 1}}, 1, 1);
  });
}

}  // namespace
}  // namespace heed::economy
