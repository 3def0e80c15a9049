#include "economy/rounding.h"

#include <algorithm>
#include <utility>

#include "economy/allocation.h"
#include "economy/repair.h"
#include "economy/room.h"

namespace heed::economy {
namespace {

constexpr float kWhole = 1 - 1e-4F;  // as good as one
constexpr float kPart = 1e-3F;       // as good as nothing below
constexpr double kMet = 1e-6;        // a floor that lacks less
constexpr int kRounds = 6;

using Ranked = std::vector<std::pair<float, uint64_t>>;  // the least first, with its pair

// Gives every pair of `ranked` that still fits whole.
void give_whole(const Ranked& ranked, Room& room, std::vector<float>& amounts) {
  for (const auto& [rank, pair] : ranked) {
    if (!room.fits_whole(pair)) continue;
    amounts[pair] = 1;
    room.spend(pair, 1);
  }
}

// The pairs that `accept` takes, the most wanted first, person by person.
template <class Accept>
void give_wanted(const Problem& problem, const std::vector<float>& wanted, Room& room, const Accept& accept,
                 std::vector<float>& amounts) {
  Ranked ranked;
  for (uint64_t i = 0; i < problem.people(); ++i) {
    ranked.clear();
    for (uint64_t p = problem.begins[i]; p < problem.begins[i + 1]; ++p) {
      if (amounts[p] == 0 && accept(p)) ranked.emplace_back(-wanted[p], p);
    }
    if (ranked.empty()) continue;
    room.enter(i, amounts);
    std::ranges::stable_sort(ranked);
    give_whole(ranked, room, amounts);
  }
}

// Whole choices for floors that lack some.
class FloorRounding {
 public:
  FloorRounding(const Problem& problem, const Coupling& coupling, const Charges& charges,
                const std::vector<float>& wanted, std::vector<float>& amounts)
      : problem_(problem), coupling_(coupling), charges_(charges), wanted_(wanted), amounts_(amounts) {}

  void run() {
    for (int round = 0; round < kRounds; ++round) {
      const UseTotals use = use_of(problem_, coupling_, amounts_);
      if (!find_missing(use)) return;
      Room room(problem_, coupling_, use);
      bool changed = false;
      for (const auto& [rank, where] : candidates(room))
        changed |= give(where.first, where.second, round > 0, room);
      if (!changed && round > 0) return;
    }
  }

 private:
  using Place = std::pair<uint64_t, uint64_t>;  // person, pair

  bool find_missing(const UseTotals& use) {
    missing_.assign(problem_.limits.size(), 0);
    bool any = false;
    for (size_t r = 0; r < missing_.size(); ++r) {
      const double lacks = problem_.limits[r].at_least - coupling_.use(use, r);
      if (problem_.limits[r].at_least > 0 && lacks > kMet) missing_[r] = lacks;
      any |= missing_[r] > 0;
    }
    return any;
  }

  // What the pair's neediest floor lacks; room has entered its person.
  double need(uint64_t pair, const Room& room) const {
    double most = 0;
    room.each_limit(pair, [&](uint32_t r, double) { most = std::max(most, missing_[r]); });
    return most;
  }

  // Pairs of floors that lack some, the most wanted first.
  std::vector<std::pair<float, Place>> candidates(Room& room) const {
    std::vector<std::pair<float, Place>> all;
    for (uint64_t i = 0; i < problem_.people(); ++i) {
      room.enter(i, amounts_);
      const uint32_t group = group_of(problem_, coupling_, i);
      for (uint64_t p = problem_.begins[i]; p < problem_.begins[i + 1]; ++p) {
        if (amounts_[p] == 0 && need(p, room) > kMet)
          all.push_back({-wanted_[p] - 1e-3F * net_of(problem_, charges_, p, group), {i, p}});
      }
    }
    std::ranges::sort(all);
    return all;
  }

  // The person's choices under no floor, the least wanted first.
  Ranked free_choices(uint64_t person) const {
    Ranked free;
    const uint32_t group = group_of(problem_, coupling_, person);
    for (uint64_t q = problem_.begins[person]; q < problem_.begins[person + 1]; ++q) {
      const bool floor = std::ranges::any_of(coupling_.of_item(problem_.items[q]),
                                             [&](uint32_t r) { return problem_.limits[r].at_least > 0; });
      if (amounts_[q] > 0 && !floor) free.emplace_back(net_of(problem_, charges_, q, group), q);
    }
    std::ranges::sort(free);
    return free;
  }

  bool give(uint64_t person, uint64_t pair, bool others_give_way, Room& room) {
    room.enter(person, amounts_);
    if (need(pair, room) <= kMet) return false;
    std::vector<uint64_t> gone;
    if (others_give_way) {
      for (const auto& [rank, other] : free_choices(person)) {
        if (room.fits_whole(pair)) break;
        room.spend(other, -1);
        gone.push_back(other);
      }
    }
    if (!room.fits_whole(pair)) {
      for (const uint64_t other : gone) room.spend(other, 1);
      return false;
    }
    for (const uint64_t other : gone) amounts_[other] = 0;
    amounts_[pair] = 1;
    room.spend(pair, 1);
    room.each_limit(pair, [&](uint32_t r, double a) { missing_[r] -= a; });
    return true;
  }

  const Problem& problem_;
  const Coupling& coupling_;
  const Charges& charges_;
  const std::vector<float>& wanted_;
  std::vector<float>& amounts_;
  std::vector<double> missing_;  // [limits]
};

}  // namespace

void round_to_whole(const Problem& problem, const Coupling& coupling, const Charges& charges,
                    std::vector<float>& amounts) {
  const std::vector<float> wanted = std::exchange(amounts, std::vector<float>(amounts.size(), 0));
  Room whole(problem, coupling, coupling.zero());
  give_wanted(
      problem, wanted, whole, [&](uint64_t p) { return wanted[p] >= kWhole; }, amounts);
  FloorRounding(problem, coupling, charges, wanted, amounts).run();
  Room room(problem, coupling, use_of(problem, coupling, amounts));
  give_wanted(
      problem, wanted, room, [&](uint64_t p) { return wanted[p] > kPart && problem.values[p] > 0; }, amounts);
  for (const bool any_value : {false, true})
    fill_up(problem, coupling, charges, use_of(problem, coupling, amounts),
            {.whole = true, .any_value = any_value}, amounts);
  order_repetitions(problem, amounts);
}

}  // namespace heed::economy
