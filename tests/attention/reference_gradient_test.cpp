#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "attention/attention_case.h"
#include "attention/reference.h"

namespace heed::attention {
namespace {

// sum of output * d_output, over the rows of sequences.
double loss_of(const AttentionCase<double>& c) {
  std::vector<double> output;
  reference_forward<double>(c.options.variant, c.inputs(), c.output_view(output));
  double loss = 0;
  for (size_t i = 0; i < output.size(); ++i) {
    if (!std::isnan(c.d_output[i])) loss += output[i] * c.d_output[i];
  }
  return loss;
}

// Every element of `values` by central difference, against `gradient`.
void check(AttentionCase<double>& c, std::vector<double>& values, const std::vector<double>& gradient,
           const std::string& name) {
  constexpr double kStep = 1e-6;
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      EXPECT_TRUE(std::isnan(gradient[i])) << name << "[" << i << "] is of no sequence and was written";
      continue;
    }
    const double before = values[i];
    values[i] = before + kStep;
    const double above = loss_of(c);
    values[i] = before - kStep;
    const double below = loss_of(c);
    values[i] = before;
    const double slope = (above - below) / (2 * kStep);
    ASSERT_NEAR(gradient[i], slope, 1e-7 * (1 + std::abs(slope))) << name << "[" << i << "]";
  }
}

// A bias may have places beyond a short sequence: they stay as they were, here NaN. Makes them the zeros that
// their slopes are.
void clear_unreached(const AttentionCase<double>& c, std::vector<double>& gradient) {
  if (gradient.empty()) return;
  std::vector<bool> reached(gradient.size(), false);
  const Grid<double> grid = c.grid(gradient.data());
  for (size_t b = 0; b < c.sequences.size(); ++b) {
    for (int64_t h = 0; h < c.options.heads; ++h) {
      for (int64_t t = 0; t < c.sequences[b].query_count; ++t) {
        for (int64_t s = 0; s < c.sequences[b].key_count; ++s) {
          reached[static_cast<size_t>(&grid.at(static_cast<int64_t>(b), h, t, s) - gradient.data())] = true;
        }
      }
    }
  }
  for (size_t i = 0; i < gradient.size(); ++i) {
    if (reached[i]) continue;
    EXPECT_TRUE(std::isnan(gradient[i])) << "bias[" << i << "] is of no sequence and was written";
    gradient[i] = 0;
  }
}

void check_gradients_of(const CaseOptions& options) {
  SCOPED_TRACE(to_string(options.variant.score) + " " + to_string(options.variant.normaliser));
  AttentionCase<double> c(options);
  CaseGradients<double> g;
  reference_backward<double>(options.variant, c.inputs(), c.d_output_view(), g.of(c));
  check(c, c.query, g.query, "query");
  check(c, c.key, g.key, "key");
  check(c, c.value, g.value, "value");
  check(c, c.score_vector, g.score_vector, "score_vector");
  check(c, c.score_matrix, g.score_matrix, "score_matrix");
  check(c, c.log_temperature, g.log_temperature, "log_temperature");
  check(c, c.span, g.span, "span");
  check(c, c.relative_bias, g.relative_bias, "relative_bias");
  clear_unreached(c, g.bias);
  check(c, c.bias, g.bias, "bias");
}

constexpr Score kScores[] = {Score::dot,      Score::scaled_dot, Score::cosine,
                             Score::additive, Score::bilinear,   Score::linear};
constexpr Normaliser kNormalisers[] = {Normaliser::softmax,   Normaliser::sum,      Normaliser::sigmoid,
                                       Normaliser::sparsemax, Normaliser::entmax15, Normaliser::hard};

// Calls `check_gradients_of` for every score x normaliser, after `change`.
void for_every_variant(const std::function<void(CaseOptions&)>& change) {
  for (const Score score : kScores) {
    for (const Normaliser normaliser : kNormalisers) {
      CaseOptions options;
      options.variant.score = score;
      options.variant.normaliser = normaliser;
      options.variant.hard_top = 2;
      change(options);
      check_gradients_of(options);
    }
  }
}

TEST(ReferenceGradient, is_the_slope_for_every_score_and_normaliser) {
  for_every_variant([](CaseOptions& o) {});
}

TEST(ReferenceGradient, is_the_slope_under_causal_and_window_masks) {
  for_every_variant([](CaseOptions& o) { o.variant.causal = true; });
  for_every_variant([](CaseOptions& o) { o.variant.window = 2; });
}

TEST(ReferenceGradient, is_the_slope_under_an_arbitrary_mask_with_hidden_rows) {
  for_every_variant([](CaseOptions& o) { o.mask = true; });
}

TEST(ReferenceGradient, is_the_slope_with_every_bias) {
  for_every_variant([](CaseOptions& o) {
    o.variant.alibi = true;
    o.query_position = 1;
  });
  for_every_variant([](CaseOptions& o) { o.variant.relative_reach = 1; });
  for_every_variant([](CaseOptions& o) { o.bias = true; });
  for_every_variant([](CaseOptions& o) { o.shared_bias = true; });
}

TEST(ReferenceGradient, is_the_slope_with_grouped_heads_and_wider_values) {
  for_every_variant([](CaseOptions& o) {
    o.heads = 4;
    o.key_heads = 2;
    o.value_width = 5;
  });
}

TEST(ReferenceGradient, is_the_slope_with_temperature_and_dropout) {
  for_every_variant([](CaseOptions& o) {
    o.temperature = true;
    o.dropout = 0.4;
  });
}

TEST(ReferenceGradient, is_the_slope_of_an_adaptive_span) {
  for (const Score score : kScores) {
    CaseOptions options;
    options.variant.score = score;
    options.variant.span_ramp = 2.3;
    options.span = true;
    options.temperature = true;
    check_gradients_of(options);
  }
}

TEST(ReferenceGradient, is_the_slope_for_every_guard_of_the_sum) {
  for (const SumGuard guard : {SumGuard::error, SumGuard::absolute, SumGuard::softmax}) {
    CaseOptions options;
    options.variant.normaliser = Normaliser::sum;
    options.variant.sum_guard = guard;
    options.positive = true;
    check_gradients_of(options);
    if (guard == SumGuard::error) continue;
    options.positive = false;
    check_gradients_of(options);
  }
}

}  // namespace
}  // namespace heed::attention
