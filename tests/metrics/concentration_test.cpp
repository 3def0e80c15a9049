#include "metrics/concentration.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>

#include "base/error.h"

using namespace heed;
using namespace heed::metrics;

TEST(Concentration, of_equal_single_and_unequal_amounts) {
  EXPECT_NEAR(gini(std::vector<double>{3, 3, 3, 3}), 0, 1e-12);
  EXPECT_NEAR(gini(std::vector<double>{0, 0, 0, 8}), 0.75, 1e-12);
  EXPECT_NEAR(gini(std::vector<double>{1, 3}), 0.25, 1e-12);
  EXPECT_NEAR(herfindahl(std::vector<double>{5, 5}), 0.5, 1e-12);
  EXPECT_NEAR(herfindahl(std::vector<double>{0, 7}), 1, 1e-12);
  EXPECT_THAT(shares(std::vector<double>{1, 3}), testing::ElementsAre(0.25, 0.75));
}

TEST(Concentration, of_nothing_is_zero_and_of_no_amounts_an_error) {
  EXPECT_EQ(gini(std::vector<double>()), 0);
  EXPECT_EQ(herfindahl(std::vector<double>{0, 0}), 0);
  EXPECT_THROW(gini(std::vector<double>{1, -1}), Error);
  EXPECT_THROW(shares(std::vector<double>{NAN}), Error);
}

TEST(PositionAdjusted, divides_by_how_often_a_position_is_looked_at) {
  EXPECT_THAT(position_adjusted(std::vector<double>{10, 5}, std::vector<double>{1, 0.25}),
              testing::ElementsAre(10, 20));
  EXPECT_THROW(position_adjusted(std::vector<double>{10}, std::vector<double>{0}), Error);
}

TEST(EngagedSeconds, leave_out_the_time_without_a_sign_of_life) {
  const std::vector<int64_t> signs = {4'000'000, 0, 1'000'000,
                                      604'000'000};  // out of order, ten minutes away
  EXPECT_NEAR(engaged_seconds(signs, 15, 2), 1 + 3 + 15 + 2, 1e-9);
  EXPECT_EQ(engaged_seconds({}), 0);
  EXPECT_EQ(return_on_attention(6, 2), 3);
  EXPECT_EQ(return_on_attention(6, 0), 0);
}
