#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "attention/attention.h"
#include "attention/attention_case.h"
#include "base/instruction_sets.h"

// Inputs::own_order: a text's only query, summed along the width of its heads.
namespace heed::attention {
namespace {

struct Answer {
  std::vector<float> output;
  Saved saved;
};

Answer run(const AttentionCase<float>& c, bool own_order) {
  Answer answer;
  Inputs<float> inputs = c.inputs();
  inputs.own_order = own_order;
  forward(c.options.variant, inputs, c.output_view(answer.output), &answer.saved);
  return answer;
}

CaseOptions decoder_options() {
  CaseOptions options;
  options.queries = {1, 1, 1, 1};
  options.keys = {1, 7, 33, 150};
  options.heads = options.key_heads = 4;
  options.width = options.value_width = 64;
  return options;
}

// Rows of no sequence are left alone.
void expect_near(const AttentionCase<float>& c, const Answer& found, const Answer& expected) {
  const int64_t heads = c.options.heads, stride = c.stride(heads, c.options.value_width);
  for (const Sequence& sequence : c.sequences) {
    for (int64_t i = sequence.query_begin * stride; i < (sequence.query_begin + 1) * stride; ++i)
      ASSERT_NEAR(found.output[i], expected.output[i], 2e-6) << i;
    for (int64_t i = sequence.query_begin * heads; i < (sequence.query_begin + 1) * heads; ++i) {
      if (std::isinf(expected.saved.log_sum[i])) {
        ASSERT_EQ(found.saved.log_sum[i], expected.saved.log_sum[i]) << i;
      } else {
        ASSERT_NEAR(found.saved.log_sum[i], expected.saved.log_sum[i], 1e-5) << i;
      }
    }
  }
}

TEST(OwnOrder, gives_what_the_order_of_many_queries_gives) {
  test::on_every_instruction_set([] {
    for (const auto& [heads, key_heads, width] :
         std::vector<std::array<int64_t, 3>>{{4, 4, 64}, {4, 2, 16}, {6, 1, 48}, {2, 2, 200}, {2, 2, 5}}) {
      for (const Variant& variant : std::vector<Variant>{{},
                                                         {.score = Score::dot},
                                                         {.causal = true},
                                                         {.window = 5},
                                                         {.alibi = true},
                                                         {.relative_reach = 3}}) {
        CaseOptions options = decoder_options();
        options.variant = variant;
        options.heads = heads;
        options.key_heads = key_heads;
        options.width = options.value_width = width;
        options.query_position = 6;
        options.size = 0.5;
        const AttentionCase<float> c(options);
        SCOPED_TRACE(std::to_string(heads) + " " + std::to_string(key_heads) + " " + std::to_string(width) +
                     " causal " + std::to_string(variant.causal) + " window " +
                     std::to_string(variant.window) + " alibi " + std::to_string(variant.alibi));
        expect_near(c, run(c, true), run(c, false));
      }
    }
  });
}

TEST(OwnOrder, gives_a_text_the_same_bits_whatever_stands_beside_it) {
  const AttentionCase<float> all(decoder_options());
  const Answer together = run(all, true);
  AttentionCase<float> alone = all;
  const int64_t stride = all.stride(4, 64);
  for (const Sequence& sequence : all.sequences) {
    alone.sequences = {sequence};
    const Answer single = run(alone, true);
    const auto begin = static_cast<std::ptrdiff_t>(sequence.query_begin * stride);
    EXPECT_TRUE(std::equal(single.output.begin() + begin, single.output.begin() + begin + stride,
                           together.output.begin() + begin));
  }
}

TEST(OwnOrder, of_a_query_that_sees_no_key_is_zero) {
  CaseOptions options = decoder_options();
  options.variant.window = 2;
  options.query_position = 500;
  const AttentionCase<float> c(options);
  const std::vector<float> output = run(c, true).output;
  for (const Sequence& sequence : c.sequences)
    for (int64_t i = 0; i < 4 * 64; ++i) EXPECT_EQ(output[sequence.query_begin * c.stride(4, 64) + i], 0.0F);
}

TEST(OwnOrder, not_a_number_stays_in_its_text) {
  AttentionCase<float> c(decoder_options());
  const int64_t stride = c.stride(4, 64);
  c.key[static_cast<size_t>(c.sequences[1].key_begin * stride)] = std::numeric_limits<float>::quiet_NaN();
  const Answer found = run(c, true);
  const auto row = [&](size_t text) {
    return found.output[static_cast<size_t>(c.sequences[text].query_begin * stride)];
  };
  EXPECT_TRUE(std::isnan(row(1)));
  EXPECT_TRUE(std::isfinite(row(0)) && std::isfinite(row(2)) && std::isfinite(row(3)));
}

}  // namespace
}  // namespace heed::attention
