#include "attention/rollout.h"

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "attention/attention_case.h"
#include "attention/reference_row.h"
#include "base/error.h"

namespace heed::attention {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

const Sequence kTwoRows{0, 2, 0, 2, 0};

// Two rows, one head: layer 1 is [[1, 0], [1/2, 1/2]], layer 2 [[1/4, 3/4], [0, 1]].
std::vector<Tap> two_layers() {
  return {{.top = 2, .keys = {0, -1, 0, 1}, .weights = {1, 0, 0.5F, 0.5F}, .entropy = {0, 0}},
          {.top = 2, .keys = {1, 0, 1, -1}, .weights = {0.75F, 0.25F, 1, 0}, .entropy = {0, 0}}};
}

TEST(Rollout, matches_numbers_worked_by_hand) {
  // A~_1 = [[1, 0], [1/4, 3/4]], A~_2 = [[5/8, 3/8], [0, 1]]; A~_2 A~_1 = [[23/32, 9/32], [1/4, 3/4]]
  const std::vector<Tap> layers = two_layers();
  const auto from = [&](std::vector<float> start) { return rollout(layers, 1, kTwoRows, start); };
  EXPECT_THAT(from({1, 0}).shares, ElementsAre(23.0 / 32, 9.0 / 32));
  EXPECT_THAT(from({0, 1}).shares, ElementsAre(0.25, 0.75));
  EXPECT_THAT(from({0.5F, 0.5F}).shares, ElementsAre(31.0 / 64, 33.0 / 64));
  EXPECT_EQ(from({0.5F, 0.5F}).unexplained, 0.0);
}

TEST(Rollout, counts_what_a_tap_left_out_as_unexplained) {
  std::vector<Tap> layers = two_layers();
  layers[1] = {.top = 1, .keys = {1, 1}, .weights = {0.75F, 1}, .entropy = {0, 0}};
  // A~_2 = [[1/2, 3/8], [0, 1]] lost 1/8 of row 0: then [1/2 + 3/32, 9/32]
  const Rollout result = rollout(layers, 1, kTwoRows, std::vector<float>{1, 0});
  EXPECT_THAT(result.shares, ElementsAre(19.0 / 32, 9.0 / 32));
  EXPECT_EQ(result.unexplained, 0.125);
  EXPECT_EQ(rollout(layers, 1, kTwoRows, std::vector<float>{0, 1}).unexplained, 0.0);
}

TEST(Rollout, takes_the_mean_of_the_heads) {
  const std::vector<Tap> layers = {
      {.top = 1, .keys = {0, 1, 1, 1}, .weights = {1, 1, 1, 1}, .entropy = {0, 0, 0, 0}}};
  EXPECT_THAT(rollout(layers, 2, kTwoRows, std::vector<float>{1, 0}).shares, ElementsAre(0.75, 0.25));
}

TEST(Rollout, of_no_layers_is_the_start) {
  const Rollout result = rollout({}, 1, kTwoRows, std::vector<float>{0.25F, 0.5F});
  EXPECT_THAT(result.shares, ElementsAre(0.25, 0.5));
  EXPECT_EQ(result.unexplained, 0.0);
}

// Three layers of random attention over two packed texts, tapped with `top` links.
struct Stack {
  std::vector<AttentionCase<float>> cases;
  std::vector<Tap> taps;

  explicit Stack(int64_t top) {
    for (uint64_t layer = 1; layer <= 3; ++layer) {
      CaseOptions options;
      options.queries = options.keys = {9, 12};
      options.heads = 4;
      options.key_heads = 2;
      options.seed = layer;
      cases.emplace_back(options);
      std::vector<float> output;
      taps.push_back({.top = top});
      forward(options.variant, cases.back().inputs(), cases.back().output_view(output), nullptr,
              &taps.back());
    }
  }

  // The product of the whole matrices, with the reference's weights.
  std::vector<double> dense(int64_t b, const std::vector<float>& start) const {
    std::vector<double> shares(start.begin(), start.end());
    for (size_t l = cases.size(); l-- > 0;) {
      const Inputs<float> inputs = cases[l].inputs();
      ReferenceRow<float> row(cases[l].options.variant, inputs);
      std::vector<double> below(shares.size());
      for (size_t t = 0; t < shares.size(); ++t) {
        below[t] += 0.5 * shares[t];
        for (int64_t head = 0; head < 4; ++head) {
          row.attend(b, head, static_cast<int64_t>(t));
          for (size_t s = 0; s < below.size(); ++s) {
            below[s] += 0.125 * shares[t] * static_cast<double>(row.weights()[s]);
          }
        }
      }
      shares = below;
    }
    return shares;
  }
};

TEST(Rollout, equals_the_product_of_matrices_where_all_links_are_kept) {
  const Stack stack(12);
  std::vector<float> start(12, 0.05F);
  start[7] = 0.45F;
  const Rollout result = rollout(stack.taps, 4, stack.cases[0].sequences[1], start);
  EXPECT_THAT(result.shares, Pointwise(DoubleNear(1e-5), stack.dense(1, start)));
  EXPECT_NEAR(result.unexplained, 0.0, 1e-5);
}

TEST(Rollout, explains_less_with_fewer_links_and_never_too_much_of_a_row) {
  std::vector<float> start(9, 0.0F);
  start[4] = 1;
  EXPECT_EQ(rollout(Stack(0).taps, 4, {1, 9, 1, 9, 0}, start).unexplained, 0.875);  // residual branches alone
  double last = 1;
  for (const int64_t top : {0, 1, 3, 9}) {
    const Stack stack(top);
    const Rollout result = rollout(stack.taps, 4, stack.cases[0].sequences[0], start);
    const std::vector<double> dense = stack.dense(0, start);
    double sum = 0;
    for (size_t s = 0; s < dense.size(); ++s) {
      EXPECT_LE(result.shares[s], dense[s] + 1e-5) << top << " links, row " << s;
      sum += result.shares[s];
    }
    EXPECT_NEAR(result.unexplained, 1 - sum, 1e-12);
    EXPECT_LT(result.unexplained, last);
    last = result.unexplained;
  }
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    return error.what();
  }
  ADD_FAILURE() << "expected an error";
  return "";
}

TEST(Rollout, names_the_shapes_that_do_not_fit) {
  std::vector<Tap> layers = two_layers();
  const auto message = [&](int64_t heads, const Sequence& sequence, std::vector<float> start) {
    return error_of([&] { rollout(layers, heads, sequence, start); });
  };
  EXPECT_EQ(message(1, kTwoRows, {1}),
            "attention::rollout: expected start [n] for 2 rows of the sequence, found [1]");
  EXPECT_THAT(message(1, {0, 2, 0, 5, 0}, {1, 0}), HasSubstr("n queries over its own n keys, found heads 1, "
                                                             "query 0+2 and 5 keys"));
  EXPECT_THAT(message(1, kTwoRows, {1, -1}), HasSubstr("shares >= 0, found -1.000000 at row 1"));
  EXPECT_THAT(message(1, kTwoRows, {1, std::numeric_limits<float>::quiet_NaN()}), HasSubstr("at row 1"));
  EXPECT_THAT(message(1, {1, 2, 0, 2, 0}, {1, 0}),
              HasSubstr("[rows >= 3, heads 1, top 2] in layer 1, found 2 entropies, 4 keys and 4 weights"));
  EXPECT_THAT(message(2, kTwoRows, {1, 0}), HasSubstr("[rows >= 2, heads 2, top 2] in layer 1"));
  layers[1].keys[0] = 2;
  EXPECT_THAT(message(1, kTwoRows, {1, 0}), HasSubstr("found one to key 2 from row 0"));
  layers[1] = {.top = 1, .keys = {0, 0, 0}, .weights = {1, 1, 1}, .entropy = {0, 0, 0}};
  EXPECT_THAT(
      message(1, kTwoRows, {1, 0}),
      HasSubstr("taps of the same rows, found [rows, heads] of 2 places in layer 1 and 3 in layer 2"));
}

}  // namespace
}  // namespace heed::attention
