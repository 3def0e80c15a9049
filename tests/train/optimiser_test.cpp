#include "train/optimiser.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "base/threads.h"
#include "train/checkpoint.h"
#include "train/gradient_workers.h"

namespace heed::train {
namespace {

using torch::Tensor;

constexpr int64_t kRows = 40;

ModelConfig small_config() {
  ModelConfig config;
  config.architecture = Architecture::transformer_encoder;
  config.dim = 8;
  config.ffn_dim = 8;
  config.heads = config.key_heads = 2;
  config.encoder_layers = 1;
  config.decoder_layers = 0;
  config.source_vocabulary = kRows;
  return config;
}

OptimiserOptions options_of(const std::string& name) {
  return {.name = name, .beta1 = 0.5, .beta2 = 0.75, .epsilon = 1e-8, .momentum = 0.9, .weight_decay = 0.5};
}

Tensor sparse(const Tensor& rows, const Tensor& values) {
  return torch::sparse_coo_tensor(rows.unsqueeze(0), values, {kRows, 8});
}

// Every weight 1, and one optimiser over them.
struct Bench {
  explicit Bench(const OptimiserOptions& options, ParallelFor parallel = run_serially)
      : parameters(small_config(), 1), optimiser(parameters, options, std::move(parallel)) {
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : parameters.all()) Tensor(tensor).fill_(1.0);
  }
  void give(const std::string& name, const Tensor& gradient) {
    Tensor weight = parameters.at(name);
    weight.mutable_grad() = gradient;
  }
  // Both kinds of weight, every element the same gradient.
  void step(int64_t number, double gradient) {
    give("embedding.weight", torch::full({kRows, 8}, gradient));
    give("encoder.norm.bias", torch::full({8}, gradient));
    optimiser.update(number, 0.1, 0.5);
  }
  float matrix() const { return parameters.at("embedding.weight")[7][3].item<float>(); }
  float bias() const { return parameters.at("encoder.norm.bias")[2].item<float>(); }

  Parameters parameters;
  Optimiser optimiser;
};

// Gradients 4 and then -2, halved by clipping; rate 0.1, decay 0.5 on the matrix alone, betas 0.5 and 0.75.
TEST(Optimiser, adamw_by_hand) {
  Bench b(options_of("adamw"));
  b.step(1, 4.0);
  EXPECT_FLOAT_EQ(b.matrix(), 0.85F);  // 0.95 * 1 - 0.1 * 2 / 2
  EXPECT_FLOAT_EQ(b.bias(), 0.9F);
  b.step(2, -2.0);  // m = 0
  EXPECT_FLOAT_EQ(b.matrix(), 0.85F * 0.95F);
  EXPECT_FLOAT_EQ(b.bias(), 0.9F);
}

TEST(Optimiser, adam_takes_decay_as_part_of_the_gradient) {
  Bench b(options_of("adam"));
  b.step(1, 4.0);  // g = 2 + 0.5: m = 1.25, v = 1.5625
  EXPECT_FLOAT_EQ(b.matrix(), 0.9F);
  EXPECT_FLOAT_EQ(b.bias(), 0.9F);
  b.step(2, -2.0);  // g = -1 + 0.45: m = 0.35, v = 1.2475; corrected by 3/4 and 7/16
  EXPECT_FLOAT_EQ(b.matrix(), 0.9F - 0.1F * (0.35F / 0.75F) / std::sqrt(1.2475F / 0.4375F));
  EXPECT_FLOAT_EQ(b.bias(), 0.9F);
}

TEST(Optimiser, adagrad_by_hand) {
  Bench b(options_of("adagrad"));
  b.step(1, 4.0);
  EXPECT_FLOAT_EQ(b.matrix(), 0.9F);  // g = 2.5 over sqrt(6.25)
  b.step(2, -2.0);                    // g = -0.55
  EXPECT_FLOAT_EQ(b.matrix(), 0.9F + 0.1F * 0.55F / std::sqrt(6.25F + 0.3025F));
  EXPECT_FLOAT_EQ(b.bias(), 0.9F + 0.1F / std::sqrt(5.0F));
}

TEST(Optimiser, sgd_with_momentum_and_without) {
  Bench with(options_of("sgd"));
  with.step(1, 4.0);
  EXPECT_FLOAT_EQ(with.matrix(), 0.75F);
  with.step(2, -2.0);
  EXPECT_FLOAT_EQ(with.matrix(), 0.5875F);     // velocity 0.9 * 2.5 - 1 + 0.5 * 0.75
  EXPECT_FLOAT_EQ(with.bias(), 0.8F - 0.08F);  // 0.9 * 2 - 1
  OptimiserOptions plain = options_of("sgd");
  plain.momentum = 0.0;
  Bench without(plain);
  EXPECT_TRUE(without.optimiser.states().empty());
  without.step(1, 4.0);
  without.step(2, -2.0);
  EXPECT_FLOAT_EQ(without.bias(), 0.9F);
  EXPECT_FLOAT_EQ(without.matrix(), 0.75F + 0.1F - 0.1F * 0.5F * 0.75F);
}

TEST(Optimiser, an_unknown_name_is_refused_with_the_known_ones) {
  expect_error(ErrorCode::invalid_argument, {"'train.optimiser'", "adamw, adam, adagrad or sgd", "'adm'"},
               [] { Bench b(options_of("adm")); });
}

TEST(Optimiser, a_step_does_not_depend_on_the_number_of_threads) {
  for (const std::string& name : optimiser_names()) {
    Bench one(options_of(name)), four(options_of(name), on_threads(4));
    for (int64_t step = 1; step <= 3; ++step) {
      torch::manual_seed(step);
      for (const auto& [weight, tensor] : one.parameters.all()) {
        const Tensor gradient = torch::randn_like(tensor).detach();
        one.give(weight, gradient);
        four.give(weight, gradient.clone());
      }
      one.optimiser.update(step, 0.1, 0.7);
      four.optimiser.update(step, 0.1, 0.7);
    }
    for (size_t i = 0; i < one.parameters.all().size(); ++i) {
      EXPECT_TRUE(torch::equal(one.parameters.all()[i].second, four.parameters.all()[i].second)) << name;
    }
  }
}

TEST(Optimiser, a_sparse_gradient_that_names_every_row_is_the_dense_step) {
  for (const std::string& name : optimiser_names()) {
    Bench dense(options_of(name)), rows(options_of(name), on_threads(3));
    for (int64_t step = 1; step <= 3; ++step) {
      torch::manual_seed(step);
      const Tensor gradient = torch::randn({kRows, 8});
      dense.give("embedding.weight", gradient);
      // Each row in two parts and in no order, as torch::embedding leaves them.
      const Tensor order = torch::randperm(kRows, torch::kInt64),
                   part = gradient.index_select(0, order) * 0.5;
      rows.give("embedding.weight", sparse(torch::cat({order, order}), torch::cat({part, part})));
      EXPECT_NEAR(gradient_norm(rows.parameters), gradient_norm(dense.parameters), 1e-4);
      dense.optimiser.update(step, 0.1, 0.5);
      rows.optimiser.update(step, 0.1, 0.5);
    }
    EXPECT_TRUE(torch::equal(rows.parameters.at("embedding.weight"), dense.parameters.at("embedding.weight")))
        << name;
  }
}

TEST(Optimiser, rows_that_a_sparse_gradient_does_not_name_stay_as_they_are) {
  for (const std::string& name : optimiser_names()) {
    Bench b(options_of(name));
    b.give("embedding.weight", sparse(torch::tensor({5, 9}, torch::kInt64), torch::ones({2, 8})));
    b.optimiser.update(1, 0.1, 1.0);
    const Tensor changed = b.parameters.at("embedding.weight").detach().ne(1.0).any(1);
    EXPECT_EQ(changed.sum().item<int64_t>(), 2) << name;  // not even by decay
    EXPECT_TRUE(changed[5].item<bool>() && changed[9].item<bool>());
    for (const Optimiser::State& state : b.optimiser.states()) {
      EXPECT_EQ(state.tensors[0].ne(0.0).any(1).sum().item<int64_t>(), 2) << name << " " << state.name;
    }
    EXPECT_FALSE(b.parameters.at("embedding.weight").grad().defined());
  }
}

TEST(Optimiser, an_embedding_with_sparse_gradients_learns_as_a_dense_one) {
  Bench dense(options_of("adagrad")), rows(options_of("adagrad"));
  const Tensor ids = torch::tensor({3, 0, 3, 39}, torch::kInt64);
  for (Bench* b : {&dense, &rows}) {
    const Tensor x = torch::embedding(b->parameters.at("embedding.weight"), ids, -1, false, b == &rows);
    (x * torch::arange(32.0).reshape({4, 8})).sum().backward();
  }
  EXPECT_TRUE(rows.parameters.at("embedding.weight").grad().is_sparse());
  EXPECT_NEAR(gradient_norm(rows.parameters), gradient_norm(dense.parameters), 1e-4);
}

TEST(AddGradient, sums_dense_and_sparse_ones_alike) {
  const Tensor rows = torch::tensor({3, 0, 3}, torch::kInt64);
  const auto dense = [&](double value) { return sparse(rows, torch::full({3, 8}, value)).to_dense(); };
  for (const bool first : {true, false}) {
    for (const bool second : {true, false}) {
      Tensor sum;
      add_gradient(sum, {});
      EXPECT_FALSE(sum.defined());
      add_gradient(sum, first ? sparse(rows, torch::full({3, 8}, 2.0)).coalesce() : dense(2.0));
      add_gradient(sum, second ? sparse(rows, torch::full({3, 8}, 0.5)).coalesce() : dense(0.5));
      add_gradient(sum, {});
      EXPECT_EQ(sum.is_sparse(), first && second);
      if (sum.is_sparse()) {
        EXPECT_TRUE(sum.is_coalesced());
      }
      EXPECT_TRUE(torch::equal(sum.is_sparse() ? sum.to_dense() : sum, dense(2.5))) << first << second;
    }
  }
}

TEST(Optimiser, a_checkpoint_of_another_optimiser_is_refused_in_one_line) {
  const TemporaryFolder folder;
  const std::vector<Tensor> no_average;
  Bench saved(options_of("adam")), same(options_of("adam")), other(options_of("adamw"));
  saved.step(1, 4.0);
  const auto file = folder / "checkpoint.safetensors";
  save_checkpoint(file, {saved.parameters, saved.optimiser, no_average},
                  {.step = 1, .rate_scale = 0.25, .validations = {{.step = 1, .metric = 0.1}}});
  const TrainState state = load_checkpoint(file, {same.parameters, same.optimiser, no_average});
  EXPECT_EQ(state.rate_scale, 0.25);
  ASSERT_EQ(state.validations.size(), 1U);
  EXPECT_EQ(state.validations[0].metric, 0.1);
  for (size_t s = 0; s < 2; ++s) {
    EXPECT_TRUE(torch::equal(saved.optimiser.states()[s].tensors[0], same.optimiser.states()[s].tensors[0]));
  }
  expect_error(ErrorCode::invalid_argument, {"'adamw'", "found one of 'adam'", "train.optimiser", "--fresh"},
               [&] {
                 load_checkpoint(file, {other.parameters, other.optimiser, no_average});
               });
}

}  // namespace
}  // namespace heed::train
