#pragma once

#include <vector>

#include "economy/coupling.h"
#include "economy/person_choice.h"
#include "economy/problem.h"

namespace heed::economy {

// kNone where no limit is of a group.
inline uint32_t group_of(const Problem& problem, const Coupling& coupling, uint64_t person) {
  return problem.groups.empty() || coupling.groups() == 0 ? kNone : problem.groups[person];
}

// A pair's value after the limits' charges.
float net_of(const Problem& problem, const Charges& charges, uint64_t pair, uint32_t group);

// What limits and one person's budgets have left while amounts are given out.
class Room {
 public:
  // `use`: what is given out already.
  Room(const Problem& problem, const Coupling& coupling, const UseTotals& use);

  // From now on spend() is of this person, who has these amounts.
  void enter(uint64_t person, const std::vector<float>& amounts);
  // Whether the person has more left than what float leaves.
  bool any() const { return minutes_ > least_minutes_ && slots_ > kLeast; }
  // The most of a pair that fits, 0 to 1.
  double fits(uint64_t pair) const;
  bool fits_whole(uint64_t pair) const { return fits(pair) >= 1 - 1e-6; }
  // The same by the person's budgets alone.
  bool fits_person(uint64_t pair) const { return most_of_person(pair) >= 1 - 1e-6; }
  Budgets left() const;  // of the person
  double limit_left(size_t limit) const { return limits_[limit]; }
  // Whether every limit holds.
  bool holds() const;
  // Gives out; a negative amount takes back.
  void spend(uint64_t pair, double amount) {
    spend_own(pair, amount);
    spend_limits(pair, amount);
  }

  // body(limit, what one time of the pair counts there).
  template <class Body>
  void each_limit(uint64_t pair, const Body& body) const {
    const auto visit = [&](uint32_t r) {
      body(r, problem_.limits[r].unit == LimitUnit::times ? 1.0 : static_cast<double>(problem_.costs[pair]));
    };
    for (const uint32_t r : coupling_.of_item(problem_.items[pair])) visit(r);
    if (group_ == kNone) return;
    for (const uint32_t r : coupling_.of_group(group_)) visit(r);
  }

 private:
  static constexpr double kLeast = 2e-6;  // of a budget: less is not worth a look

  bool notifies(uint64_t pair) const { return !problem_.notifies.empty() && problem_.notifies[pair] != 0; }
  double most_of_person(uint64_t pair) const;
  void spend_own(uint64_t pair, double amount);
  void spend_limits(uint64_t pair, double amount);

  const Problem& problem_;
  const Coupling& coupling_;
  std::vector<double> limits_;
  double minutes_ = 0, least_minutes_ = 0, slots_ = 0, notifications_ = 0;
  uint32_t group_ = kNone;
};

}  // namespace heed::economy
