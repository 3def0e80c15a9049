#include "economy/whole_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"
#include "economy/allocation.h"
#include "economy/online.h"
#include "economy/room.h"

namespace heed::economy {
namespace {

constexpr int kPricedRounds = 2, kRounds = 4;  // over all people
constexpr size_t kGroup = 4;
constexpr int kGroupTries = 12;
constexpr double kRoundingOfFloors = 1e-6;
constexpr double kGain = 1e-9;       // of a value: less is rounding
constexpr uint64_t kMostSets = 256;  // of one person's choices that the whole search keeps
constexpr uint64_t kMostOwn = 12;    // pairs of a person whose choices are counted out

// One person's choice and what it is worth.
struct Choice {
  std::vector<float> amounts;
  double value = 0;
};

// People who choose anew, one at a time, and in pairs.
class Improvement {
 public:
  Improvement(const Problem& problem, const Coupling& coupling, std::vector<float>& amounts)
      : problem_(problem),
        coupling_(coupling),
        amounts_(amounts),
        room_(problem, coupling, use_of(problem, coupling, amounts)) {
    const UseTotals use = use_of(problem, coupling, amounts);
    for (size_t r = 0; r < problem.limits.size(); ++r)
      spare_.push_back(problem.limits[r].at_least > 0 ? coupling.use(use, r) - problem.limits[r].at_least
                                                      : kUnlimited);
  }

  // What choices are compared by from now on: [pairs], values, or what prices leave of them.
  void compare_by(std::vector<float> worths) { worths_ = std::move(worths); }

  bool each_alone() {
    bool any = false;
    for (uint64_t i = 0; i < problem_.people(); ++i) {
      const Choice now = current(i), better = best(i, kNone, kNone);
      if (better.value <= now.value + kGain * std::abs(now.value)) continue;
      take(i, better);
      any = true;
    }
    return any;
  }

  // For every full limit: who would gain most by one more of it, and who loses least by one less.
  bool in_pairs() {
    bool any = false;
    const std::vector<std::vector<Place>> by_limit = places();
    for (uint32_t r = 0; r < by_limit.size(); ++r) {
      while (exchange(r, by_limit[r])) any = true;
    }
    return any;
  }

  // A few people who want the same items give all back and choose again in another order; kept where they
  // have more together.
  void again_in_groups(int64_t times, uint64_t seed) {
    Random random(seed);
    std::vector<std::vector<uint64_t>> people_of(problem_.item_count);
    for (uint64_t i = 0; i < problem_.people(); ++i) {
      for (uint64_t p = problem_.begins[i]; p < problem_.begins[i + 1]; ++p)
        people_of[problem_.items[p]].push_back(i);
    }
    std::vector<uint64_t> group;
    for (int64_t k = 0; k < times; ++k) {
      group = {random.below(problem_.people())};
      for (int tries = 0; tries < kGroupTries && group.size() < kGroup; ++tries) {
        const uint64_t i = group[random.below(group.size())];
        const uint64_t begin = problem_.begins[i], count = problem_.begins[i + 1] - begin;
        if (count == 0) break;
        const auto& others = people_of[problem_.items[begin + random.below(count)]];
        const uint64_t other = others[random.below(others.size())];
        if (std::ranges::find(group, other) == group.end()) group.push_back(other);
      }
      random.shuffle(group);
      choose_again(group);
    }
  }

 private:
  struct Place {
    uint64_t person = 0, pair = 0;
  };

  void choose_again(const std::vector<uint64_t>& group) {
    std::vector<Choice> before;
    double had = 0, have = 0;
    for (const uint64_t i : group) {
      before.push_back(current(i));
      had += before.back().value;
    }
    for (size_t g = 0; g < group.size(); ++g) {
      room_.enter(group[g], amounts_);
      const std::vector<uint8_t> kept = release(group[g], before[g]);
      for (size_t k = 0; k < kept.size(); ++k) {
        if (kept[k] == 0 && before[g].amounts[k] > 0) room_.spend(problem_.begins[group[g]] + k, 1);
      }
      take(group[g], {.amounts = {kept.begin(), kept.end()}});
    }
    for (const uint64_t i : group) {
      const Choice found = best(i, kNone, kNone);
      take(i, found);
      have += found.value;
    }
    if (have > had + kGain * std::abs(had)) return;
    for (size_t g = 0; g < group.size(); ++g) take(group[g], before[g]);
  }

  Choice current(uint64_t person) const {
    const auto begin = amounts_.begin() + static_cast<int64_t>(problem_.begins[person]);
    Choice choice{.amounts = {begin, amounts_.begin() + static_cast<int64_t>(problem_.begins[person + 1])}};
    for (size_t k = 0; k < choice.amounts.size(); ++k)
      choice.value += choice.amounts[k] * static_cast<double>(worths_[problem_.begins[person] + k]);
    return choice;
  }

  // The best that the person can have with what the others leave. One pair may be had beyond its limit
  // `over`, or all pairs of limit `without` be shut.
  Choice best(uint64_t person, uint64_t over_pair, uint32_t without) {
    const uint64_t begin = problem_.begins[person];
    Choice choice = current(person);
    room_.enter(person, amounts_);
    const std::vector<uint8_t> kept = release(person, choice);
    nets_.assign(choice.amounts.size(), -1);
    for (size_t k = 0; k < nets_.size(); ++k) {
      const uint64_t p = begin + k;
      if (kept[k] != 0 || worths_[p] <= 0 || is_shut(p, without)) continue;
      if (p == over_pair ? room_.fits_person(p) : room_.fits_whole(p)) nets_[k] = worths_[p];
    }
    const std::span<const float> costs(problem_.costs.data() + begin, nets_.size());
    const std::span<const uint8_t> notifies =
        problem_.notifies.empty() ? std::span<const uint8_t>()
                                  : std::span<const uint8_t>(problem_.notifies.data() + begin, nets_.size());
    Choice found{.amounts = best_whole(nets_, costs, notifies, room_.left())};
    for (size_t k = 0; k < nets_.size(); ++k) {
      const uint64_t p = begin + k;
      // Several may fit alone and not together.
      if (found.amounts[k] > 0 && p != over_pair && !room_.fits_whole(p)) found.amounts[k] = 0;
      if (found.amounts[k] > 0) room_.spend(p, 1);
      if (kept[k] != 0) found.value += worths_[p];
      found.value += found.amounts[k] * static_cast<double>(worths_[p]);
    }
    for (size_t k = 0; k < nets_.size(); ++k) {  // as it was
      if (found.amounts[k] > 0) room_.spend(begin + k, -1);
      if (kept[k] != 0) found.amounts[k] = 1;
      if (choice.amounts[k] > 0 && kept[k] == 0) room_.spend(begin + k, 1);
    }
    return found;
  }

  bool is_shut(uint64_t pair, uint32_t limit) const {
    bool shut = false;
    room_.each_limit(pair, [&](uint32_t r, double) { shut |= r == limit; });
    return shut;
  }

  // Gives the person's choices back but for those that a floor needs.
  std::vector<uint8_t> release(uint64_t person, const Choice& choice) {
    std::vector<uint8_t> kept(choice.amounts.size(), 0);
    std::vector<double> spare = spare_;
    for (size_t k = 0; k < kept.size(); ++k) {
      const uint64_t p = problem_.begins[person] + k;
      if (choice.amounts[k] <= 0) continue;
      bool needed = false;
      room_.each_limit(p, [&](uint32_t r, double a) { needed |= spare[r] < a; });
      kept[k] = needed ? 1 : 0;
      if (needed) continue;
      room_.each_limit(p, [&](uint32_t r, double a) { spare[r] -= a; });
      room_.spend(p, -1);
    }
    return kept;
  }

  void take(uint64_t person, const Choice& choice) {
    room_.enter(person, amounts_);
    const uint64_t begin = problem_.begins[person];
    for (size_t k = 0; k < choice.amounts.size(); ++k) {
      const double change = choice.amounts[k] - amounts_[begin + k];
      if (change == 0) continue;
      room_.spend(begin + k, change);
      room_.each_limit(begin + k, [&](uint32_t r, double a) { spare_[r] += change * a; });
      amounts_[begin + k] = choice.amounts[k];
    }
  }

  std::vector<std::vector<Place>> places() {
    std::vector<std::vector<Place>> all(problem_.limits.size());
    for (uint64_t i = 0; i < problem_.people(); ++i) {
      room_.enter(i, amounts_);
      for (uint64_t p = problem_.begins[i]; p < problem_.begins[i + 1]; ++p)
        room_.each_limit(p, [&](uint32_t r, double) {
          if (std::isfinite(problem_.limits[r].at_most)) all[r].push_back({i, p});
        });
    }
    return all;
  }

  bool exchange(uint32_t limit, const std::vector<Place>& places) {
    if (places.empty()) return false;
    double gain = 0, loss = kUnlimited;
    uint64_t taker = kNone, giver = kNone;
    Choice taken, given;
    for (const auto& [i, p] : places) {
      const double now = current(i).value;
      if (amounts_[p] == 0) {
        if (room_.limit_left(limit) >= 1 || worths_[p] <= gain) continue;
        Choice more = best(i, p, kNone);
        if (more.value - now <= gain) continue;
        gain = more.value - now;
        taker = i;
        taken = std::move(more);
      } else if (amounts_[p] > 0) {
        Choice less = best(i, kNone, limit);
        if (now - less.value >= loss) continue;
        loss = now - less.value;
        giver = i;
        given = std::move(less);
      }
    }
    if (taker == kNone || giver == kNone || taker == giver) return false;
    if (gain <= loss + kGain * std::abs(gain)) return false;
    const Choice before_taker = current(taker), before_giver = current(giver);
    const std::vector<double> spare = spare_;
    take(giver, given);
    take(taker, taken);
    if (room_.holds() && is_no_shorter_than(spare)) return true;
    take(taker, before_taker);
    take(giver, before_giver);
    return false;
  }

  bool is_no_shorter_than(const std::vector<double>& spare) const {
    for (size_t r = 0; r < spare.size(); ++r) {
      if (spare_[r] < std::min(spare[r], 0.0) - kRoundingOfFloors) return false;
    }
    return true;
  }

  const Problem& problem_;
  const Coupling& coupling_;
  std::vector<float>& amounts_;
  Room room_;
  std::vector<double> spare_;  // of floors: what could go
  std::vector<float> worths_;  // [pairs]
  std::vector<float> nets_;    // of a person
};

// All people of a small problem, depth first.
class WholeProblem {
 public:
  WholeProblem(const Problem& problem, const Coupling& coupling, std::span<const double> prices,
               std::vector<float>& amounts, int64_t nodes)
      : problem_(problem), coupling_(coupling), prices_(prices), amounts_(amounts), nodes_(nodes) {}

  void run() {
    Allocation now;
    now.amounts = amounts_;
    measure(problem_, coupling_, now);
    best_value_ = now.infeasibility <= kRoundingOfFloors ? now.value : -kUnlimited;
    for (uint64_t i = 0; i < problem_.people(); ++i) {
      if (problem_.begins[i + 1] - problem_.begins[i] > kMostOwn) return;
    }
    used_.assign(problem_.limits.size(), 0);
    sets_.resize(problem_.people());
    rest_.assign(problem_.people() + 1, 0);
    for (uint64_t i = problem_.people(); i-- > 0;) {
      count_out(i);
      rest_[i] = rest_[i + 1] + sets_[i].front().net;
    }
    chosen_.assign(problem_.people(), 0);
    visit(0, 0);
  }

 private:
  struct Set {
    uint32_t members = 0;  // a bit a pair
    double value = 0, net = 0;
    std::vector<std::pair<uint32_t, double>> uses;  // of limits
  };

  // Every choice that the person's budgets allow, the greatest net first.
  void count_out(uint64_t person) {
    const uint64_t begin = problem_.begins[person];
    const auto count = static_cast<uint32_t>(problem_.begins[person + 1] - begin);
    Room room(problem_, coupling_, coupling_.zero());
    room.enter(person, std::vector<float>(problem_.pairs(), 0));
    std::vector<Set>& sets = sets_[person];
    const auto descend = [&](const auto& self, uint32_t k, Set set) -> void {
      if (k == count) {
        sets.push_back(std::move(set));
        return;
      }
      if (room.fits_person(begin + k)) {
        Set with = set;
        with.members |= uint32_t{1} << k;
        with.value += problem_.values[begin + k];
        with.net += problem_.values[begin + k];
        room.each_limit(begin + k, [&](uint32_t r, double a) {
          with.net -= prices_[r] * a;
          const auto at = std::ranges::find(with.uses, r, &std::pair<uint32_t, double>::first);
          if (at == with.uses.end()) {
            with.uses.emplace_back(r, a);
          } else {
            at->second += a;
          }
        });
        room.spend(begin + k, 1);
        self(self, k + 1, std::move(with));
        room.spend(begin + k, -1);
      }
      self(self, k + 1, std::move(set));
    };
    descend(descend, 0, Set{});
    std::ranges::stable_sort(sets, [](const Set& a, const Set& b) { return a.net > b.net; });
    if (sets.size() > kMostSets) sets.resize(kMostSets);
  }

  // What limits that are left can still bring at their prices.
  double paid() const {
    double all = 0;
    for (size_t r = 0; r < used_.size(); ++r) {
      const Limit& limit = problem_.limits[r];
      if (prices_[r] > 0) all += prices_[r] * (limit.at_most - used_[r]);
      if (prices_[r] < 0) all += prices_[r] * (limit.at_least - used_[r]);
    }
    return all;
  }

  void visit(uint64_t person, double value) {
    if (person == problem_.people()) {
      keep(value);
      return;
    }
    const double limits = paid(), least = best_value_ + kGain * std::abs(best_value_);
    for (uint32_t k = 0; k < sets_[person].size(); ++k) {
      const Set& set = sets_[person][k];
      // paid() after this set is its charges less, which net takes off already.
      if (value + limits + set.net + rest_[person + 1] <= least || --nodes_ < 0) return;
      if (!use(set, 1)) continue;
      chosen_[person] = k;
      visit(person + 1, value + set.value);
      use(set, -1);
    }
  }

  // False, and nothing used, where a limit does not allow it.
  bool use(const Set& set, double sign) {
    for (const auto& [r, a] : set.uses) {
      if (sign > 0 && used_[r] + a > problem_.limits[r].at_most * (1 + kGain)) return false;
    }
    for (const auto& [r, a] : set.uses) used_[r] += sign * a;
    return true;
  }

  void keep(double value) {
    for (size_t r = 0; r < used_.size(); ++r) {
      if (used_[r] < problem_.limits[r].at_least - kRoundingOfFloors) return;
    }
    if (value <= best_value_) return;
    best_value_ = value;
    for (uint64_t i = 0; i < problem_.people(); ++i) {
      for (uint64_t p = problem_.begins[i]; p < problem_.begins[i + 1]; ++p) {
        const bool in = (sets_[i][chosen_[i]].members >> (p - problem_.begins[i]) & 1) != 0;
        amounts_[p] = in ? 1.0F : 0.0F;
      }
    }
  }

  const Problem& problem_;
  const Coupling& coupling_;
  std::span<const double> prices_;
  std::vector<float>& amounts_;
  int64_t nodes_;
  double best_value_ = 0;
  std::vector<std::vector<Set>> sets_;  // [people]
  std::vector<double> rest_;            // of the people from here on, at most, after charges
  std::vector<double> used_;            // [limits]
  std::vector<uint32_t> chosen_;        // [people], of sets_
};

}  // namespace

namespace {

std::vector<float> nets(const Problem& problem, const Coupling& coupling, std::span<const double> prices) {
  const Charges charges = coupling.charges(prices);
  std::vector<float> all(problem.pairs());
  for (uint64_t i = 0; i < problem.people(); ++i) {
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p)
      all[p] = net_of(problem, charges, p, group_of(problem, coupling, i));
  }
  return all;
}

double value_of(const Problem& problem, const std::vector<float>& amounts) {
  double all = 0;
  for (uint64_t p = 0; p < problem.pairs(); ++p) all += static_cast<double>(problem.values[p]) * amounts[p];
  return all;
}

}  // namespace

void improve_whole(const Problem& problem, const Coupling& coupling, std::span<const double> prices,
                   std::vector<float>& amounts, const WholeSearchOptions& options) {
  const std::vector<float> before = amounts;
  Improvement improvement(problem, coupling, amounts);
  // At prices first: what is scarce goes where the limits' prices say, and leaves those who would take it
  // anyway.
  improvement.compare_by(nets(problem, coupling, prices));
  for (int round = 0; round < kPricedRounds && improvement.each_alone(); ++round) {
  }
  improvement.compare_by(problem.values);
  for (int round = 0; round < kRounds; ++round) {
    bool any = improvement.each_alone();
    if (problem.pairs() <= options.most_exchange_pairs) any |= improvement.in_pairs();
    if (!any) break;
  }
  if (problem.pairs() <= options.most_exchange_pairs)
    improvement.again_in_groups(
        std::min<int64_t>(options.groups, 50 * static_cast<int64_t>(problem.people())), 1);
  if (value_of(problem, amounts) < value_of(problem, before)) amounts = before;
  if (problem.pairs() <= options.most_pairs)
    WholeProblem(problem, coupling, prices, amounts, options.nodes).run();
}

}  // namespace heed::economy
