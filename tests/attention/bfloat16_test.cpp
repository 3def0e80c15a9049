#include "attention/bfloat16.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "attention/attention_case.h"
#include "base/instruction_sets.h"

namespace heed::attention {
namespace {

TEST(BFloat16, rounds_to_the_nearest_and_of_two_to_the_even) {
  EXPECT_EQ(to_float(to_bfloat16(1.0F)), 1.0F);
  EXPECT_EQ(to_float(to_bfloat16(1.0F + 0x1p-8F)), 1.0F);            // half way: 1 is even
  EXPECT_EQ(to_float(to_bfloat16(1.0F + 0x3p-8F)), 1.0F + 0x1p-6F);  // half way: the one above is
  EXPECT_EQ(to_float(to_bfloat16(-1.0F - 0x1.1p-8F)), -1.0F - 0x1p-7F);
  EXPECT_EQ(to_float(to_bfloat16(std::numeric_limits<float>::infinity())),
            std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(to_float(to_bfloat16(std::numeric_limits<float>::quiet_NaN()))));
}

struct Narrow {
  std::vector<BFloat16> query, key, value;
  Inputs<BFloat16> inputs;

  // Rounds the case's queries, keys and values, in place too.
  explicit Narrow(AttentionCase<float>& c) {
    const auto round = [](std::vector<BFloat16>& to, std::vector<float>& from) {
      for (float& value : from) {
        to.push_back(to_bfloat16(value));
        value = to_float(to.back());
      }
    };
    round(query, c.query);
    round(key, c.key);
    round(value, c.value);
    const Inputs<float> wide = c.inputs();
    const auto heads = [&](const std::vector<BFloat16>& data, Heads<const float> like) {
      return Heads<const BFloat16>{data.data() + c.options.padding, like.row_stride, like.head_stride};
    };
    inputs = {.sequences = wide.sequences,
              .heads = wide.heads,
              .key_heads = wide.key_heads,
              .width = wide.width,
              .value_width = wide.value_width,
              .query = heads(query, wide.query),
              .key = heads(key, wide.key),
              .value = heads(value, wide.value),
              .score_vector = wide.score_vector,
              .score_matrix = wide.score_matrix,
              .log_temperature = wide.log_temperature,
              .span = wide.span,
              .relative_bias = wide.relative_bias,
              .mask = wide.mask,
              .bias = wide.bias,
              .dropout = wide.dropout,
              .dropout_seed = wide.dropout_seed};
  }
};

void expect_near(const std::vector<float>& a, const std::vector<float>& b, float tolerance,
                 const char* what) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    ASSERT_NEAR(a[i], b[i], tolerance * (1 + std::abs(b[i]))) << what << " " << i;
  }
}

// The same numbers in floats are the judge: what differs is the rounding of weights to 8 bits.
void expect_near_to_floats(CaseOptions options) {
  AttentionCase<float> c(options);
  const Narrow narrow(c);
  std::vector<float> wide_output, output;
  Saved wide_saved, saved;
  CaseGradients<float> wide_gradients, gradients;
  const Heads<float> wide_view = c.output_view(wide_output);
  forward(options.variant, c.inputs(), wide_view, &wide_saved);
  const Heads<float> view = c.output_view(output);
  forward(options.variant, narrow.inputs, view, &saved);
  expect_near(output, wide_output, 1e-2F, "output");
  backward(options.variant, c.inputs(), {wide_view.data, wide_view.row_stride, wide_view.head_stride},
           wide_saved, c.d_output_view(), wide_gradients.of(c));
  backward(options.variant, narrow.inputs, {view.data, view.row_stride, view.head_stride}, saved,
           c.d_output_view(), gradients.of(c));
  expect_near(gradients.query, wide_gradients.query, 2e-2F, "query");
  expect_near(gradients.key, wide_gradients.key, 2e-2F, "key");
  expect_near(gradients.value, wide_gradients.value, 2e-2F, "value");
}

TEST(BFloat16, inputs_give_what_floats_give) {
  test::on_every_instruction_set([] {
    for (const int64_t width : {1, 2, 15, 16, 33, 64}) {
      for (const int64_t padding : {0, 2, 3}) {
        CaseOptions options;
        options.queries = {70, 300, 1};
        options.keys = {67, 129, 9};
        options.heads = 4;
        options.width = options.value_width = width;
        options.padding = padding;
        options.variant.causal = width == 16;
        options.dropout = width == 33 ? 0.2 : 0.0;
        SCOPED_TRACE(width);
        expect_near_to_floats(options);
      }
    }
  });
}

TEST(BFloat16, inputs_run_with_every_normaliser) {
  for (const std::string& name : normaliser_names()) {
    CaseOptions options;
    options.variant.normaliser = parse_normaliser(name);
    SCOPED_TRACE(name);
    expect_near_to_floats(options);
  }
}

// The last queries, a panel alone, see another block of keys than those before them.
TEST(BFloat16, keys_that_panels_share_are_not_taken_for_those_of_the_last) {
  CaseOptions options;
  options.queries = {300};
  options.keys = {128};
  options.query_position = -200;
  options.heads = 2;
  options.key_heads = 1;
  options.width = options.value_width = 15;  // odd: no pairs
  options.variant.causal = true;
  expect_near_to_floats(options);
}

TEST(BFloat16, a_value_that_is_not_finite_stays_with_those_that_see_it) {
  CaseOptions options;
  options.queries = options.keys = {40};
  options.width = options.value_width = 16;
  options.variant.causal = true;
  AttentionCase<float> c(options);
  c.value[static_cast<size_t>((c.sequences[0].key_begin + 20) * c.stride(2, 16))] =
      std::numeric_limits<float>::infinity();
  const Narrow narrow(c);
  std::vector<float> output;
  forward(options.variant, narrow.inputs, c.output_view(output));
  const auto begin = static_cast<size_t>(c.sequences[0].query_begin * 32);
  for (size_t i = begin; i < begin + 20 * 32; ++i) ASSERT_TRUE(std::isfinite(output[i])) << i;
  EXPECT_FALSE(std::isfinite(output[begin + 20 * 32]));
}

}  // namespace
}  // namespace heed::attention
