#include "attention/fused.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "attention/attention_case.h"
#include "attention/reference.h"
#include "base/instruction_sets.h"

namespace heed::attention {
namespace {

// Within `tolerance` of the larger of 1 and the greatest expected value; NaN exactly where NaN is expected.
void expect_close(const std::vector<float>& found, const std::vector<double>& expected, double tolerance,
                  const std::string& name) {
  ASSERT_EQ(found.size(), expected.size()) << name;
  double size = 1;
  for (const double value : expected) size = std::max(size, std::isfinite(value) ? std::abs(value) : 0.0);
  for (size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(expected[i]) || std::isinf(expected[i])) {
      ASSERT_EQ(std::isnan(found[i]), std::isnan(expected[i])) << name << "[" << i << "] " << found[i];
      ASSERT_EQ(std::isinf(found[i]), std::isinf(expected[i])) << name << "[" << i << "] " << found[i];
    } else {
      ASSERT_NEAR(found[i], expected[i], tolerance * size) << name << "[" << i << "]";
    }
  }
}

// The same numbers in double precision.
AttentionCase<double> widen(const AttentionCase<float>& c) {
  AttentionCase<double> wide(c.options);
  const auto copy = [](std::vector<double>& to, const std::vector<float>& from) {
    to.assign(from.begin(), from.end());
  };
  copy(wide.query, c.query);
  copy(wide.key, c.key);
  copy(wide.value, c.value);
  copy(wide.log_temperature, c.log_temperature);
  copy(wide.span, c.span);
  copy(wide.relative_bias, c.relative_bias);
  copy(wide.bias, c.bias);
  copy(wide.d_output, c.d_output);
  wide.mask = c.mask;
  return wide;
}

struct Outcome {
  std::vector<float> output;
  Saved saved;
  CaseGradients<float> gradients;
};

Outcome run_fused(const AttentionCase<float>& c) {
  Outcome outcome;
  const Inputs<float> inputs = c.inputs();
  const Heads<float> output = c.output_view(outcome.output);
  fused_forward(c.options.variant, inputs, output, &outcome.saved, nullptr, run_serially);
  const Heads<const float> forward{output.data, output.row_stride, output.head_stride};
  fused_backward(c.options.variant, inputs, forward, outcome.saved, c.d_output_view(),
                 outcome.gradients.of(c), run_serially);
  return outcome;
}

void expect_equal_to_reference(const AttentionCase<float>& c, double tolerance = 2e-5) {
  const Outcome fused = run_fused(c);
  const AttentionCase<double> wide = widen(c);
  std::vector<double> output;
  Saved saved;
  CaseGradients<double> g;
  reference_forward<double>(c.options.variant, wide.inputs(), wide.output_view(output), &saved);
  reference_backward<double>(c.options.variant, wide.inputs(), wide.d_output_view(), g.of(wide));
  expect_close(fused.output, output, tolerance, "output");
  expect_close(fused.saved.log_sum, {saved.log_sum.begin(), saved.log_sum.end()}, tolerance, "log_sum");
  expect_close(fused.gradients.query, g.query, tolerance, "query");
  expect_close(fused.gradients.key, g.key, tolerance, "key");
  expect_close(fused.gradients.value, g.value, tolerance, "value");
  expect_close(fused.gradients.log_temperature, g.log_temperature, tolerance, "log_temperature");
  expect_close(fused.gradients.span, g.span, tolerance, "span");
  expect_close(fused.gradients.relative_bias, g.relative_bias, tolerance, "relative_bias");
  expect_close(fused.gradients.bias, g.bias, tolerance, "bias");
}

// Every variant that the kernels cover, at the given shape.
std::vector<CaseOptions> covered(const CaseOptions& shape) {
  std::vector<CaseOptions> all;
  const auto add = [&](auto change) {
    all.push_back(shape);
    change(all.back());
  };
  add([](CaseOptions& o) {});
  add([](CaseOptions& o) {
    o.variant.score = Score::dot;
    o.size = 0.4;
  });
  add([](CaseOptions& o) { o.variant.causal = true; });
  add([](CaseOptions& o) {
    o.variant.causal = true;
    o.query_position = 2;
  });
  add([](CaseOptions& o) { o.variant.window = 3; });
  add([](CaseOptions& o) {
    o.variant.causal = true;
    o.variant.window = 40;
    o.variant.alibi = true;
  });
  add([](CaseOptions& o) { o.variant.relative_reach = 4; });
  add([](CaseOptions& o) {
    o.mask = true;
    o.bias = true;
  });
  add([](CaseOptions& o) {
    o.shared_bias = true;
    o.temperature = true;
  });
  add([](CaseOptions& o) {
    o.span = true;
    o.variant.span_ramp = 5.5;
    o.temperature = true;
  });
  add([](CaseOptions& o) {
    o.dropout = 0.3;
    o.temperature = true;
  });
  add([](CaseOptions& o) {
    o.variant = {.causal = true, .window = 9, .alibi = true, .relative_reach = 3, .span_ramp = 4};
    o.mask = o.bias = o.span = o.temperature = true;
    o.dropout = 0.2;
  });
  for (const std::string& name : normaliser_names()) {
    if (name == "softmax") continue;
    add([&](CaseOptions& o) { o.variant.normaliser = parse_normaliser(name); });
    add([&](CaseOptions& o) {
      o.variant = {.normaliser = parse_normaliser(name), .hard_top = 3, .causal = true, .alibi = true};
      o.temperature = o.mask = o.bias = true;
      o.dropout = 0.2;
    });
  }
  add([](CaseOptions& o) {  // ratios that no guard stands in for
    o.variant.normaliser = Normaliser::sum;
    o.positive = true;
  });
  add([](CaseOptions& o) {
    o.variant = {
        .normaliser = Normaliser::sum, .sum_guard = SumGuard::absolute, .window = 9, .relative_reach = 2};
  });
  return all;
}

TEST(Fused, equals_the_reference_at_awkward_lengths) {
  for (const int64_t queries : {1, 2, 7, 15, 16, 17, 63, 64, 65, 130}) {
    for (const int64_t keys : {1, 7, 16, 63, 65, 130}) {
      CaseOptions shape;
      shape.queries = {queries, 3};
      shape.keys = {keys, 5};
      shape.width = shape.value_width = 16;
      for (const bool causal : {false, true}) {
        shape.variant.causal = causal;
        SCOPED_TRACE(std::to_string(queries) + " x " + std::to_string(keys));
        expect_equal_to_reference(AttentionCase<float>(shape));
      }
    }
  }
}

TEST(Fused, equals_the_reference_at_awkward_widths) {
  for (const int64_t width : {1, 2, 7, 15, 16, 17, 63, 64, 65, 130}) {
    CaseOptions shape;
    shape.queries = {9, 4};
    shape.keys = {21, 6};
    shape.width = width;
    shape.value_width = 131 - width;
    SCOPED_TRACE(width);
    expect_equal_to_reference(AttentionCase<float>(shape));
  }
}

TEST(Fused, equals_the_reference_for_every_mask_bias_and_factor) {
  CaseOptions shape;
  shape.queries = {66, 1, 0, 5};
  shape.keys = {70, 33, 4, 0};
  shape.heads = 4;
  shape.width = 20;
  shape.value_width = 12;
  for (const int64_t key_heads : {4, 2, 1}) {
    shape.key_heads = key_heads;
    const std::vector<CaseOptions> all = covered(shape);
    for (size_t i = 0; i < all.size(); ++i) {
      SCOPED_TRACE("key heads " + std::to_string(key_heads) + ", case " + std::to_string(i));
      expect_equal_to_reference(AttentionCase<float>(all[i]));
    }
  }
}

TEST(Fused, equals_the_reference_on_misaligned_rows) {
  for (const int64_t padding : {1, 2, 3, 5}) {
    CaseOptions shape;
    shape.queries = {20, 5};
    shape.keys = {30, 17};
    shape.width = 17;
    shape.padding = padding;
    for (const CaseOptions& options : covered(shape))
      expect_equal_to_reference(AttentionCase<float>(options));
  }
}

TEST(Fused, equals_the_reference_on_every_instruction_set) {
  CaseOptions shape;
  shape.queries = {67, 13};
  shape.keys = {67, 19};
  shape.heads = 2;
  shape.key_heads = 1;
  shape.width = 33;
  shape.value_width = 18;
  const std::vector<CaseOptions> all = covered(shape);
  test::on_every_instruction_set([&] {
    for (const CaseOptions& options : all) expect_equal_to_reference(AttentionCase<float>(options));
  });
}

TEST(Fused, equals_the_reference_on_a_long_text) {
  CaseOptions shape;
  shape.queries = shape.keys = {1000};
  shape.heads = 1;
  shape.key_heads = 1;
  shape.width = shape.value_width = 24;
  for (const Variant& variant : {Variant{}, Variant{.causal = true}, Variant{.causal = true, .window = 300},
                                 Variant{.normaliser = Normaliser::entmax15, .causal = true}}) {
    shape.variant = variant;
    expect_equal_to_reference(AttentionCase<float>(shape));
  }
}

// What stands at hidden places may be anything.
TEST(Fused, not_a_number_at_a_hidden_key_reaches_no_row) {
  for (const std::string& name : normaliser_names()) {
    CaseOptions shape;
    shape.queries = {70};
    shape.keys = {130};
    shape.variant = {.normaliser = parse_normaliser(name), .causal = true, .window = 50};
    AttentionCase<float> c(shape);
    c.sequences[0].query_position = 40;  // keys from 110 on are seen by nobody
    const Outcome clean = run_fused(c);
    const int64_t stride = c.stride(shape.key_heads, shape.width);
    for (int64_t key = 110; key < 130; ++key) {
      for (int64_t i = 0; i < stride; ++i) {
        const auto place = static_cast<size_t>((c.sequences[0].key_begin + key) * stride + i);
        c.key[place] = std::numeric_limits<float>::quiet_NaN();
        c.value[place] = std::numeric_limits<float>::infinity();
      }
    }
    const Outcome tainted = run_fused(c);
    SCOPED_TRACE(name);
    expect_close(tainted.output, {clean.output.begin(), clean.output.end()}, 1e-6, "output");
    expect_close(tainted.gradients.query, {clean.gradients.query.begin(), clean.gradients.query.end()}, 1e-6,
                 "query");
    expect_close(tainted.gradients.value, {clean.gradients.value.begin(), clean.gradients.value.end()}, 1e-6,
                 "value");
  }
}

// A key that later queries see, and not a number: the queries before it do not notice.
TEST(Fused, not_a_number_in_the_future_does_not_reach_the_past) {
  for (const Normaliser normaliser : {Normaliser::softmax, Normaliser::sigmoid}) {
    CaseOptions shape;
    shape.queries = shape.keys = {40};
    shape.variant = {.normaliser = normaliser, .causal = true};
    AttentionCase<float> c(shape);
    const Outcome clean = run_fused(c);
    const int64_t stride = c.stride(shape.key_heads, shape.width);
    const auto key = static_cast<size_t>((c.sequences[0].key_begin + 20) * stride);
    c.value[key] = std::numeric_limits<float>::quiet_NaN();
    const Outcome tainted = run_fused(c);
    const auto begin = static_cast<size_t>(c.sequences[0].query_begin * stride);
    for (size_t i = begin; i < begin + static_cast<size_t>(20 * stride); ++i) {
      ASSERT_NEAR(tainted.output[i], clean.output[i], 1e-6) << i;
    }
    EXPECT_TRUE(std::isnan(tainted.output[begin + static_cast<size_t>(20 * stride)]));
  }
}

TEST(Fused, not_a_number_in_the_future_of_a_few_queries_does_not_reach_them) {
  for (const int64_t width : {16, 7}) {
    CaseOptions shape;
    shape.queries = {3};
    shape.keys = {40};
    shape.query_position = 10;
    shape.width = shape.value_width = width;
    shape.variant.causal = true;
    AttentionCase<float> c(shape);
    const int64_t stride = c.stride(shape.key_heads, width);
    for (int64_t i = 12 * stride; i < 40 * stride; ++i) {
      c.value[static_cast<size_t>(c.sequences[0].key_begin * stride + i)] =
          std::numeric_limits<float>::quiet_NaN();
    }
    std::vector<float> output;
    fused_forward(shape.variant, c.inputs(), c.output_view(output), nullptr, nullptr, run_serially);
    const auto begin = static_cast<size_t>(c.sequences[0].query_begin * stride);
    for (size_t i = 0; i < static_cast<size_t>(2 * stride); ++i)
      ASSERT_TRUE(std::isfinite(output[begin + i])) << i;
    EXPECT_TRUE(std::isnan(output[begin + static_cast<size_t>(2 * stride)]));
  }
}

// Few queries run with keys as lanes, many with queries as lanes: the same bits.
TEST(Fused, a_few_queries_have_the_same_bits_as_many) {
  CaseOptions shape;
  shape.queries = shape.keys = {150};
  shape.heads = 4;
  for (const int64_t width : {16, 24, 64, 7}) {
    for (const int64_t key_heads : {4, 2}) {
      shape.width = shape.value_width = width;
      shape.key_heads = key_heads;
      shape.variant = {.causal = true, .window = 70, .alibi = true, .relative_reach = 5, .span_ramp = 40};
      shape.temperature = shape.span = true;
      AttentionCase<float> c(shape);
      std::vector<float> whole;
      std::vector<float> few;
      fused_forward(shape.variant, c.inputs(), c.output_view(whole), nullptr, nullptr, run_serially);
      const Heads<float> output = c.output_view(few);
      const Sequence all = c.sequences[0];
      for (int64_t t = 0; t < all.query_count; t += 3) {
        c.sequences = {{all.query_begin + t, 3, all.key_begin, all.key_count, t}};
        fused_forward(shape.variant, c.inputs(), output, nullptr, nullptr, run_serially);
      }
      const auto begin = static_cast<size_t>(all.query_begin * c.stride(4, width));
      for (size_t i = begin; i < begin + static_cast<size_t>(150 * 4 * width); ++i) {
        ASSERT_EQ(whole[i], few[i]) << "width " << width << " place " << i;
      }
    }
  }
}

TEST(Fused, weighs_scores_of_ten_thousand) {
  CaseOptions shape;
  shape.queries = {5};
  shape.keys = {70};
  shape.bias = true;
  AttentionCase<float> extreme(shape);
  for (size_t i = 0; i < extreme.bias.size(); ++i)
    extreme.bias[i] = (i % 3 == 0 ? 1e4F : -1e4F) + (i % 2 == 0 ? 1.F : 0.F);
  expect_equal_to_reference(extreme, 2e-3);  // a step of float near 10^4 is 10^-3
}

TEST(Fused, a_bias_of_minus_infinity_hides_a_key) {
  CaseOptions shape;
  shape.queries = {4};
  shape.keys = {70};
  shape.bias = true;
  AttentionCase<float> c(shape);
  for (size_t i = 0; i < c.bias.size(); ++i) {
    if (i % 3 == 0 || i < 70) c.bias[i] = -std::numeric_limits<float>::infinity();
  }
  expect_equal_to_reference(c);
}

TEST(Fused, not_a_number_in_a_query_stays_in_its_row) {
  CaseOptions shape;
  shape.queries = {5};
  shape.keys = {6};
  AttentionCase<float> c(shape);
  const Outcome clean = run_fused(c);
  c.query[static_cast<size_t>(c.sequences[0].query_begin * c.stride(shape.heads, shape.width))] =
      std::numeric_limits<float>::quiet_NaN();
  const Outcome tainted = run_fused(c);
  const auto first =
      static_cast<size_t>(c.sequences[0].query_begin * c.stride(shape.heads, shape.value_width));
  EXPECT_TRUE(std::isnan(tainted.output[first]));
  for (size_t i = first + 3; i < first + 30; ++i) EXPECT_EQ(tainted.output[i], clean.output[i]) << i;
}

}  // namespace
}  // namespace heed::attention
