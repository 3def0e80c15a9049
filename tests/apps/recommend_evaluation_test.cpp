#include <cmath>

#include <gtest/gtest.h>

#include "apps/recommend/evaluation.h"
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
