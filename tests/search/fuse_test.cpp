#include "search/fuse.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"

namespace heed::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<Hits> kLists = {{{"a", 9}, {"b", 5}, {"账户", 1}}, {{"b", 0.8}, {"d", 0.6}}};

std::string order_of(const Hits& hits) {
  std::string order;
  for (const Hit& hit : hits) order += hit.id + " ";
  return order;
}

TEST(Fuse, reciprocal_ranks_add_up) {
  const Hits fused = fuse(kLists, {.rank_constant = 60});
  EXPECT_EQ(order_of(fused), "b a d 账户 ");
  EXPECT_DOUBLE_EQ(fused[0].score, 1.0 / 62 + 1.0 / 61);
  EXPECT_DOUBLE_EQ(fused[1].score, 1.0 / 61);
  EXPECT_DOUBLE_EQ(fused[2].score, 1.0 / 62);
  EXPECT_DOUBLE_EQ(fused[3].score, 1.0 / 63);
}

TEST(Fuse, min_max_scores_add_up) {
  const Hits fused = fuse(kLists, {.fusion = Fusion::min_max, .weights = {1, 2}});
  EXPECT_THAT(fused, ElementsAre(Hit{"b", 0.5 + 2}, Hit{"a", 1}, Hit{"d", 0}, Hit{"账户", 0}));
}

TEST(Fuse, z_scores_give_what_a_list_lacks_its_lowest) {
  const Hits fused = fuse(kLists, {.fusion = Fusion::z_score});
  const double deviation = std::sqrt(32.0 / 3);  // of 9, 5, 1
  EXPECT_EQ(order_of(fused), "b a d 账户 ");
  EXPECT_NEAR(fused[0].score, 0 + 1, 1e-12);
  EXPECT_NEAR(fused[1].score, 4 / deviation - 1, 1e-12);
  EXPECT_NEAR(fused[2].score, -4 / deviation - 1, 1e-12);
  EXPECT_NEAR(fused[3].score, -4 / deviation - 1, 1e-12);
}

TEST(Fuse, weights_choose_between_lists) {
  for (const Fusion fusion : {Fusion::reciprocal_rank, Fusion::min_max, Fusion::z_score}) {
    EXPECT_EQ(fuse(kLists, {.fusion = fusion, .weights = {1, 0}}).front().id, "a");
    EXPECT_EQ(fuse(kLists, {.fusion = fusion, .weights = {0, 1}}).front().id, "b");
  }
}

TEST(Fuse, equal_scores_of_a_list_say_nothing) {
  const std::vector<Hits> lists = {{{"a", 3}, {"b", 3}}, {{"b", 0.2}, {"a", 0.1}}};
  EXPECT_EQ(order_of(fuse(lists, {.fusion = Fusion::min_max})), "b a ");
  EXPECT_EQ(order_of(fuse(lists, {.fusion = Fusion::z_score})), "b a ");
}

TEST(Fuse, lists_that_are_empty_count_for_nothing) {
  for (const Fusion fusion : {Fusion::reciprocal_rank, Fusion::min_max, Fusion::z_score}) {
    EXPECT_EQ(order_of(fuse(std::vector<Hits>{{}, kLists[0], {}}, {.fusion = fusion})), "a b 账户 ");
    EXPECT_THAT(fuse(std::vector<Hits>{{}, {}}, {.fusion = fusion}), IsEmpty());
  }
  EXPECT_THAT(fuse({}), IsEmpty());
}

TEST(Fuse, ties_run_by_id_and_the_limit_cuts) {
  const std::vector<Hits> lists = {{{"c", 1}}, {{"a", 1}}, {{"b", 1}}};
  EXPECT_EQ(order_of(fuse(lists, {.limit = 2})), "a b ");
}

TEST(Fuse, options_that_do_not_fit_are_refused) {
  const auto refused = [](const FuseOptions& options, const std::vector<std::string>& parts) {
    expect_error(ErrorCode::invalid_argument, parts, [&] { fuse(kLists, options); });
  };
  refused({.weights = {1}}, {"each of 2 lists", "found 1"});
  refused({.weights = {1, -1}}, {"at least 0", "-1"});
  refused({.weights = {1, NAN}}, {"nan"});
  refused({.limit = 0}, {"limit"});
  refused({.rank_constant = -1}, {"rank_constant"});
  EXPECT_EQ(parse_fusion("z_score"), Fusion::z_score);
  expect_error(ErrorCode::invalid_argument, {"min_mx", "min_max'"}, [] { parse_fusion("min_mx"); });
}

}  // namespace
}  // namespace heed::search
