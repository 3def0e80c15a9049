#include "attention/tap.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "attention/attention_case.h"
#include "attention/reference_row.h"

namespace heed::attention {
namespace {

using testing::ElementsAre;

std::vector<Sequence> one_row() { return {{0, 1, 0, 8, 0}}; }

TEST(TapRow, keeps_the_strongest_with_the_earlier_of_equals_first) {
  Tap tap{.top = 3};
  clear_tap(tap, one_row(), 1);
  TapRow row(tap, 0, 0, 1);
  for (const auto& [key, weight] : {std::pair{0, 0.1}, {1, 0.3}, {2, 0.3}, {3, 0.0}, {4, 0.2}, {5, 0.1}})
    row.add(key, weight);
  row.finish();
  EXPECT_THAT(tap.keys, ElementsAre(1, 2, 4));
  EXPECT_THAT(tap.weights, ElementsAre(0.3F, 0.3F, 0.2F));
}

TEST(TapRow, entropy_of_equal_weights_is_the_log_of_their_number) {
  Tap tap{.top = 1};
  clear_tap(tap, one_row(), 1);
  TapRow row(tap, 0, 0, 1);
  for (int64_t key = 0; key < 8; ++key) row.add(key, 0.5);  // as sigmoid may: shares of the sum count
  row.finish();
  EXPECT_FLOAT_EQ(tap.entropy[0], std::log(8.0F));
}

TEST(TapRow, of_no_key_has_no_link_and_no_entropy) {
  Tap tap{.top = 2};
  clear_tap(tap, one_row(), 1);
  TapRow(tap, 0, 0, 1).finish();
  EXPECT_THAT(tap.keys, ElementsAre(-1, -1));
  EXPECT_THAT(tap.weights, ElementsAre(0.0F, 0.0F));
  EXPECT_THAT(tap.entropy, ElementsAre(0.0F));
}

// What the tap must hold for one row, from all of its weights.
void expect_row(const Tap& tap, const ReferenceRow<double>& row, size_t place, float tolerance) {
  std::vector<size_t> order(row.seen().size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return row.weights()[a] > row.weights()[b]; });
  double entropy = 0;
  for (const double weight : row.weights()) entropy -= weight > 0 ? weight * std::log(weight) : 0.0;
  const double sum = std::accumulate(row.weights().begin(), row.weights().end(), 0.0);
  if (sum > 0) entropy = entropy / sum + std::log(sum);
  EXPECT_NEAR(tap.entropy[place], entropy, tolerance);
  const auto top = static_cast<size_t>(tap.top);
  for (size_t i = 0; i < top; ++i) {
    const bool linked = i < order.size() && row.weights()[order[i]] > 0;
    ASSERT_EQ(tap.keys[place * top + i], linked ? static_cast<int32_t>(row.seen()[order[i]]) : -1);
    EXPECT_NEAR(tap.weights[place * top + i], linked ? row.weights()[order[i]] : 0.0, tolerance);
  }
}

class TapOfEveryNormaliser : public testing::TestWithParam<Normaliser> {};

TEST_P(TapOfEveryNormaliser, holds_links_and_entropy_and_leaves_outputs_as_they_are) {
  CaseOptions options;
  options.queries = {70, 5};
  options.keys = {100, 6};
  options.heads = 4;
  options.key_heads = 2;
  options.width = 16;
  options.mask = true;
  options.dropout = 0.3;  // the weights before it count
  options.span = GetParam() == Normaliser::softmax;
  options.variant = {.normaliser = GetParam(), .hard_top = 2, .alibi = true, .span_ramp = 20};
  const AttentionCase<float> c(options);
  std::vector<float> plain;
  std::vector<float> tapped;
  Tap tap{.top = 3};
  forward(options.variant, c.inputs(), c.output_view(plain));
  forward(options.variant, c.inputs(), c.output_view(tapped), nullptr, &tap);
  for (size_t i = 0; i < plain.size(); ++i) ASSERT_TRUE(plain[i] == tapped[i] || std::isnan(plain[i])) << i;

  AttentionCase<double> wide(options);
  std::copy(c.query.begin(), c.query.end(), wide.query.begin());
  std::copy(c.key.begin(), c.key.end(), wide.key.begin());
  std::copy(c.span.begin(), c.span.end(), wide.span.begin());
  const Inputs<double> inputs = wide.inputs();
  ReferenceRow<double> row(options.variant, inputs);
  ASSERT_EQ(tap.entropy.size(), static_cast<size_t>((c.query_rows - 1) * options.heads));
  for (size_t b = 0; b < c.sequences.size(); ++b) {
    for (int64_t t = 0; t < c.sequences[b].query_count; ++t) {
      for (int64_t head = 0; head < options.heads; ++head) {
        row.attend(static_cast<int64_t>(b), head, t);
        const int64_t place = (c.sequences[b].query_begin + t) * options.heads + head;
        SCOPED_TRACE(place);
        expect_row(tap, row, static_cast<size_t>(place), 2e-5F);
      }
    }
  }
}

TEST(Tap, of_any_length_holds_the_same_links_however_it_is_gathered) {
  CaseOptions options;
  options.queries = {300, 7};
  options.keys = {330, 9};
  options.width = 16;
  for (const bool causal : {false, true}) {
    options.variant.causal = causal;
    const AttentionCase<float> c(options);
    std::vector<float> output;
    Tap longest{.top = 40};
    forward(options.variant, c.inputs(), c.output_view(output), nullptr, &longest);
    for (const int64_t top : {1, 2, 7, 8, 9}) {
      Tap tap{.top = top, .wants_received = top % 2 == 0};
      std::vector<float> tapped;
      forward(options.variant, c.inputs(), c.output_view(tapped), nullptr, &tap);
      for (size_t row = 0; row < tap.entropy.size(); ++row) {
        ASSERT_NEAR(tap.entropy[row], longest.entropy[row], 2e-5F);
        for (int64_t i = 0; i < top; ++i) {
          const auto place = row * static_cast<size_t>(top) + static_cast<size_t>(i);
          const auto other = row * 40 + static_cast<size_t>(i);
          ASSERT_EQ(tap.keys[place], longest.keys[other]) << row << " " << i;
          ASSERT_NEAR(tap.weights[place], longest.weights[other], 1e-6F);
        }
      }
      for (size_t i = 0; i < output.size(); ++i) ASSERT_TRUE(output[i] == tapped[i] || std::isnan(output[i]));
    }
  }
}

// The plain sum of a key's weights over the queries of its sequence, before dropout.
TEST(Tap, received_is_the_sum_of_a_keys_weights) {
  for (const std::string& name : normaliser_names()) {
    CaseOptions options;
    options.queries = {300, 5, 0};
    options.keys = {140, 6, 3};
    options.heads = 4;
    options.key_heads = 2;
    options.width = 16;
    options.mask = true;
    options.dropout = 0.3;
    options.span = name == "softmax";
    options.variant = {.normaliser = parse_normaliser(name), .hard_top = 2, .span_ramp = 40};
    const AttentionCase<float> c(options);
    Tap tap{.top = 2, .wants_received = true};
    std::vector<float> output;
    forward(options.variant, c.inputs(), c.output_view(output), nullptr, &tap);
    ASSERT_EQ(tap.received.size(), 149U * 4U);
    std::vector<double> expected(tap.received.size());
    const Inputs<float> inputs = c.inputs();
    ReferenceRow<float> row(options.variant, inputs);
    int64_t first = 0;
    for (size_t b = 0; b < c.sequences.size(); ++b) {
      for (int64_t t = 0; t < c.sequences[b].query_count; ++t) {
        for (int64_t head = 0; head < options.heads; ++head) {
          row.attend(static_cast<int64_t>(b), head, t);
          for (size_t i = 0; i < row.seen().size(); ++i) {
            expected[static_cast<size_t>((first + row.seen()[i]) * options.heads + head)] +=
                static_cast<double>(row.weights()[i]);
          }
        }
      }
      first += c.sequences[b].key_count;
    }
    for (size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(tap.received[i], expected[i], 1e-3 * (1 + std::abs(expected[i]))) << name << " " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Every, TapOfEveryNormaliser,
                         testing::Values(Normaliser::softmax, Normaliser::sum, Normaliser::sigmoid,
                                         Normaliser::sparsemax, Normaliser::entmax15, Normaliser::hard),
                         [](const auto& info) { return to_string(info.param); });

}  // namespace
}  // namespace heed::attention
