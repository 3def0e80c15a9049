#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "apps/recommend/decision_log.h"
#include "apps/recommend/engine.h"
#include "apps/recommend_model.h"
#include "base/error.h"
#include "store/check_event.h"

namespace heed::apps::recommend {
namespace {

using test::ids_of;
constexpr int64_t kSecond = 1'000'000;

class RecommendEngine : public ::testing::Test {
 protected:
  explicit RecommendEngine(EngineOptions options = {})
      : model_(30), engine_(*model_.ranker, Ranker(), std::move(options)) {
    test::put_items(engine_, 30);
  }

  RecommendRequest request(const std::string& user, int64_t places = 5) const {
    RecommendRequest request{.user = user, .slate = engine_.options().slate, .id = "d-" + user};
    request.slate.places = places;
    return request;
  }
  void take(const std::string& user, std::initializer_list<const char*> items) {
    int64_t time = 1'700'000'000;
    for (const char* item : items) engine_.take(user, item, "view", ++time * kSecond);
  }

  test::TinySequenceModel model_;
  Engine engine_;
};

TEST_F(RecommendEngine, recommends_by_the_product_of_history_and_items) {
  take("ann", {"i1", "i2", "i3"});
  RecommendRequest asked = request("ann");
  asked.slate.diversity = 0.0;
  const Recommendation found = engine_.recommend(asked);
  EXPECT_TRUE(found.has_history);
  // The same by the model alone.
  std::vector<std::vector<float>> vectors;
  for (int i = 0; i < 30; ++i)
    vectors.push_back(model_.ranker->item_vector(i, engine_.catalogue().at(i).item.words()));
  const std::vector<infer::SequenceEvent> history = {{.item = vectors[1]},
                                                     {.item = vectors[2], .kind = 0, .gap_seconds = 1.0},
                                                     {.item = vectors[3], .kind = 0, .gap_seconds = 1.0}};
  const auto query = model_.ranker->encode({&history, 1})[0].query;
  std::vector<std::pair<double, std::string>> scores;
  for (int i = 0; i < 30; ++i) {
    if (i >= 1 && i <= 3) continue;
    scores.emplace_back(
        -std::inner_product(query.begin(), query.end(), vectors[static_cast<size_t>(i)].begin(), 0.0),
        "i" + std::to_string(i));
  }
  std::ranges::sort(scores);
  for (size_t p = 0; p < 5; ++p) EXPECT_EQ(found.items[p].id, scores[p].second);
}

TEST_F(RecommendEngine, an_event_changes_the_next_answer_and_what_was_taken_is_left_out) {
  take("ann", {"i1"});
  const auto before = ids_of(engine_.recommend(request("ann")));
  take("ann", {"i1", "i7"});
  const auto after = ids_of(engine_.recommend(request("ann")));
  EXPECT_NE(before, after);
  EXPECT_EQ(std::ranges::count(after, "i7"), 0);
  EXPECT_EQ(std::ranges::count(after, "i1"), 0);
}

TEST_F(RecommendEngine, somebody_unknown_gets_what_most_people_took) {
  for (int u = 0; u < 9; ++u) engine_.take("u" + std::to_string(u), "i4", "view", 1'700'000'000 * kSecond);
  for (int u = 0; u < 3; ++u) engine_.take("u" + std::to_string(u), "i5", "view", 1'700'000'001 * kSecond);
  RecommendRequest asked = request("new 新人");
  asked.slate.diversity = 0.0;
  const Recommendation found = engine_.recommend(asked);
  EXPECT_FALSE(found.has_history);
  EXPECT_EQ(found.items[0].id, "i4");
  EXPECT_EQ(found.items[0].source, "popular");
  EXPECT_EQ(found.items[1].id, "i5");
}

TEST_F(RecommendEngine, this_session_alone_is_history_enough) {
  RecommendRequest asked = request("nobody");
  asked.session = {{.item = "i1"}, {.item = "not here"}, {.item = "i2"}};
  EXPECT_TRUE(engine_.recommend(asked).has_history);
  EXPECT_TRUE(engine_.history("nobody").empty());
}

TEST_F(RecommendEngine, a_new_item_is_recommendable_from_its_words_at_once) {
  take("ann", {"i1", "i2"});
  // Words of an item that is recommended to ann: the newcomer takes its place beside it.
  const auto best = ids_of(engine_.recommend(request("ann", 1)))[0];
  const int number = std::stoi(best.substr(1));
  const std::string title = engine_.catalogue().at(number).item.title;
  engine_.put({.id = "newcomer 新品", .title = title + " " + title, .tags = {"b"}});
  RecommendRequest asked = request("ann", 30);
  asked.slate.diversity = 0.0;
  asked.explain = true;
  const Recommendation found = engine_.recommend(asked);
  const auto at = std::ranges::find(found.items, "newcomer 新品", &RecommendedItem::id);
  ASSERT_NE(at, found.items.end());
  EXPECT_EQ(at->features[kIsNew], 1.0);
  EXPECT_NE(at->features[kAttention], 0.0);
}

TEST_F(RecommendEngine, an_item_without_words_that_training_never_had_comes_by_the_lists_alone) {
  engine_.put({.id = "blank"});
  take("ann", {"i1"});
  RecommendRequest asked = request("ann", 31);
  const Recommendation found = engine_.recommend(asked);
  const auto at = std::ranges::find(found.items, "blank", &RecommendedItem::id);
  ASSERT_NE(at, found.items.end());
  EXPECT_EQ(at->source, "fresh");
  EXPECT_EQ(at->features[kAttention], 0.0);
}

TEST_F(RecommendEngine, events_of_an_unknown_item_are_kept_and_it_stays_hidden_until_it_is_described) {
  EXPECT_TRUE(engine_.take("ann", "later", "view", 1'700'000'000 * kSecond).is_new);
  EXPECT_EQ(engine_.history("ann").back().item, "later");
  EXPECT_EQ(std::ranges::count(ids_of(engine_.recommend(request("bob", 40))), "later"), 0);
  engine_.put({.id = "later", .title = "save the file as"});
  EXPECT_EQ(std::ranges::count(ids_of(engine_.recommend(request("bob", 40))), "later"), 1);
}

TEST_F(RecommendEngine, refuses_events_of_the_future_and_ids_that_are_none) {
  const auto code = [&](const std::string& user, const std::string& item, int64_t ts_us) {
    try {
      engine_.take(user, item, "view", ts_us);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  EXPECT_EQ(code("ann", "i1", store::now_us() + 3 * 86'400 * kSecond), ErrorCode::invalid_argument);
  EXPECT_EQ(code("", "i1", 0), ErrorCode::invalid_argument);
  EXPECT_EQ(code("ann", std::string(300, 'x'), 0), ErrorCode::invalid_argument);
  EXPECT_TRUE(engine_.history("ann").empty());
}

TEST_F(RecommendEngine, an_event_that_comes_twice_counts_once) {
  EXPECT_TRUE(engine_.take("ann", "i1", "view", 1'700'000'000 * kSecond).is_new);
  EXPECT_FALSE(engine_.take("ann", "i1", "view", 1'700'000'000 * kSecond).is_new);
  EXPECT_EQ(engine_.history("ann").size(), 1U);
}

// One account, one item, as fast as it can: nobody else's slate moves.
TEST_F(RecommendEngine, a_poisoned_burst_does_not_move_other_peoples_slates) {
  for (int u = 0; u < 20; ++u)
    take("u" + std::to_string(u), {"i1", u % 2 == 0 ? "i2" : "i3", u % 3 == 0 ? "i4" : "i5"});
  std::vector<std::vector<std::string>> before;
  for (int u = 0; u < 20; ++u) before.push_back(ids_of(engine_.recommend(request("u" + std::to_string(u)))));
  before.push_back(ids_of(engine_.recommend(request("nobody yet"))));
  // The slates themselves tire people: begin again with engines that have shown nothing.
  const auto after_burst = [&](int64_t events) {
    Engine fresh(*model_.ranker, Ranker(), engine_.options());
    test::put_items(fresh, 30);
    for (int u = 0; u < 20; ++u) {
      int64_t time = 1'700'000'000;
      for (const char* item : {"i1", u % 2 == 0 ? "i2" : "i3", u % 3 == 0 ? "i4" : "i5"})
        fresh.take("u" + std::to_string(u), item, "view", ++time * kSecond);
    }
    for (int64_t i = 0; i < events; ++i) fresh.take("attacker", "i29", "buy", (1'700'000'000 + i) * kSecond);
    std::vector<std::vector<std::string>> slates;
    for (int u = 0; u < 20; ++u) slates.push_back(ids_of(fresh.recommend(request("u" + std::to_string(u)))));
    slates.push_back(ids_of(fresh.recommend(request("nobody yet"))));
    EXPECT_NEAR(fresh.catalogue().people(29), events > 0 ? 1.0 : 0.0, 0.05);
    return slates;
  };
  EXPECT_EQ(after_burst(0), before);
  EXPECT_EQ(after_burst(20'000), before);
}

TEST_F(RecommendEngine, explains_with_past_items_and_words) {
  take("ann", {"i1", "i2", "i3"});
  RecommendRequest asked = request("ann");
  asked.explain = true;
  const Recommendation found = engine_.recommend(asked);
  ASSERT_EQ(found.because.size(), 3U);
  double sum = 0.0;
  for (const Because& each : found.because) {
    EXPECT_TRUE(each.item == "i1" || each.item == "i2" || each.item == "i3");
    sum += each.share;
  }
  EXPECT_NEAR(sum, 1.0, 1e-4);
  EXPECT_TRUE(
      std::ranges::any_of(found.items, [](const RecommendedItem& item) { return !item.words.empty(); }));
}

// By hand: the cosine with each past item's vector.
TEST_F(RecommendEngine, links_each_item_to_the_past_one_that_is_most_like_it) {
  take("ann", {"i1", "i2", "i3"});
  RecommendRequest asked = request("ann");
  asked.explain = true;
  const auto vector_of = [&](const std::string& id) {
    const auto vector = engine_.catalogue().vector(*engine_.catalogue().find(id));
    return std::vector<double>(vector.begin(), vector.end());
  };
  const auto product = [](const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  };
  for (const RecommendedItem& item : engine_.recommend(asked).items) {
    const auto own = vector_of(item.id);
    double best = 0.0;
    std::string which;
    for (const char* past : {"i1", "i2", "i3"}) {
      const auto other = vector_of(past);
      const double cosine = product(own, other) / std::sqrt(product(own, own) * product(other, other));
      if (cosine > best) which = past;
      best = std::max(best, cosine);
    }
    EXPECT_EQ(item.like ? item.like->item : "", which);
    EXPECT_NEAR(item.like ? item.like->likeness : 0.0, best, 1e-6);
  }
}

TEST_F(RecommendEngine, a_preview_shows_nobody_anything) {
  take("ann", {"i1", "i2"});
  RecommendRequest asked = request("ann");
  asked.preview = true;
  const Recommendation first = engine_.recommend(asked);
  EXPECT_EQ(engine_.take("bob", first.items[0].id, "view", store::now_us()).decision_id, "");
  EXPECT_EQ(engine_.take("ann", first.items[1].id, "click", store::now_us()).decision_id, "");
  const Recommendation shown = engine_.recommend(request("eve"));
  EXPECT_NE(engine_.take("eve", shown.items[0].id, "click", store::now_us()).decision_id, "");
}

TEST_F(RecommendEngine, the_frontier_gives_up_worth_for_difference) {
  take("ann", {"i1", "i2"});
  RecommendRequest asked = request("ann");
  asked.preview = true;  // nothing tires meanwhile
  asked.frontier = {0.0, 0.5, 1.0};
  const auto points = engine_.recommend(asked).frontier;
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[1].diversity, 0.5);
  EXPECT_GT(points[0].quality.value, points[2].quality.value);
  EXPECT_LT(points[0].quality.difference, points[2].quality.difference);
  for (const FrontierPoint& point : points) {
    asked.slate.diversity = point.diversity;
    double mean = 0.0;
    for (const RecommendedItem& item : engine_.recommend(asked).items) mean += item.value / 5.0;
    EXPECT_NEAR(point.quality.value, mean, 1e-12);
  }
}

TEST_F(RecommendEngine, what_was_shown_in_vain_tires) {
  take("ann", {"i1", "i2"});
  RecommendRequest few = request("ann", 2), all = request("ann", 28);
  few.slate.diversity = all.slate.diversity = 0.0;
  const auto first = engine_.recommend(few);
  const auto second = engine_.recommend(all);
  ASSERT_EQ(second.items.size(), 28U);
  const auto at = std::ranges::find(second.items, first.items[0].id, &RecommendedItem::id);
  ASSERT_NE(at, second.items.end());
  EXPECT_NEAR(at->value, 0.7 * first.items[0].value, 1e-6);
}

TEST_F(RecommendEngine, an_outcome_finds_the_decision_that_showed_its_item) {
  take("ann", {"i1"});
  const Recommendation shown = engine_.recommend(request("ann"));
  EXPECT_EQ(engine_.take("ann", shown.items[1].id, "click", store::now_us()).decision_id, "d-ann");
  EXPECT_EQ(engine_.take("bob", shown.items[1].id, "click", store::now_us()).decision_id, "");
}

TEST_F(RecommendEngine, ranks_a_given_list_and_nothing_else) {
  take("ann", {"i1", "i2"});
  RecommendRequest asked = request("ann", 3);
  asked.among = {"i1", "i9", "nowhere", "i10"};
  auto ids = ids_of(engine_.recommend(asked));
  std::ranges::sort(ids);
  EXPECT_EQ(ids, (std::vector<std::string>{"i1", "i10", "i9"}));
}

TEST_F(RecommendEngine, logs_decisions_that_can_be_taken_apart) {
  take("ann", {"i1", "i2"});
  RecommendRequest asked = request("ann", 4);
  asked.slate.exploration = 0.4;
  asked.slate.pool = 10;
  for (int i = 0; i < 50; ++i) {
    asked.id = "d" + std::to_string(i);
    const Recommendation found = engine_.recommend(asked);
    store::check_event(store::Event(found.decision), "decision");
    const auto places = places_of(found.decision);
    ASSERT_EQ(places.size(), 4U);
    for (size_t p = 0; p < 4; ++p) {
      const auto& option = places[p].options[places[p].shown];
      EXPECT_EQ(option.item, found.items[p].id);
      EXPECT_EQ(option.propensity, found.items[p].propensity);
      EXPECT_EQ(found.items[p].explored, option.propensity < 0.5);
    }
    EXPECT_EQ(ids_of(engine_.recommend(asked)).size(), 4U);
  }
}

TEST_F(RecommendEngine, another_model_takes_over_histories_and_items) {
  take("ann", {"i1", "i2"});
  engine_.put({.id = "extra", .title = "print this page"});
  const test::TinySequenceModel other(30, 8);
  Engine next(*other.ranker, Ranker(), engine_.options(), &engine_);
  next.take_over(engine_);
  EXPECT_EQ(next.history("ann").size(), 2U);
  EXPECT_EQ(next.history("ann")[0].item, "i1");
  EXPECT_TRUE(next.catalogue().find("extra"));
  EXPECT_EQ(next.catalogue().people(1), engine_.catalogue().people(1));
  EXPECT_NE(ids_of(next.recommend(request("ann"))), ids_of(engine_.recommend(request("ann"))));
}

TEST_F(RecommendEngine, forgets) {
  take("ann", {"i1"});
  engine_.forget("ann");
  EXPECT_TRUE(engine_.history("ann").empty());
  EXPECT_FALSE(engine_.recommend(request("ann")).has_history);
}

TEST(Catalogue, approximate_search_finds_nearly_what_the_exact_one_does) {
  const test::TinySequenceModel model(400);
  Engine engine(*model.ranker, Ranker(), {.catalogue = {.approximate_from = 100}});
  for (int i = 0; i < 400; ++i) engine.put({.id = "i" + std::to_string(i)});
  engine.catalogue().build_index();
  ASSERT_TRUE(engine.catalogue().is_approximate());
  engine.put({.id = "late", .title = "open the file"});
  Random random(3);
  std::vector<float> queries(20 * 16);
  for (float& value : queries) value = static_cast<float>(random.normal());
  EXPECT_GT(engine.catalogue().recall(queries, 10), 0.95);
}

}  // namespace
}  // namespace heed::apps::recommend
