#include <cmath>

#include <gtest/gtest.h>

#include "apps/recommend/evaluation.h"
#include "apps/recommend/user_groups.h"
#include "base/expect_error.h"
#include "data/interactions.h"

namespace heed::apps::recommend {
namespace {

Dataset shop() {
  Dataset dataset;
  data::parse_interactions("ann 0 1 2 3 4\nbob 1 2 3 4 0\ncid 2 3 4 0 1\ndan 3 4 0 1 2\neve 9 0 1 2 3\n",
                           "x.txt", {}, dataset.log);
  data::clean_interactions(dataset.log, 0);
  dataset.split = data::leave_one_out(dataset.log);
  dataset.items = complete_items(
      {{.id = "0", .title = "绿茶", .tags = {"tea"}}, {.id = "1", .tags = {"tea"}}}, dataset.log.items);
  return dataset;
}

TEST(Evaluation, knows_what_was_before_and_judges_the_first_held_out_event) {
  const Dataset dataset = shop();
  const EvaluationData data = evaluation_data(dataset, true, {});
  ASSERT_EQ(data.cases.size(), 5U);
  EXPECT_EQ(data.cases[0].history.size(), 4U);
  EXPECT_EQ(dataset.items[static_cast<size_t>(data.cases[0].next)].id, "4");
  EXPECT_EQ(evaluation_data(dataset, false, {}).cases[0].history.size(), 3U);
  EXPECT_EQ(evaluation_data(dataset, true, {.max_history = 1}).cases[0].history.size(), 1U);
}

// The only item that is neither in the history nor another's: 9 for four people; everything else was taken.
TEST(Evaluation, ranks_all_items_that_the_history_has_not) {
  const Dataset dataset = shop();
  const EvaluationData data = evaluation_data(dataset, true, {});
  const Judgement popular =
      judge(*popularity_scorer(data.training, static_cast<int32_t>(dataset.items.size())), data, {.top = 1},
            run_serially);
  EXPECT_EQ(popular.hits, (std::vector<double>{1.0, 1.0, 1.0, 1.0, 1.0}));
  EXPECT_EQ(popular.hit_rate, 1.0);
  EXPECT_EQ(popular.mrr, 1.0);
  EXPECT_TRUE(popular.diversity.has_value());
  EXPECT_TRUE(popular.miscalibration.has_value());
}

TEST(Evaluation, plain_ways_find_what_goes_together) {
  const Dataset dataset = shop();
  const EvaluationData data = evaluation_data(dataset, true, {});
  const auto items = static_cast<int32_t>(dataset.items.size());
  const auto hits = [&](const Scorer& scorer) {
    return judge(scorer, data, {.top = 1}, run_serially).hit_rate;
  };
  EXPECT_EQ(hits(*item_knn_scorer(data.training, items, {.shrink = 0.0})), 1.0);
  EXPECT_GE(hits(*factor_scorer(data.training, items, run_serially, {.width = 4, .rounds = 8, .ridge = 0.5})),
            0.6);
}

TEST(UserGroups, are_values_or_thirds_of_numbers) {
  Dataset dataset = shop();
  dataset.users = {{.id = "ann", .attributes = {{"城市", "北京"}, {"age", "20"}}},
                   {.id = "bob", .attributes = {{"城市", "上海"}, {"age", "30"}}},
                   {.id = "cid", .attributes = {{"城市", "北京"}, {"age", "30"}}},
                   {.id = "eve", .attributes = {{"age", "50"}}}};
  const EvaluationData data = evaluation_data(dataset, true, {});
  const auto cities = group_users(dataset, data, "城市");
  ASSERT_EQ(cities.size(), 3U);
  EXPECT_EQ(cities[0].value, "北京");
  EXPECT_EQ(cities[0].cases, (std::vector<size_t>{0, 2}));
  EXPECT_EQ(cities[2].value, "(not told)");
  EXPECT_EQ(cities[2].cases, (std::vector<size_t>{3, 4}));
  const std::vector<Judgement> judgements = {
      judge(*popularity_scorer(data.training, static_cast<int32_t>(dataset.items.size())), data, {.top = 1},
            run_serially)};
  EXPECT_NE(to_table(cities, "城市", judgements, {.top = 1}).find("1.0000"), std::string::npos);
  EXPECT_EQ(to_json(cities, judgements)[0]["people"], 2);
  EXPECT_EQ(group_users(dataset, data, "age").size(), 4U);  // 30 and 20, 50, not told: few values stay
  expect_error(ErrorCode::invalid_argument, {"attribute 'town'", "age, 城市", "--users"},
               [&] { group_users(dataset, data, "town"); });
}

TEST(UserGroups, many_numbers_are_cut_into_thirds_that_keep_equal_ones_together) {
  Dataset dataset;
  std::string log;
  for (int k = 0; k < 20; ++k) {
    log += "u" + std::to_string(k) + " 1 2 3\n";
    dataset.users.push_back(
        {.id = "u" + std::to_string(k), .attributes = {{"age", std::to_string(k < 8 ? 18 : 20 + k)}}});
  }
  data::parse_interactions(log, "x.txt", {}, dataset.log);
  data::clean_interactions(dataset.log, 0);
  dataset.split = data::leave_one_out(dataset.log);
  dataset.items = complete_items({}, dataset.log.items);
  const auto ages = group_users(dataset, evaluation_data(dataset, true, {}), "age");
  ASSERT_EQ(ages.size(), 3U);
  EXPECT_EQ(ages[0].value, "18 to 18");
  EXPECT_EQ(ages[0].cases.size(), 8U);
  EXPECT_EQ(ages[0].cases.size() + ages[1].cases.size() + ages[2].cases.size(), 20U);
}

// By hand: both took 0 and 1 of two people each: cosine 2 / 2; 0 and 2 by one of two and one: 1 / sqrt(2).
TEST(ItemKnn, is_the_cosine_of_who_took_both) {
  const std::vector<KnownHistory> training = {{{.item = 0}, {.item = 1}},
                                              {{.item = 0}, {.item = 1}, {.item = 2}}};
  const auto scorer = item_knn_scorer(training, 3, {.shrink = 0.0});
  const std::vector<KnownHistory> history = {{{.item = 0}}};
  const std::vector<float> scores = scorer->score(history);
  EXPECT_FLOAT_EQ(scores[1], 1.0F);
  EXPECT_NEAR(scores[2], 1.0 / std::sqrt(2.0), 1e-6);
}

TEST(WordScorer, finds_items_of_like_words_in_both_languages) {
  const std::vector<data::Item> items = {{.id = "a", .title = "Green Tea Pot"},
                                         {.id = "b", .title = "green tea cup"},
                                         {.id = "c", .title = "blue car"},
                                         {.id = "d", .title = "绿茶杯子"},
                                         {.id = "e", .title = "红色的杯子"}};
  const auto scorer = word_scorer(items);
  const std::vector<KnownHistory> histories = {{{.item = 0}}, {{.item = 3}}};
  const std::vector<float> scores = scorer->score(histories);
  EXPECT_GT(scores[1], 0.2F);
  EXPECT_EQ(scores[2], 0.0F);
  EXPECT_GT(scores[5 + 4], 0.0F);
  EXPECT_EQ(scores[5 + 2], 0.0F);
}

TEST(Evaluation, of_new_items_ranks_those_that_training_never_had) {
  Dataset dataset;
  data::parse_interactions("ann 0 1 2 7\nbob 1 2 0 8\ncid 2 0 1 9\ndan 2 0 1 2\n", "x.txt", {}, dataset.log);
  dataset.split = data::leave_one_out(dataset.log);
  dataset.items = complete_items({}, dataset.log.items);
  const EvaluationData data = evaluation_data(dataset, true, {.new_items = true});
  EXPECT_EQ(data.cases.size(), 3U);
  const Judgement judged =
      judge(*popularity_scorer(data.training, 6), data, {.top = 1, .new_items = true}, run_serially);
  EXPECT_EQ(judged.hit_rate, 0.0);  // a constant scorer earns nothing
}

}  // namespace
}  // namespace heed::apps::recommend
