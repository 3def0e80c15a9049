#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "economy/coupling.h"
#include "economy/person_choice.h"
#include "economy/problem.h"

namespace heed::economy {

struct OnlineOptions {
  double arrivals = 0;  // how many people are expected; limits are paced over them
  bool whole = true;    // whole choices, else parts
  // How far one choice moves a price: value / sqrt(limit), times this. Greater: follows a drift faster, and
  // wavers more.
  double step = 0.5;
  std::vector<double> prices = {};  // of limits, to start with: yesterday's; empty: 0
};

// One person, seen when they come.
struct Arrival {
  std::span<const uint32_t> items;
  std::span<const float> costs, values;
  std::span<const uint8_t> notifies = {};  // empty: none does
  Budgets budgets;                         // infinity: no such budget
  uint32_t group = kNone;
};

// Allocation while people arrive, by dual mirror descent (arXiv:2011.10124, Euclidean): each gets the best
// choice at the current prices, then each price moves by how much was used less what the pace allows,
//   price += step (used - what is left / people to come),
// floors likewise from below. Limits are never exceeded, and no person's budgets; floors are paced, not
// promised. Without drift the loss against hindsight grows as the square root of the arrivals.
class OnlineAllocator {
 public:
  // `market` has items, sources and limits, and no people. Throws invalid_argument where it has people, where
  // arrivals are not above 0, or prices are not one a limit.
  OnlineAllocator(Problem market, OnlineOptions options);

  // What this person gets: [items], 0 to 1. Throws invalid_argument on an item out of range, a negative or
  // infinite cost, a value that is not finite.
  const std::vector<float>& arrive(const Arrival& arrival);

  const std::vector<double>& prices() const { return prices_; }
  const std::vector<double>& used() const { return used_; }  // of limits
  double value() const { return value_; }
  int64_t arrived() const { return arrived_; }

 private:
  void check_arrival(const Arrival& arrival) const;
  void choose_whole(const Arrival& arrival);
  void choose_parts(const Arrival& arrival);
  void take_what_is_left(const Arrival& arrival);
  void move_prices();
  template <class Body>
  void each_limit(const Arrival& arrival, size_t pair, const Body& body) const;

  Problem market_;
  Coupling coupling_;
  OnlineOptions options_;
  std::vector<double> prices_, used_, now_;  // [limits]
  std::vector<float> nets_, amounts_;        // of the arrival
  PersonChoice choice_;
  double value_ = 0, values_seen_ = 0, costs_seen_ = 0, pairs_seen_ = 0;
  int64_t arrived_ = 0;
};

// The whole choices of one person with the greatest net: depth first, cut where even parts could not do
// better, at most `nodes` nodes (then the best so far). [pairs] of 0 and 1.
std::vector<float> best_whole(std::span<const float> nets, std::span<const float> costs,
                              std::span<const uint8_t> notifies, const Budgets& budgets, int nodes = 4000);

}  // namespace heed::economy
