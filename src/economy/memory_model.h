#pragma once

#include <array>
#include <cstdint>

namespace heed::economy {

// How a person said that an item was recalled.
enum class Rating : uint8_t { again = 1, hard = 2, good = 3, easy = 4 };

constexpr int kMemoryParameters = 21;
using MemoryParameters = std::array<double, kMemoryParameters>;

// Those of py-fsrs, learned from some 10^4 people.
MemoryParameters default_memory_parameters();
MemoryParameters least_memory_parameters();  // the bounds that fitting keeps to
MemoryParameters most_memory_parameters();

// Stability: days after which an item is recalled with 90 %. Difficulty: 1 to 10.
struct MemoryState {
  double stability = 0;
  double difficulty = 0;
};

// A state with its derivatives by the 21 parameters.
struct MemoryTangent {
  MemoryState state;
  MemoryParameters by_stability{}, by_difficulty{};
};

// FSRS-6 (github.com/open-spaced-repetition, py-fsrs): how memory of one item fades and is renewed.
//   recall(t) = (1 + f t / S)^-w20, f = 0.9^(-1 / w20) - 1: 90 % after S days
// A review renews S: by how hard it was to recall, how late and how difficult the item is; forgetting resets
// it; reviews within a day change it by a rule of their own. Days are whole: 0 within 24 hours.
class MemoryModel {
 public:
  // Throws invalid_argument where a parameter is not finite or outside of its bounds.
  explicit MemoryModel(const MemoryParameters& parameters = default_memory_parameters());

  const MemoryParameters& parameters() const { return w_; }
  double recall(double days, double stability) const;
  MemoryState first(Rating rating) const;
  MemoryState next(const MemoryState& state, Rating rating, double days) const;
  // Days until recall falls to `retention` (in (0, 1)), not rounded.
  double interval(double stability, double retention) const;

  // The same with derivatives (checked against central differences in tests). recall's are added to `by`,
  // times `scale`.
  double recall(double days, const MemoryTangent& at, double scale, MemoryParameters& by) const;
  MemoryTangent first_tangent(Rating rating) const;
  void next_tangent(MemoryTangent& at, Rating rating, double days) const;

 private:
  MemoryParameters w_;
  double factor_ = 0, factor_slope_ = 0;  // f, and its derivative by w20
};

}  // namespace heed::economy
