#pragma once

#include <span>
#include <vector>

#include "economy/problem.h"

namespace heed::economy {

// What one time and one minute are charged: the sum of the prices of the limits that apply.
struct Charge {
  float a_time = 0;
  float a_minute = 0;
};

// Prices of limits as every pair feels them. A pair's charge is its item's and its person's group's.
struct Charges {
  std::vector<Charge> items;   // [items]
  std::vector<Charge> groups;  // [groups], empty where no limit is of a group
};

// What was used, and how steeply use falls when a charge rises: sums over the pairs of an item or group.
struct Use {
  double times = 0;
  double minutes = 0;
  double times_slope = 0;    // pairs that a small change of price moves, a unit of price
  double minutes_slope = 0;  // the same, times cost squared

  void operator+=(const Use& other) {
    times += other.times;
    minutes += other.minutes;
    times_slope += other.times_slope;
    minutes_slope += other.minutes_slope;
  }
};

struct UseTotals {
  std::vector<Use> items;   // [items]
  std::vector<Use> groups;  // [groups] or empty

  void operator+=(const UseTotals& other);
};

// How limits and pairs meet: prices go down from limits to items and groups, use comes up from them. Keeps a
// reference to the problem.
class Coupling {
 public:
  explicit Coupling(const Problem& problem);

  uint32_t groups() const { return groups_; }
  bool any_minutes() const { return any_minutes_; }  // a limit counts minutes
  bool any_repetition() const { return any_repetition_; }
  // How many limits the most limited pair stands under, at least 1.
  double most_limits() const { return most_limits_; }

  Charges charges(std::span<const double> prices) const;
  UseTotals zero() const;
  // Of limit r: use in its unit, and its slope.
  double use(const UseTotals& totals, size_t limit) const;
  double slope(const UseTotals& totals, size_t limit) const;
  // The limits of an item (its own and its source's) and of a group.
  const std::vector<uint32_t>& of_item(uint32_t item) const { return by_item_[item]; }
  const std::vector<uint32_t>& of_group(uint32_t group) const { return by_group_[group]; }

 private:
  template <class Get>
  double sum(const UseTotals& totals, size_t limit, const Get& get) const;

  const Problem& problem_;
  uint32_t groups_ = 0;
  bool any_minutes_ = false, any_repetition_ = false;
  double most_limits_ = 1;
  std::vector<std::vector<uint32_t>> by_item_, by_group_;
  std::vector<std::vector<uint32_t>> items_of_source_;
};

}  // namespace heed::economy
