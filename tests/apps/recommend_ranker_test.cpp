#include <cmath>

#include <gtest/gtest.h>

#include "apps/recommend/ranker.h"
#include "base/error.h"
#include "base/random.h"

namespace heed::apps::recommend {
namespace {

// People click what they look at with sigmoid(1.5 attention - 1), which is an item's own; the second place is
// looked at half as often, the third a quarter, and better items stand higher.
std::vector<ShownItem> clicks(int rows, uint64_t seed) {
  Random random(seed);
  std::vector<ShownItem> shown;
  for (int i = 0; i < rows; ++i) {
    ShownItem item;
    const auto number = random.below(12);
    item.item = "i" + std::to_string(number);
    item.features[kAttention] = (static_cast<double>(number) - 5.5) / 3.0;
    const double luck = item.features[kAttention] + random.normal();
    item.position = luck > 0.7 ? 0 : luck > -0.7 ? 1 : 2;
    const double seen = std::pow(0.5, static_cast<double>(item.position));
    const double wanted = 1.0 / (1.0 + std::exp(1.0 - 1.5 * item.features[kAttention]));
    item.reached["click"] = random.uniform() < seen * wanted;
    item.reached["share"] = false;
    shown.push_back(item);
  }
  return shown;
}

TEST(Ranker, learns_what_people_want_apart_from_where_it_stood) {
  const auto shown = clicks(8000, 3);
  const RankerFit fit = fit_ranker(shown);
  EXPECT_EQ(fit.note, "");
  EXPECT_EQ(fit.left_out, (std::vector<std::string>{"share"}));
  EXPECT_LT(fit.loss.at("click"), fit.plain_loss.at("click"));
  ASSERT_EQ(fit.ranker.goals(), (std::vector<std::string>{"click"}));
  for (const double attention : {-1.0, 0.0, 1.0}) {
    Features features{};
    features[kAttention] = attention;
    EXPECT_NEAR(fit.ranker.probability("click", features), 1.0 / (1.0 + std::exp(1.0 - 1.5 * attention)),
                0.12);
  }
}

TEST(Ranker, comes_back_as_it_was_written) {
  const Ranker ranker = fit_ranker(clicks(500, 4)).ranker;
  const Ranker again = Ranker::parse(ranker.to_json(), "ranker.json");
  Features features{};
  features[kAttention] = 0.7;
  EXPECT_EQ(again.probability("click", features), ranker.probability("click", features));
  Json broken = ranker.to_json();
  broken["features"] = Json::array({"height"});
  EXPECT_THROW(Ranker::parse(broken, "ranker.json"), Error);
  broken = ranker.to_json();
  broken["goals"]["click"]["scale"] = Json::array({1.0});
  EXPECT_THROW(Ranker::parse(broken, "ranker.json"), Error);
}

TEST(Ranker, refuses_a_handful_of_rows) { EXPECT_THROW(fit_ranker(clicks(10, 5)), Error); }

}  // namespace
}  // namespace heed::apps::recommend
