#include "attention/linear.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <hwy/targets.h>
#include <sys/resource.h>

#include "attention/attention_case.h"
#include "attention/linear_order.h"
#include "attention/reference.h"

namespace heed::attention {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

CaseOptions linear_case(bool causal = false) {
  CaseOptions options;
  options.variant = {.score = Score::linear, .normaliser = Normaliser::sum, .causal = causal};
  return options;
}

struct Passes {
  std::vector<float> output;
  Saved saved;
  CaseGradients<float> gradients;
};

Passes run(const AttentionCase<float>& c, const ParallelFor& parallel = run_serially) {
  EXPECT_TRUE(linear_covers(c.options.variant, c.inputs()));
  Passes result;
  const Heads<float> output = c.output_view(result.output);
  forward(c.options.variant, c.inputs(), output, &result.saved, nullptr, parallel);
  backward(c.options.variant, c.inputs(), {output.data, output.row_stride, output.head_stride}, result.saved,
           c.d_output_view(), result.gradients.of(c), parallel);
  return result;
}

// Equal bits; NaN where both are.
void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b, const std::string& name) {
  ASSERT_EQ(a.size(), b.size()) << name;
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << name << "[" << i << "]";
  }
}

void expect_same_bits(const Passes& a, const Passes& b) {
  expect_same_bits(a.output, b.output, "output");
  expect_same_bits(a.saved.log_sum, b.saved.log_sum, "log_sum");
  expect_same_bits(a.gradients.query, b.gradients.query, "query");
  expect_same_bits(a.gradients.key, b.gradients.key, "key");
  expect_same_bits(a.gradients.value, b.gradients.value, "value");
}

void expect_close(const std::vector<float>& found, const std::vector<double>& expected,
                  const std::string& name) {
  ASSERT_EQ(found.size(), expected.size()) << name;
  double size = 1;
  for (const double value : expected) size = std::max(size, std::isnan(value) ? 0.0 : std::abs(value));
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(std::isnan(found[i]), std::isnan(expected[i])) << name << "[" << i << "]";
    if (std::isnan(found[i])) continue;
    ASSERT_NEAR(found[i], expected[i], 2e-5 * size) << name << "[" << i << "]";
  }
}

// Output and gradients against the reference in double precision, whose own slopes are checked by central
// differences for this score and normaliser.
void expect_equal_to_reference(const AttentionCase<float>& c) {
  AttentionCase<double> wide(c.options);
  const auto copy = [](std::vector<double>& to, const std::vector<float>& from) {
    to.assign(from.begin(), from.end());
  };
  copy(wide.query, c.query);
  copy(wide.key, c.key);
  copy(wide.value, c.value);
  copy(wide.d_output, c.d_output);
  copy(wide.log_temperature, c.log_temperature);
  const Passes fast = run(c);
  std::vector<double> output;
  CaseGradients<double> g;
  reference_forward<double>(c.options.variant, wide.inputs(), wide.output_view(output));
  reference_backward<double>(c.options.variant, wide.inputs(), wide.d_output_view(), g.of(wide));
  expect_close(fast.output, output, "output");
  expect_close(fast.gradients.query, g.query, "query");
  expect_close(fast.gradients.key, g.key, "key");
  expect_close(fast.gradients.value, g.value, "value");
  for (const float slope : fast.gradients.log_temperature) EXPECT_EQ(slope, 0.0F);
}

TEST(Linear, equals_the_reference_at_awkward_lengths) {
  for (const int64_t queries : {0, 1, 2, 31, 32, 33, 70}) {
    for (const int64_t keys : {0, 1, 7, 31, 32, 33, 70}) {
      for (const int64_t position : {-40, -3, 0, 2, 69, 1000}) {
        SCOPED_TRACE(std::to_string(queries) + " x " + std::to_string(keys) + " at " +
                     std::to_string(position));
        CaseOptions options = linear_case(true);
        options.queries = {queries, 3};
        options.keys = {keys, 5};
        options.query_position = position;
        expect_equal_to_reference(AttentionCase<float>(options));
      }
      CaseOptions options = linear_case();
      options.queries = {queries, 3};
      options.keys = {keys, 5};
      expect_equal_to_reference(AttentionCase<float>(options));
    }
  }
}

TEST(Linear, equals_the_reference_at_awkward_widths_and_strides) {
  for (const int64_t width : {1, 2, 7, 15, 16, 17, 33, 63, 64, 65}) {
    for (const bool causal : {false, true}) {
      CaseOptions options = linear_case(causal);
      options.queries = options.keys = {37};
      options.width = width;
      options.value_width = 67 - width;
      options.padding = width % 4;
      SCOPED_TRACE(width);
      expect_equal_to_reference(AttentionCase<float>(options));
    }
  }
}

std::vector<CaseOptions> grouped_cases() {
  std::vector<CaseOptions> all;
  for (const bool causal : {false, true}) {
    for (const int64_t key_heads : {6, 2, 1}) {
      all.push_back(linear_case(causal));
      all.back().queries = {41, 0, 9, 5};
      all.back().keys = {50, 4, 0, 5};
      all.back().query_position = 4;
      all.back().heads = 6;
      all.back().key_heads = key_heads;
      all.back().width = 18;
      all.back().value_width = 20;
      all.back().temperature = true;
    }
  }
  return all;
}

TEST(Linear, equals_the_reference_with_grouped_heads_and_a_temperature) {
  for (const CaseOptions& options : grouped_cases()) expect_equal_to_reference(AttentionCase<float>(options));
}

TEST(Linear, equals_the_reference_on_every_instruction_set) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().DeInit();
    for (const CaseOptions& options : grouped_cases())
      expect_equal_to_reference(AttentionCase<float>(options));
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().DeInit();
}

TEST(Linear, takes_inputs_of_any_size) {
  for (const double size : {1e-3, 10.0, 60.0}) {  // 60: many features are at their least
    CaseOptions options = linear_case(true);
    options.queries = options.keys = {40};
    options.size = size;
    expect_equal_to_reference(AttentionCase<float>(options));
  }
}

int64_t peak_memory_kb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// A state a position would be 50 MB, scores 10 GB.
TEST(Linear, of_a_long_text_needs_no_more_memory_than_of_a_short_one) {
  CaseOptions options = linear_case(true);
  options.queries = options.keys = {50000};
  options.heads = options.key_heads = 1;
  options.width = options.value_width = 16;
  const AttentionCase<float> c(options);
  Passes result;
  const Heads<float> output = c.output_view(result.output);
  const Gradients<float> gradients = result.gradients.of(c);
  const int64_t before = peak_memory_kb();
  forward(options.variant, c.inputs(), output, &result.saved);
  backward(options.variant, c.inputs(), {output.data, output.row_stride, output.head_stride}, result.saved,
           c.d_output_view(), gradients);
  EXPECT_LT(peak_memory_kb() - before, 8 * 1024);
  EXPECT_FALSE(std::isnan(result.output[16]));
}

TEST(Linear, through_a_cache_is_the_same_bits_as_the_whole) {
  CaseOptions options = linear_case(true);
  options.queries = options.keys = {140};
  options.heads = 4;
  options.width = options.value_width = 24;
  AttentionCase<float> c(options);
  std::vector<float> whole;
  forward(options.variant, c.inputs(), c.output_view(whole));
  const Sequence all = c.sequences[0];
  std::vector<float> stepped;
  const Heads<float> output = c.output_view(stepped);
  for (int64_t t = 0; t < all.query_count; ++t) {
    c.sequences = {{all.query_begin + t, 1, all.key_begin, t + 1, t}};
    if (t == 100) c.sequences[0].query_count = 29;  // some at once
    forward(options.variant, c.inputs(), output);
  }
  expect_same_bits(whole, stepped, "output");
}

TEST(Linear, is_the_same_bits_on_any_threads_and_in_any_batch) {
  const auto scattered = [](int64_t count, const RangeBody& body) {
    std::vector<std::thread> threads;
    for (int64_t i = count; i > 0; --i) threads.emplace_back(body, i - 1, i);
    for (std::thread& thread : threads) thread.join();
  };
  for (const CaseOptions& options : grouped_cases()) {
    const AttentionCase<float> c(options);
    const Passes batch = run(c);
    expect_same_bits(batch, run(c, scattered));
    AttentionCase<float> single = c;
    single.sequences = {c.sequences[0]};
    const Passes alone = run(single);
    const auto expect_same_rows = [](const std::vector<float>& some, const std::vector<float>& all) {
      for (size_t i = 0; i < some.size(); ++i) ASSERT_TRUE(some[i] == all[i] || std::isnan(some[i])) << i;
    };
    expect_same_rows(alone.output, batch.output);
    expect_same_rows(alone.gradients.query, batch.gradients.query);
    expect_same_rows(alone.gradients.key, batch.gradients.key);
    expect_same_rows(alone.gradients.value, batch.gradients.value);
  }
}

// Keys [20, 40) are not numbers: rows before them stay what they were, and so do the gradients of the
// queries.
TEST(Linear, not_a_number_in_the_future_does_not_reach_the_past) {
  CaseOptions options = linear_case(true);
  options.queries = {20};
  options.keys = {40};
  AttentionCase<float> c(options);
  const Passes clean = run(c);
  const int64_t stride = c.stride(options.key_heads, options.width);
  for (int64_t i = (c.sequences[0].key_begin + 20) * stride; i < (c.sequences[0].key_begin + 40) * stride;
       ++i)
    c.key[static_cast<size_t>(i)] = c.value[static_cast<size_t>(i)] = kNaN;
  expect_same_bits(clean, run(c));
  c.key[static_cast<size_t>((c.sequences[0].key_begin + 19) * stride)] = kNaN;  // the last query sees it
  const std::vector<float> tainted = run(c).output;
  const auto last =
      static_cast<size_t>((c.sequences[0].query_begin + 19) * c.stride(options.heads, options.value_width));
  EXPECT_TRUE(std::isnan(tainted[last]));
  for (size_t i = 0; i < last; ++i) ASSERT_TRUE(tainted[i] == clean.output[i] || std::isnan(clean.output[i]));
}

TEST(Linear, a_tap_holds_the_weights_and_leaves_the_output_as_it_is) {
  CaseOptions options = linear_case(true);
  options.queries = options.keys = {30};
  const AttentionCase<float> c(options);
  std::vector<float> plain;
  std::vector<float> tapped;
  std::vector<float> unused;
  Saved plain_saved;
  Saved tapped_saved;
  Tap tap{.top = 30, .wants_received = true};
  Tap expected{.top = 30, .wants_received = true};
  forward(options.variant, c.inputs(), c.output_view(plain), &plain_saved);
  forward(options.variant, c.inputs(), c.output_view(tapped), &tapped_saved, &tap);
  expect_same_bits(plain, tapped, "output");
  expect_same_bits(plain_saved.log_sum, tapped_saved.log_sum, "log_sum");
  reference_forward<float>(options.variant, c.inputs(), c.output_view(unused), nullptr, &expected);
  EXPECT_EQ(tap.keys, expected.keys);
  EXPECT_EQ(tap.received, expected.received);
}

TEST(Linear, of_bfloat16_is_that_of_the_same_numbers_in_floats) {
  CaseOptions options = linear_case(true);
  options.queries = options.keys = {40};
  AttentionCase<float> c(options);
  const auto narrow = [](std::vector<float>& wide) {
    std::vector<BFloat16> values;
    for (float& value : wide) value = to_float(values.emplace_back(to_bfloat16(value)));
    return values;
  };
  const std::vector<BFloat16> query = narrow(c.query);
  const std::vector<BFloat16> key = narrow(c.key);
  const std::vector<BFloat16> value = narrow(c.value);
  const Inputs<float> in = c.inputs();
  Inputs<BFloat16> half;
  half.sequences = in.sequences;
  half.heads = in.heads;
  half.key_heads = in.key_heads;
  half.width = in.width;
  half.value_width = in.value_width;
  half.query = {query.data(), in.query.row_stride, in.query.head_stride};
  half.key = {key.data(), in.key.row_stride, in.key.head_stride};
  half.value = {value.data(), in.value.row_stride, in.value.head_stride};
  std::vector<float> expected;
  std::vector<float> found;
  forward(options.variant, in, c.output_view(expected));
  forward(options.variant, half, c.output_view(found));
  expect_same_bits(expected, found, "output");
}

TEST(Linear, leaves_what_needs_every_score_to_the_reference) {
  const auto covers = [](auto change) {
    CaseOptions options = linear_case();
    change(options);
    const AttentionCase<float> c(options);
    return linear_covers(options.variant, c.inputs());
  };
  EXPECT_TRUE(covers([](CaseOptions& o) { o.variant.causal = true; }));
  EXPECT_TRUE(covers([](CaseOptions& o) { o.temperature = true; }));
  EXPECT_FALSE(covers([](CaseOptions& o) { o.variant.score = Score::dot; }));
  EXPECT_FALSE(covers([](CaseOptions& o) { o.variant.normaliser = Normaliser::softmax; }));
  EXPECT_FALSE(covers([](CaseOptions& o) { o.variant.window = 4; }));
  EXPECT_FALSE(covers([](CaseOptions& o) { o.variant.alibi = true; }));
  EXPECT_FALSE(covers([](CaseOptions& o) { o.variant.relative_reach = 2; }));
  EXPECT_FALSE(covers([](CaseOptions& o) { o.mask = true; }));
  EXPECT_FALSE(covers([](CaseOptions& o) { o.bias = true; }));
  EXPECT_FALSE(covers([](CaseOptions& o) { o.dropout = 0.1; }));
}

TEST(LinearOrder, is_the_causal_mask) {
  const auto order = [](int64_t queries, int64_t keys, int64_t position) {
    const LinearOrder o = linear_order(true, {0, queries, 0, keys, position});
    return std::vector<int64_t>{o.blind, o.before, o.pairs};
  };
  EXPECT_EQ(order(5, 5, 0), (std::vector<int64_t>{0, 0, 5}));
  EXPECT_EQ(order(1, 8, 7), (std::vector<int64_t>{0, 7, 1}));   // a cache
  EXPECT_EQ(order(5, 8, 2), (std::vector<int64_t>{0, 2, 5}));   // key 7 is seen by none
  EXPECT_EQ(order(5, 4, 2), (std::vector<int64_t>{0, 2, 2}));   // three queries see all
  EXPECT_EQ(order(5, 4, -2), (std::vector<int64_t>{2, 0, 3}));  // two see none
  EXPECT_EQ(order(5, 4, 9), (std::vector<int64_t>{0, 4, 0}));
  EXPECT_EQ(order(5, 4, -9), (std::vector<int64_t>{5, 0, 0}));
  EXPECT_EQ(order(5, 0, 3), (std::vector<int64_t>{5, 0, 0}));
}

}  // namespace
}  // namespace heed::attention
