#include "train/heads/matching.h"

#include <cmath>

#include <gtest/gtest.h>

#include "base/random.h"
#include "train/gradients.h"
#include "train/network.h"

namespace heed::train {
namespace {

using torch::Tensor;

ModelConfig small_config() {
  ModelConfig config;
  config.architecture = Architecture::transformer_encoder;
  config.dim = 8;
  config.ffn_dim = 12;
  config.heads = config.key_heads = 2;
  config.encoder_layers = 1;
  config.decoder_layers = 0;
  config.max_length = 20;
  config.source_vocabulary = 30;
  config.source_tokenizer = "text.model";
  config.target_tokenizer = "";
  config.ngrams.buckets = 20;
  config.matching = {.name = "match", .width = 4};
  return config;
}

NgramRows random_ngrams(Random& random, int64_t rows, int64_t buckets) {
  NgramRows all;
  for (int64_t r = 0; r < rows; ++r) {
    NgramRows row;
    for (int32_t bucket = 0; bucket < buckets; ++bucket) {
      if (random.uniform() > 0.2) continue;
      row.buckets.push_back(bucket);
      row.values.push_back(static_cast<float>(0.5 + random.uniform()));
    }
    row.begins.push_back(static_cast<int64_t>(row.buckets.size()));
    all.append(row);
  }
  return all;
}

Example random_text(Random& random, const ModelConfig& config) {
  Example text;
  for (uint64_t i = 1 + random.below(5); i > 0; --i)
    text.source.push_back(3 + static_cast<int32_t>(random.below(27)));
  text.token_ngrams =
      random_ngrams(random, static_cast<int64_t>(text.source.size()) + 1, config.ngrams.buckets);
  text.text_ngrams = random_ngrams(random, 1, config.ngrams.buckets);
  return text;
}

// Pairs whose texts are all different.
std::vector<Example> random_pairs(size_t count, const ModelConfig& config) {
  Random random(4);
  std::vector<Example> pairs;
  for (size_t i = 0; i < count; ++i) {
    Example pair = random_text(random, config);
    pair.other.push_back(random_text(random, config));
    pair.same = i % 2 == 0;
    pair.group = static_cast<int64_t>(2 * i);
    pair.other[0].group = pair.group + (i % 2 == 0 ? 0 : 1);
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

// Of a head whose scale is log 2, over these pairs of unit vectors in the plane.
double contrast_of(const std::vector<std::pair<double, double>>& angles, const std::vector<float>& labels,
                   const std::vector<int64_t>& first_groups, const std::vector<int64_t>& second_groups) {
  const Parameters parameters(small_config(), 1);
  parameters.set("heads.match.scale", torch::full({1}, std::log(2.0)));
  const MatchingHead head(parameters, small_config());
  std::vector<float> vectors;
  PackedPairs pairs;
  for (const auto& [a, b] : angles) {
    for (const double angle : {a, b}) {
      vectors.push_back(static_cast<float>(std::cos(angle)));
      vectors.push_back(static_cast<float>(std::sin(angle)));
    }
    pairs.first.push_back(2 * pairs.given);
    pairs.second.push_back(2 * pairs.given + 1);
    ++pairs.given;
  }
  pairs.labels = torch::tensor(labels);
  pairs.first_groups = torch::tensor(first_groups, torch::kInt64);
  pairs.second_groups = torch::tensor(second_groups, torch::kInt64);
  return head.contrast(torch::tensor(vectors).reshape({-1, 2}), pairs).item<double>();
}

TEST(MatchingHead, contrast_by_hand) {
  // First vectors at 0 and 90 degrees, second ones at 0 and 60: cosines [[1, 1/2], [0, sin 60]].
  const double right = std::acos(0.0), sixty = std::acos(0.5), s = std::sin(sixty);
  const auto cross = [](double own, double other) { return std::log(1 + std::exp(2 * (other - own))); };
  const double rows = 0.5 * (cross(1, 0.5) + cross(s, 0)), columns = 0.5 * (cross(1, 0) + cross(s, 0.5));
  EXPECT_NEAR(contrast_of({{0, 0}, {right, sixty}}, {1, 1}, {0, 1}, {0, 1}), 0.5 * (rows + columns), 1e-5);
}

TEST(MatchingHead, a_pair_that_does_not_mean_the_same_only_lends_its_texts) {
  const double right = std::acos(0.0), sixty = std::acos(0.5);
  const auto cross = [](double own, double other) { return std::log(1 + std::exp(2 * (other - own))); };
  EXPECT_NEAR(contrast_of({{0, 0}, {right, sixty}}, {1, 0}, {0, 1}, {0, 2}),
              0.5 * (cross(1, 0.5) + cross(1, 0)), 1e-5);
  EXPECT_EQ(contrast_of({{0, 0}, {right, sixty}}, {0, 0}, {0, 1}, {2, 3}), 0.0);
}

TEST(MatchingHead, texts_of_ones_own_group_are_left_out) {
  // Three pairs, two of one group: each of those is asked about against the third alone.
  const double a = 0.3, b = 1.1, c = 2.0;
  const double all = contrast_of({{0, a}, {b, c}, {a, b}}, {1, 1, 1}, {0, 1, 0}, {0, 1, 0});
  const auto cosine = [](double x, double y) { return 2 * std::cos(x - y); };
  const auto two = [&](double own, double other) { return std::log(1 + std::exp(other - own)); };
  const auto three = [&](double own, double x, double y) {
    return std::log(1 + std::exp(x - own) + std::exp(y - own));
  };
  const double rows = (two(cosine(0, a), cosine(0, c)) + three(cosine(b, c), cosine(b, a), cosine(b, b)) +
                       two(cosine(a, b), cosine(a, c))) /
                      3;
  const double columns = (two(cosine(0, a), cosine(b, a)) + three(cosine(b, c), cosine(0, c), cosine(a, c)) +
                          two(cosine(a, b), cosine(b, b))) /
                         3;
  EXPECT_NEAR(all, 0.5 * (rows + columns), 1e-5);
}

TEST(MatchingHead, pairs_are_alike_whichever_text_comes_first) {
  const ModelConfig config = small_config();
  const Network network(config, 3);
  {
    const torch::NoGradGuard no_grad;
    torch::manual_seed(1);
    for (const auto& [name, tensor] : network.parameters().all())
      torch::Tensor(tensor).add_(torch::randn_like(tensor) * 0.1);
  }
  std::vector<Example> pairs = random_pairs(5, config), turned;
  for (const Example& pair : pairs) {
    Example other = pair.other[0];
    other.other.push_back(pair);
    other.other[0].other.clear();
    other.same = pair.same;
    turned.push_back(std::move(other));
  }
  const auto logits = [&](const std::vector<Example>& examples) {
    const Batch batch = make_batch(examples, {0, 1, 2, 3, 4}, config);
    DropoutPlan none;
    const Tensor encoded = network.encode(batch.source, none);
    const Tensor vectors = network.matching()->vectors(encoded, batch.source, none);
    EXPECT_TRUE(torch::allclose(vectors.square().sum(1), torch::ones({10}), 1e-4, 1e-5));
    return sum_votes(network.matching()->votes(encoded, batch.source, vectors, batch.pairs, none));
  };
  EXPECT_TRUE(torch::allclose(logits(pairs), logits(turned), 1e-4, 1e-5));
}

TEST(MatchingHead, has_the_gradient_of_its_central_difference) {
  const ModelConfig config = small_config();
  const Network network(config, 3);
  {
    const torch::NoGradGuard no_grad;
    torch::manual_seed(2);
    for (const auto& [name, tensor] : network.parameters().all())
      torch::Tensor(tensor).add_(torch::randn_like(tensor) * 0.1);
  }
  const std::vector<Example> pairs = random_pairs(4, config);
  const Batch batch = make_batch(pairs, {0, 1, 2, 3}, config);
  std::vector<Tensor> weights;
  for (const char* name : {"output.weight", "output.bias", "pool.query", "scale", "align.query.bias",
                           "pair.pool.query", "pair.hidden.bias", "pair.output.weight", "pair.ngrams.weight"})
    weights.push_back(network.parameters().at(std::string("heads.match.") + name));
  expect_gradients(weights, [&] { return network.loss(batch, {}, {}).mean; });
}

TEST(PairLoss, is_binary_cross_entropy_with_smoothing) {
  const Tensor logits = torch::tensor({0.0F, 2.0F}), labels = torch::tensor({1.0F, 0.0F});
  const double second = std::log(1 + std::exp(2.0));
  EXPECT_NEAR(pair_loss({logits}, labels, 0.0).item<double>(), 0.5 * (std::log(2.0) + second), 1e-6);
  EXPECT_NEAR(pair_loss({logits}, labels, 0.2).item<double>(), 0.5 * (std::log(2.0) + second - 0.1 * 2.0),
              1e-6);
  const Tensor half = logits * 0.5;
  EXPECT_NEAR(pair_loss({half, half}, labels, 0.0).item<double>(),
              pair_loss({logits}, labels, 0.0).item<double>() + pair_loss({half}, labels, 0.0).item<double>(),
              1e-6);
}

TEST(MakeBatch, pairs_without_labels_get_others_that_do_not_mean_the_same) {
  const ModelConfig config = small_config();
  std::vector<Example> pairs = random_pairs(3, config);
  for (Example& pair : pairs) {
    pair.same.reset();
    pair.other[0].group = pair.group;
  }
  pairs[1].group = pairs[1].other[0].group = pairs[0].group;  // the first two mean the same
  const Batch batch = make_batch(pairs, {0, 1, 2}, config);
  EXPECT_EQ(batch.examples, 3);
  EXPECT_EQ(batch.source.texts(), 6);
  EXPECT_EQ(batch.pairs.given, 3);
  EXPECT_EQ(batch.pairs.first, (std::vector<int64_t>{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(batch.pairs.second, (std::vector<int64_t>{3, 4, 5, 5, 5, 3}));
  EXPECT_TRUE(batch.pairs.labels.equal(torch::tensor({1.0F, 1.0F, 1.0F, 0.0F, 0.0F, 0.0F})));
}

}  // namespace
}  // namespace heed::train
