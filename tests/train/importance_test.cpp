#include "train/importance.h"

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "train/small_corpus.h"

namespace heed::train {
namespace {

// Which network is measured: translation or classification, plain or gated.
class ImportanceTest : public testing::TestWithParam<std::pair<bool, const char*>> {
 protected:
  void SetUp() override {
    write_small_tables(folder_.path(), 60);
    Recipe recipe = small_recipe(folder_.path(), GetParam().first);
    recipe.model.activation = GetParam().second;
    recipe.model.dim = 12;
    recipe.model.ffn_dim = 5;
    corpus_ = std::make_unique<Corpus>(load_corpus(recipe));
    network_ = std::make_unique<Network>(corpus_->config, 3);
  }
  // dL/dm by a central difference, m the factor on columns [begin, begin + width) of a weight.
  double slope(const std::string& name, int64_t begin, int64_t width, int64_t text) const {
    const torch::NoGradGuard no_grad;
    const Batch batch = make_batch(corpus_->train.examples, {text}, corpus_->config);
    torch::Tensor columns = network_->parameters().at(name).detach().narrow(1, begin, width);
    const torch::Tensor before = columns.clone();
    const double step = 0.05;
    double side[2];
    for (const int up : {0, 1}) {
      columns.copy_(before * (up == 1 ? 1 + step : 1 - step));
      side[up] = network_->loss(batch, {}, {}).mean.item<double>();
    }
    columns.copy_(before);
    return (side[1] - side[0]) / (2 * step);
  }
  void expect_sums(const std::string& name, const std::vector<double>& found) const {
    const int64_t width = network_->parameters().at(name).size(1) / static_cast<int64_t>(found.size());
    for (size_t part = 0; part < found.size(); ++part) {
      double sum = 0;
      for (const int64_t text : kTexts)
        sum += std::abs(slope(name, static_cast<int64_t>(part) * width, width, text));
      EXPECT_NEAR(found[part], sum, 2e-3 + 0.02 * sum) << name << " part " << part;
    }
  }
  const std::vector<int64_t> kTexts = {0, 3, 8};
  TemporaryFolder folder_;
  std::unique_ptr<Corpus> corpus_;
  std::unique_ptr<Network> network_;
};
INSTANTIATE_TEST_SUITE_P(Networks, ImportanceTest,
                         testing::Values(std::pair(true, "gelu"), std::pair(false, "geglu")),
                         [](const auto& info) { return info.param.second; });

TEST_P(ImportanceTest, is_how_much_the_loss_of_each_text_changes_with_a_factor_on_the_part) {
  const Importance importance = measure_importance(*network_, corpus_->train, kTexts);
  EXPECT_EQ(importance.heads.size(), GetParam().first ? 3u : 1u);
  EXPECT_EQ(importance.units.size(), GetParam().first ? 2u : 1u);
  for (const auto& [scope, heads] : importance.heads) {
    ASSERT_EQ(heads.size(), 2u);
    expect_sums(scope + ".output.weight", heads);
  }
  for (const auto& [scope, units] : importance.units) {
    ASSERT_EQ(units.size(), 5u);
    expect_sums(scope + ".down.weight", units);
  }
}

TEST_P(ImportanceTest, leaves_the_network_as_it_was) {
  measure_importance(*network_, corpus_->train, kTexts);
  for (const auto& [name, weight] : network_->parameters().all()) {
    EXPECT_TRUE(weight.requires_grad()) << name;
    EXPECT_FALSE(weight.grad().defined()) << name;
  }
}

}  // namespace
}  // namespace heed::train
