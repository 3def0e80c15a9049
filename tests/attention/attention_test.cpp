#include "attention/attention.h"

#include <algorithm>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include "attention/attention_case.h"
#include "base/error.h"
#include "base/log.h"

namespace heed::attention {
namespace {

using testing::FloatNear;
using testing::HasSubstr;
using testing::Pointwise;

struct Passes {
  std::vector<float> output;
  Saved saved;
  CaseGradients<float> gradients;
};

Passes run(const AttentionCase<float>& c, const ParallelFor& parallel = run_serially, Tap* tap = nullptr) {
  Passes result;
  const Heads<float> output = c.output_view(result.output);
  forward(c.options.variant, c.inputs(), output, &result.saved, tap, parallel);
  backward(c.options.variant, c.inputs(), {output.data, output.row_stride, output.head_stride}, result.saved,
           c.d_output_view(), result.gradients.of(c), parallel);
  return result;
}

// Equal bits; NaN where both are.
void expect_same_bits(const std::vector<float>& a, const std::vector<float>& b, const std::string& name) {
  ASSERT_EQ(a.size(), b.size()) << name;
  for (size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))
        << name << "[" << i << "] " << a[i] << " " << b[i];
  }
}

void expect_same_bits(const Passes& a, const Passes& b) {
  expect_same_bits(a.output, b.output, "output");
  expect_same_bits(a.saved.log_sum, b.saved.log_sum, "log_sum");
  expect_same_bits(a.gradients.query, b.gradients.query, "query");
  expect_same_bits(a.gradients.key, b.gradients.key, "key");
  expect_same_bits(a.gradients.value, b.gradients.value, "value");
  expect_same_bits(a.gradients.log_temperature, b.gradients.log_temperature, "log_temperature");
  expect_same_bits(a.gradients.relative_bias, b.gradients.relative_bias, "relative_bias");
  expect_same_bits(a.gradients.bias, b.gradients.bias, "bias");
}

// Ranges of one, last first, each on a thread of its own, at most four at a time.
void run_scattered(int64_t count, const RangeBody& body) {
  for (int64_t end = count; end > 0; end -= std::min<int64_t>(end, 4)) {
    std::vector<std::thread> threads;
    for (int64_t i = end - 1; i >= std::max<int64_t>(0, end - 4); --i) threads.emplace_back(body, i, i + 1);
    for (std::thread& thread : threads) thread.join();
  }
}

std::vector<CaseOptions> fused_and_plain() {
  CaseOptions options;
  options.queries = {70, 9, 1};
  options.keys = {75, 9, 30};
  options.heads = 4;
  options.key_heads = 2;
  options.width = options.value_width = 18;
  options.temperature = true;
  options.dropout = 0.1;
  options.variant.relative_reach = 3;
  std::vector<CaseOptions> all(3, options);
  all[1].shared_bias = true;
  all[2].variant.normaliser = Normaliser::entmax15;
  return all;
}

TEST(Attention, is_the_same_bits_however_it_is_spread_over_threads) {
  for (const CaseOptions& options : fused_and_plain()) {
    const AttentionCase<float> c(options);
    expect_same_bits(run(c), run(c, run_scattered));
  }
}

TEST(Attention, of_a_batch_is_the_same_bits_as_one_by_one) {
  for (CaseOptions options : fused_and_plain()) {
    options.shared_bias = options.temperature = false;
    options.variant.relative_reach = 0;
    const AttentionCase<float> c(options);
    const Passes batch = run(c);
    AttentionCase<float> single = c;
    for (const Sequence& sequence : c.sequences) {
      single.sequences = {sequence};
      const Passes alone = run(single);
      const auto rows_equal = [](const auto& a, const auto& b, int64_t begin, int64_t count, int64_t stride) {
        return std::equal(a.begin() + begin * stride, a.begin() + (begin + count) * stride,
                          b.begin() + begin * stride);
      };
      const int64_t stride = c.stride(options.heads, options.width);
      const int64_t key_stride = c.stride(options.key_heads, options.width);
      EXPECT_TRUE(rows_equal(batch.output, alone.output, sequence.query_begin, sequence.query_count, stride));
      EXPECT_TRUE(rows_equal(batch.gradients.query, alone.gradients.query, sequence.query_begin,
                             sequence.query_count, stride));
      EXPECT_TRUE(rows_equal(batch.gradients.key, alone.gradients.key, sequence.key_begin, sequence.key_count,
                             key_stride));
      EXPECT_TRUE(rows_equal(batch.gradients.value, alone.gradients.value, sequence.key_begin,
                             sequence.key_count, key_stride));
    }
  }
}

// What a decoder does: one query at a time against a growing cache, and the whole at once.
TEST(Attention, through_a_cache_is_the_same_bits_as_the_whole) {
  for (const Normaliser normaliser : {Normaliser::softmax, Normaliser::sparsemax}) {
    CaseOptions options;
    options.queries = options.keys = {140};
    options.width = options.value_width = 24;
    options.variant = {.normaliser = normaliser, .causal = true, .alibi = true};
    AttentionCase<float> c(options);
    std::vector<float> whole;
    forward(options.variant, c.inputs(), c.output_view(whole));
    const Sequence all = c.sequences[0];
    std::vector<float> stepped;
    const Heads<float> output = c.output_view(stepped);
    for (int64_t t = 0; t < all.query_count; ++t) {
      c.sequences = {{all.query_begin + t, 1, all.key_begin, t + 1, t}};
      forward(options.variant, c.inputs(), output);
    }
    expect_same_bits(whole, stepped, "output");
  }
}

TEST(Attention, under_a_causal_mask_does_not_see_the_future) {
  for (const Normaliser normaliser : {Normaliser::softmax, Normaliser::sum, Normaliser::hard}) {
    CaseOptions options;
    options.queries = options.keys = {80};
    options.variant = {.normaliser = normaliser, .hard_top = 60, .causal = true};
    AttentionCase<float> c(options);
    const Passes before = run(c);
    constexpr int64_t kChanged = 40;
    const int64_t stride = c.stride(options.key_heads, options.width);
    for (int64_t row = c.sequences[0].key_begin + kChanged; row < c.sequences[0].key_begin + 80; ++row) {
      for (int64_t i = 0; i < stride; ++i) {
        c.key[static_cast<size_t>(row * stride + i)] += 1.0F;
        c.value[static_cast<size_t>(row * stride + i)] -= 1.0F;
      }
    }
    const Passes after = run(c);
    const int64_t last =
        (c.sequences[0].query_begin + kChanged) * c.stride(options.heads, options.value_width);
    for (int64_t i = c.stride(options.heads, options.value_width); i < last; ++i) {
      ASSERT_EQ(before.output[static_cast<size_t>(i)], after.output[static_cast<size_t>(i)]) << i;
    }
    EXPECT_NE(before.output[static_cast<size_t>(last)], after.output[static_cast<size_t>(last)]);
  }
}

TEST(Attention, of_a_row_that_sees_no_key_is_zero_with_zero_gradients) {
  for (const std::string& name : normaliser_names()) {
    CaseOptions options;
    options.queries = {2};
    options.keys = {3};
    options.query_position = -1;  // the first query stands before every key
    options.variant.normaliser = parse_normaliser(name);
    options.variant.causal = true;
    const AttentionCase<float> c(options);
    const Passes result = run(c);
    for (size_t i = 6; i < 12; ++i) {
      EXPECT_EQ(result.output[i], 0.0F) << name;
      EXPECT_EQ(result.gradients.query[i], 0.0F) << name;
    }
  }
}

TEST(Attention, writes_nothing_outside_its_sequences) {
  for (const CaseOptions& options : fused_and_plain()) {
    const AttentionCase<float> c(options);
    const Passes result = run(c);
    const auto check = [](const std::vector<float>& written, const std::vector<float>& given) {
      for (size_t i = 0; i < given.size(); ++i) ASSERT_EQ(std::isnan(written[i]), std::isnan(given[i])) << i;
    };
    check(result.output, c.d_output);
    check(result.gradients.query, c.query);
    check(result.gradients.key, c.key);
    check(result.gradients.value, c.value);
  }
}

std::string error_of(const std::function<void()>& call, ErrorCode code = ErrorCode::invalid_argument) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    return error.what();
  }
  ADD_FAILURE() << "expected an error";
  return "";
}

// docs/attention.md, "The classic formulation": values = keys, d = 4.
struct Classic {
  std::vector<float> query = {1, 1, 0, 0};
  std::vector<float> keys;
  Variant variant{.score = Score::scaled_dot, .normaliser = Normaliser::sum};
  std::vector<Sequence> sequences = {{0, 1, 0, 3, 0}};

  std::vector<float> operator()(Tap* tap = nullptr) const {
    Inputs<float> in;
    in.sequences = sequences;
    in.width = in.value_width = 4;
    in.query = {query.data(), 4, 4};
    in.key = in.value = {keys.data(), 4, 4};
    std::vector<float> output(4);
    forward(variant, in, {output.data(), 4, 4}, nullptr, tap);
    return output;
  }
};

TEST(Attention, reproduces_the_worked_example_of_the_classic_formulation) {
  Classic classic;
  classic.keys = {2, 0, 1, 0, 0, 4, 0, 1, 1, 1, 0, 0};
  Tap tap{.top = 3};
  EXPECT_EQ(classic(&tap), (std::vector<float>{0.75F, 2.25F, 0.25F, 0.5F}));
  EXPECT_EQ(tap.keys, (std::vector<int32_t>{1, 0, 2}));
  EXPECT_EQ(tap.weights, (std::vector<float>{0.5F, 0.25F, 0.25F}));
}

TEST(Attention, reproduces_the_worked_example_of_negative_scores) {
  Classic classic;
  classic.keys = {2, 0, 1, 0, 0, 4, 0, 1, -3, -3, 0, 0};  // a = 1, 2, -3: they sum to 0
  Tap tap{.top = 3};
  classic.variant.sum_guard = SumGuard::absolute;
  EXPECT_THAT(classic(&tap), Pointwise(FloatNear(1e-6F), {-7.0F / 6, -1.0F / 6, 1.0F / 6, 2.0F / 6}));
  EXPECT_THAT(tap.weights, Pointwise(FloatNear(1e-6F), {3.0F / 6, 2.0F / 6, 1.0F / 6}));
  classic.variant.sum_guard = SumGuard::softmax;
  EXPECT_THAT(classic(&tap), Pointwise(FloatNear(6e-5F), {0.5205F, 2.8952F, 0.2676F, 0.7275F}));
  EXPECT_THAT(tap.weights, Pointwise(FloatNear(6e-5F), {0.7275F, 0.2676F, 0.0049F}));
  classic.variant.sum_guard = SumGuard::error;
  EXPECT_THAT(
      error_of([&] { classic(); }),
      HasSubstr(
          "row 0, head 0: expected scores >= 0 with a sum above zero, found a negative score and the sum 0"));
}

TEST(Attention, names_every_shape_where_heads_do_not_divide) {
  AttentionCase<float> c(CaseOptions{});
  c.options.heads = 5;
  std::vector<float> output;
  EXPECT_EQ(error_of([&] { forward(c.options.variant, c.inputs(), c.output_view(output)); }),
            "attention::forward: expected heads a multiple of key_heads, found heads 5 and key_heads 2; "
            "shapes: query "
            "[7, 5, 3], key [9, 2, 3], value [9, 2, 3], sequences 2");
}

TEST(Attention, refuses_parts_that_do_not_fit_the_variant) {
  const AttentionCase<float> c(CaseOptions{});
  std::vector<float> output;
  const auto message = [&](const Variant& variant, const std::function<void(Inputs<float>&)>& change,
                           ErrorCode code = ErrorCode::invalid_argument) {
    Inputs<float> in = c.inputs();
    change(in);
    return error_of([&] { forward(variant, in, c.output_view(output)); }, code);
  };
  const float learned[64] = {};
  const auto nothing = [](Inputs<float>&) {};
  EXPECT_THAT(message({.score = Score::additive}, nothing),
              HasSubstr("expected score_vector [H, K] for score 'additive'"));
  EXPECT_THAT(message({.score = Score::bilinear}, nothing), HasSubstr("expected score_matrix [H, K, K]"));
  EXPECT_THAT(message({.relative_reach = 2}, nothing), HasSubstr("expected relative_bias [H, 2R+1]"));
  EXPECT_THAT(message({}, [&](Inputs<float>& in) { in.score_vector = learned; }),
              HasSubstr("score_vector [H, K]: expected none without score 'additive', found one"));
  EXPECT_THAT(message({}, [&](Inputs<float>& in) { in.dropout = 1.0; }),
              HasSubstr("dropout in [0, 1), found 1.0"));
  EXPECT_THAT(message({}, [&](Inputs<float>& in) { in.width = 0; }),
              HasSubstr("width and value_width above 0"));
  EXPECT_THAT(message({.hard_top = 0}, nothing), HasSubstr("hard_top >= 1"));
  EXPECT_THAT(message({}, [&](Inputs<float>& in) { in.key.data = nullptr; }),
              HasSubstr("expected key and value"));
  EXPECT_THAT(message(
                  {.normaliser = Normaliser::sigmoid}, [&](Inputs<float>& in) { in.span = learned; },
                  ErrorCode::unsupported),
              HasSubstr("expected normaliser 'softmax' with span, found 'sigmoid'"));
}

TEST(Attention, refuses_a_backward_pass_that_does_not_fit_its_forward) {
  AttentionCase<float> c(CaseOptions{});
  std::vector<float> output;
  const Heads<float> out = c.output_view(output);
  Saved saved;
  forward(c.options.variant, c.inputs(), out, &saved);
  const auto message = [&](const Saved& given, const Gradients<float>& gradients) {
    return error_of([&] {
      backward(c.options.variant, c.inputs(), {out.data, out.row_stride, out.head_stride}, given,
               c.d_output_view(), gradients);
    });
  };
  float total = 0;
  EXPECT_THAT(message(Saved{}, {}),
              HasSubstr("expected saved.log_sum of the forward pass on the same inputs, 14 values, found 0"));
  Gradients<float> orphan;
  orphan.log_temperature = &total;
  EXPECT_THAT(message(saved, orphan),
              HasSubstr("gradients.log_temperature: expected none without the input"));
  c.sequences[1].key_begin = c.sequences[0].key_begin + 1;
  EXPECT_THAT(message(saved, {}),
              HasSubstr("expected key rows of no two sequences to overlap, found row 2 twice"));
}

TEST(Attention, says_once_that_it_runs_on_the_reference) {
  std::ostringstream text;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_st>(text)));
  CaseOptions options;
  options.variant = {.score = Score::cosine,
                     .normaliser = Normaliser::sigmoid};  // no other test runs the two here
  const AttentionCase<float> c(options);
  run(c);
  run(c);
  run(AttentionCase<float>(CaseOptions{}));
  spdlog::set_default_logger(before);
  const std::string logged = text.str();
  EXPECT_EQ(std::count(logged.begin(), logged.end(), '\n'), 1) << logged;
  EXPECT_THAT(logged, HasSubstr("score 'cosine' with normaliser 'sigmoid' has no fused kernel"));
}

}  // namespace
}  // namespace heed::attention
