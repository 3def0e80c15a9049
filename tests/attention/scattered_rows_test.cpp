#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "attention/attention.h"
#include "attention/attention_case.h"
#include "attention/row_index.h"
#include "base/error.h"
#include "base/instruction_sets.h"

// Key and value rows that an index says the places of (Heads::rows).
namespace heed::attention {
namespace {

using testing::HasSubstr;

struct Answer {
  std::vector<float> output;
  Saved saved;
  Tap tap;
};

template <class T>
Answer run(const AttentionCase<float>& c, const Inputs<T>& inputs, const Tap* wanted) {
  Answer answer;
  if (wanted != nullptr) answer.tap = *wanted;
  forward(c.options.variant, inputs, c.output_view(answer.output), &answer.saved,
          wanted != nullptr ? &answer.tap : nullptr);
  return answer;
}

template <class T>
void expect_same_bits(const std::vector<T>& found, const std::vector<T>& expected, const char* what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(std::memcmp(&found[i], &expected[i], sizeof(T)), 0)
        << what << "[" << i << "] " << found[i] << " " << expected[i];
  }
}

void expect_same_bits(const Answer& found, const Answer& expected) {
  expect_same_bits(found.output, expected.output, "output");
  expect_same_bits(found.saved.log_sum, expected.saved.log_sum, "log_sum");
  expect_same_bits(found.tap.keys, expected.tap.keys, "tap.keys");
  expect_same_bits(found.tap.weights, expected.tap.weights, "tap.weights");
  expect_same_bits(found.tap.entropy, expected.tap.entropy, "tap.entropy");
  expect_same_bits(found.tap.received, expected.tap.received, "tap.received");
}

// The case's keys and values as pools, out of which two indexes take rows; beside it the same rows laid out.
template <class T>
void expect_the_bits_of_rows_in_order(const AttentionCase<float>& c, const std::vector<T>& keys,
                                      const std::vector<T>& values, const Inputs<T>& pools) {
  const CaseOptions& o = c.options;
  const RowIndex key_index(c.sequences, 11), value_index(c.sequences, 12);
  const std::vector<T> keys_in_order = key_index.in_order(keys, o.padding, c.stride(o.key_heads, o.width));
  const std::vector<T> values_in_order =
      value_index.in_order(values, o.padding, c.stride(o.key_heads, o.value_width));
  Inputs<T> scattered = pools, in_order = pools;
  const Tap links{.top = 3}, all{.top = 12, .wants_received = true};
  const auto compare = [&](const Tap* tap) {
    expect_same_bits(run(c, scattered, tap), run(c, in_order, tap));
  };
  scattered.key.rows = key_index.rows();
  in_order.key.data = keys_in_order.data() + o.padding;
  compare(nullptr);  // values as they lie
  scattered.value.rows = value_index.rows();
  in_order.value.data = values_in_order.data() + o.padding;
  for (const Tap* tap : {static_cast<const Tap*>(nullptr), &links, &all}) compare(tap);
  scattered.key.rows = nullptr;
  in_order.key.data = pools.key.data;
  compare(nullptr);  // keys as they lie
}

void expect_the_bits_of_rows_in_order(const CaseOptions& options) {
  const AttentionCase<float> c(options);
  expect_the_bits_of_rows_in_order(c, c.key, c.value, c.inputs());
}

// Every score and normaliser, with every mask, bias and factor that it takes; but not cosine with sigmoid,
// whose first run attention_test.cpp waits for.
std::vector<CaseOptions> every_variant(const CaseOptions& shape) {
  std::vector<CaseOptions> all;
  const std::vector<std::function<void(CaseOptions&)>> changes = {
      [](CaseOptions&) {},
      [](CaseOptions& o) {
        o.variant.causal = true;
        o.query_position = 8;
      },
      [](CaseOptions& o) {
        o.variant.causal = o.variant.alibi = o.temperature = true;
        o.variant.window = 40;
        o.variant.relative_reach = 4;
        o.query_position = 20;
      },
      [](CaseOptions& o) { o.mask = o.bias = true; },
      [](CaseOptions& o) { o.dropout = 0.3; },
      [](CaseOptions& o) {
        o.span = true;
        o.variant.span_ramp = 5.5;
      }};
  for (const std::string& score : score_names()) {
    for (const std::string& normaliser : normaliser_names()) {
      if (score == "cosine" && normaliser == "sigmoid") continue;
      for (const auto& change : changes) {
        CaseOptions options = shape;
        options.variant.score = parse_score(score);
        options.variant.normaliser = parse_normaliser(normaliser);
        options.variant.hard_top = 3;
        change(options);
        if (!options.span || normaliser == "softmax") all.push_back(options);
      }
    }
  }
  return all;
}

void expect_the_bits_of_every_variant(const CaseOptions& shape) {
  for (const CaseOptions& options : every_variant(shape)) {
    SCOPED_TRACE(to_string(options.variant.score) + ", " + to_string(options.variant.normaliser));
    expect_the_bits_of_rows_in_order(options);
  }
}

// A decoder's steps: few queries, which run with keys as lanes.
CaseOptions few_queries() {
  CaseOptions shape;
  shape.queries = {1, 1, 4, 0, 1};
  shape.keys = {10, 40, 17, 5, 70};
  shape.heads = shape.key_heads = 4;
  shape.width = shape.value_width = 16;
  return shape;
}

CaseOptions many_queries() {
  CaseOptions shape;
  shape.queries = {66, 5};
  shape.keys = {67, 9};
  shape.heads = 2;
  shape.key_heads = 1;
  shape.width = 20;
  shape.value_width = 12;
  return shape;
}

TEST(ScatteredRows, give_the_bits_of_rows_in_order_in_every_variant) {
  for (CaseOptions shape : {few_queries(), many_queries()}) {
    expect_the_bits_of_every_variant(shape);
  }
}

TEST(ScatteredRows, give_the_bits_of_rows_in_order_for_grouped_heads_of_any_width) {
  CaseOptions shape = few_queries();
  for (const int64_t key_heads : {4, 2, 1}) {
    for (const int64_t width : {16, 64, 7, 33}) {
      shape.key_heads = key_heads;
      shape.width = width;
      shape.value_width = 80 - width;
      shape.padding = width % 3;
      SCOPED_TRACE(std::to_string(key_heads) + " key heads, width " + std::to_string(width));
      expect_the_bits_of_rows_in_order(shape);
    }
  }
}

TEST(ScatteredRows, give_the_bits_of_rows_in_order_on_every_instruction_set) {
  test::on_every_instruction_set([] {
    for (CaseOptions shape : {few_queries(), many_queries()}) {
      for (const Normaliser normaliser : {Normaliser::softmax, Normaliser::entmax15}) {
        shape.variant = {.normaliser = normaliser, .causal = true, .alibi = true};
        shape.query_position = 9;
        expect_the_bits_of_rows_in_order(shape);
      }
      shape.variant = {.score = Score::linear, .normaliser = Normaliser::sum};
      expect_the_bits_of_rows_in_order(shape);
    }
  });
}

// Panels that share a block of keys, and at the end one that does not.
TEST(ScatteredRows, give_the_bits_of_rows_in_order_to_many_panels_of_queries) {
  CaseOptions shape;
  shape.queries = {300};
  shape.keys = {150};
  shape.query_position = -200;
  shape.heads = 4;
  shape.key_heads = 1;
  shape.width = shape.value_width = 16;
  shape.variant.causal = true;
  expect_the_bits_of_rows_in_order(shape);
}

// Under a causal mask such a value is skipped where its key is hidden.
TEST(ScatteredRows, give_the_bits_of_rows_in_order_where_a_value_is_not_finite) {
  for (CaseOptions shape : {few_queries(), many_queries()}) {
    shape.variant.causal = true;
    shape.query_position = 9;
    AttentionCase<float> c(shape);
    const int64_t stride = c.stride(shape.key_heads, shape.value_width);
    for (const Sequence& s : c.sequences) {
      c.value[static_cast<size_t>(s.key_begin * stride + 3)] = std::numeric_limits<float>::infinity();
      c.value[static_cast<size_t>((s.key_begin + 1) * stride)] = std::numeric_limits<float>::quiet_NaN();
    }
    expect_the_bits_of_rows_in_order(c, c.key, c.value, c.inputs());
  }
}

std::vector<BFloat16> narrow(const std::vector<float>& from) {
  std::vector<BFloat16> to;
  for (const float value : from) to.push_back(to_bfloat16(value));
  return to;
}

Inputs<BFloat16> narrow(const Inputs<float>& in, const CaseOptions& o, const std::vector<BFloat16>& query,
                        const std::vector<BFloat16>& key, const std::vector<BFloat16>& value) {
  const auto heads = [&](const std::vector<BFloat16>& data, const Heads<const float>& like) {
    return Heads<const BFloat16>{data.data() + o.padding, like.row_stride, like.head_stride};
  };
  return {.sequences = in.sequences,
          .heads = in.heads,
          .key_heads = in.key_heads,
          .width = in.width,
          .value_width = in.value_width,
          .query = heads(query, in.query),
          .key = heads(key, in.key),
          .value = heads(value, in.value),
          .mask = {},
          .bias = {}};
}

TEST(ScatteredRows, of_bfloat16_give_the_bits_of_rows_in_order) {
  test::on_every_instruction_set([] {
    for (CaseOptions shape : {few_queries(), many_queries()}) {
      for (const int64_t width : {16, 15}) {  // pairs, and widened
        for (const Normaliser normaliser : {Normaliser::softmax, Normaliser::sparsemax}) {
          shape.width = shape.value_width = width;
          shape.variant = {.normaliser = normaliser, .causal = true};
          shape.query_position = 9;
          const AttentionCase<float> c(shape);
          const std::vector<BFloat16> query = narrow(c.query), key = narrow(c.key), value = narrow(c.value);
          expect_the_bits_of_rows_in_order(c, key, value, narrow(c.inputs(), shape, query, key, value));
        }
      }
    }
  });
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

TEST(ScatteredRows, are_refused_but_for_keys_and_values_of_the_forward_pass) {
  const AttentionCase<float> c(CaseOptions{});
  const Variant& variant = c.options.variant;
  const RowIndex index(c.sequences, 5);
  std::vector<float> output;
  const Heads<float> out = c.output_view(output);
  Saved saved;
  forward(variant, c.inputs(), out, &saved);

  Inputs<float> in = c.inputs();
  in.query.rows = index.rows();
  EXPECT_THAT(
      error_of([&] { forward(variant, in, out); }),
      HasSubstr("attention::forward: query: expected rows one after another, found an index of rows"));
  Heads<float> scattered_output = out;
  scattered_output.rows = index.rows();
  EXPECT_THAT(error_of([&] { forward(variant, c.inputs(), scattered_output); }),
              HasSubstr("output: expected rows one after another"));

  struct BackwardCall {
    Inputs<float> inputs;
    Heads<const float> output, d_output;
    Gradients<float> gradients;
  };
  CaseGradients<float> storage;
  const auto message = [&](const std::function<void(BackwardCall&)>& change) {
    BackwardCall call{
        c.inputs(), {out.data, out.row_stride, out.head_stride}, c.d_output_view(), storage.of(c)};
    change(call);
    return error_of(
        [&] { backward(variant, call.inputs, call.output, saved, call.d_output, call.gradients); });
  };
  const int32_t* rows = index.rows();
  EXPECT_THAT(message([&](BackwardCall& call) { call.inputs.key.rows = rows; }),
              HasSubstr("attention::backward: key: expected rows one after another, found an index of rows"));
  EXPECT_THAT(message([&](BackwardCall& call) { call.inputs.value.rows = rows; }), HasSubstr(": value: "));
  EXPECT_THAT(message([&](BackwardCall& call) { call.inputs.query.rows = rows; }), HasSubstr(": query: "));
  EXPECT_THAT(message([&](BackwardCall& call) { call.output.rows = rows; }), HasSubstr(": output: "));
  EXPECT_THAT(message([&](BackwardCall& call) { call.d_output.rows = rows; }), HasSubstr(": d_output: "));
  EXPECT_THAT(message([&](BackwardCall& call) { call.gradients.query.rows = rows; }),
              HasSubstr(": gradients.query: "));
  EXPECT_THAT(message([&](BackwardCall& call) { call.gradients.key.rows = rows; }),
              HasSubstr(": gradients.key: "));
  EXPECT_THAT(message([&](BackwardCall& call) { call.gradients.value.rows = rows; }),
              HasSubstr(": gradients.value: "));
}

TEST(ScatteredRows, below_0_are_refused_where_a_sequence_has_keys) {
  const AttentionCase<float> c(CaseOptions{});  // keys 1 to 4 and 6 to 8
  std::vector<int32_t> rows = {-1, 1, 2, 3, 4, -1, 6, 7, 8};
  std::vector<float> output;
  Inputs<float> in = c.inputs();
  in.key.rows = in.value.rows = rows.data();
  forward(c.options.variant, in, c.output_view(output));
  rows[7] = -3;
  EXPECT_EQ(
      error_of([&] { forward(c.options.variant, in, c.output_view(output)); }),
      "attention::forward: key.rows[7]: expected a row of at least 0, found -3; shapes: query [7, 2, 3], "
      "key [9, 2, 3], value [9, 2, 3], sequences 2");
}

}  // namespace
}  // namespace heed::attention
