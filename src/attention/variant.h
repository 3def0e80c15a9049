#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heed::attention {

enum class Score { dot, scaled_dot, cosine, additive, bilinear, linear };
enum class Normaliser { softmax, sum, sigmoid, sparsemax, entmax15, hard };
// What the plain-ratio normaliser does where a row's sum is near zero or a score is negative.
enum class SumGuard { error, absolute, softmax };

// Which attention it is, as data. The names in a recipe and in config.json are the enumerators' own.
struct Variant {
  Score score = Score::scaled_dot;
  Normaliser normaliser = Normaliser::softmax;
  SumGuard sum_guard = SumGuard::softmax;
  int64_t hard_top = 1;        // keys kept by `hard`, weighed equally among themselves by softmax
  bool causal = false;         // key s is seen where s <= position
  int64_t window = 0;          // > 0: key s is seen where |s - position| < window
  bool alibi = false;          // bias -m_h * |position - s|, m_h = 2^(-8 (h + 1) / H) (arXiv:2108.12409)
  int64_t relative_reach = 0;  // > 0: learned bias a distance, see Inputs::relative_bias
  double span_ramp = 32.0;     // keys over which an adaptive span fades out
};

// Names <-> enumerators. Throws invalid_argument naming the nearest known name.
Score parse_score(std::string_view name);
Normaliser parse_normaliser(std::string_view name);
SumGuard parse_sum_guard(std::string_view name);
std::string to_string(Score score);
std::string to_string(Normaliser normaliser);
std::string to_string(SumGuard guard);
const std::vector<std::string>& score_names();
const std::vector<std::string>& normaliser_names();

}  // namespace heed::attention
