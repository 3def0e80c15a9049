#include "base/nearest.h"

#include <vector>

#include <gtest/gtest.h>

namespace heed {
namespace {

const std::vector<std::string> kKnown = {"epochs", "dropout", "seed", "标签"};

TEST(NearestName, finds_a_typo_a_swap_and_a_missing_letter) {
  EXPECT_EQ(nearest_name("epoch", kKnown), "epochs");
  EXPECT_EQ(nearest_name("dorpout", kKnown), "dropout");
  EXPECT_EQ(nearest_name("sede", kKnown), "seed");
}

TEST(NearestName, of_a_name_far_longer_than_all_is_none_at_once) {
  const std::vector<std::string> many(1000, "a name of some length that is known");
  EXPECT_EQ(nearest_name(std::string(10'000'000, 'a'), many), "");
}

TEST(NearestName, says_nothing_where_nothing_is_near) {
  EXPECT_EQ(nearest_name("transmogrify", kKnown), "");
  EXPECT_EQ(did_you_mean("transmogrify", kKnown), "");
  EXPECT_EQ(did_you_mean("sed", kKnown), " (did you mean 'seed'?)");
}

}  // namespace
}  // namespace heed
