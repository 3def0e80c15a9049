#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heed::economy {

// What a person has, infinity where there is no such budget; or the price of one more unit of each.
struct Budgets {
  float minutes = 0;
  float slots = 0;
  float notifications = 0;
};

// One person's own problem with the prices of limits fixed, kept strictly concave so that its answer moves
// smoothly with them:
//   greatest sum of net_p x_p - gamma/2 (x_p - center_p)^2   over 0 <= x <= 1 within the person's budgets.
// Its answer is x_p = clip(center_p + (net_p - m cost_p - s - n notifies_p) / gamma, 0, 1) with m, s, n >= 0
// the prices of the budgets. Use within a budget falls with its price, so that each price is the root of a
// piecewise linear function: Newton's method ends in a few steps. Where several budgets bind, their roots are
// nested. Scratch of one thread: begin, add every pair, choose, read.
class PersonChoice {
 public:
  void begin(uint32_t pairs, float gamma);
  void add(float net, float cost, float notifies, float center) {
    base_[count_] = center + net / gamma_;
    costs_[count_] = cost;
    notifies_[count_] = notifies;
    centers_[count_] = center;
    ++count_;
  }
  // The answer never exceeds a budget. `prices` is where the search starts and
  // what it found.
  void choose(const Budgets& budgets, Budgets& prices);

  uint32_t count() const { return count_; }
  float amount(uint32_t pair) const { return amounts_[pair]; }
  float center(uint32_t pair) const { return centers_[pair]; }
  // center + what is left of net after the budgets' prices, over gamma, before it is cut to [0, 1].
  float unclipped(uint32_t pair) const { return shifted_[pair] - price_ * costs_[pair] / gamma_; }

 private:
  struct Sums {
    double use = 0, slope = 0;
  };
  void shift(float slots, float notifications);
  // Use of weights at a price of theirs, over shifted_.
  Sums sums(const float* weights, float price) const;
  float root(const float* weights, float budget, float start) const;
  float price_of_nothing(const float* weights) const;
  double beyond_bend(const float* weights, float price, double over, double low, double high) const;
  void set_amounts(const float* weights, float price);
  double total(const float* weights) const;
  void choose_minutes(const Budgets& budgets, Budgets& prices);
  void choose_slots(const Budgets& budgets, Budgets& prices);
  void keep_within(const Budgets& budgets);

  uint32_t count_ = 0, padded_ = 0;
  float gamma_ = 1;
  float price_ = 0;  // of minutes, in unclipped()
  std::vector<float> base_, shifted_, costs_, notifies_, centers_, amounts_, ones_;
};

// The price of a minute where the person's own problem is solved as it stands, without gamma: a fractional
// knapsack, by sorting. `nets` are what remains of the values after every other price.
float knapsack_price(std::span<const float> nets, std::span<const float> costs, float minutes,
                     std::vector<uint32_t>& order);

}  // namespace heed::economy
