#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.h"
#include "economy/coupling.h"
#include "economy/person_choice.h"
#include "economy/problem.h"

namespace heed::economy {

constexpr float kMiddle = 0.5F;  // of an amount

// What a shard of people answers to prices: all that shards exchange.
struct PassTotals {
  UseTotals use;
  double value = 0;     // sum of value x
  double bound = 0;     // most that the people could be worth after the limits' prices (weak duality)
  double smoothed = 0;  // the same with gamma's term: what the prices' ascent descends on
  double chosen = 0;    // sum of x

  void operator+=(const PassTotals& other);
};

struct PassOptions {
  float gamma = 0;
  float window = 0;       // slopes count pairs within this of moving, in value
  uint32_t stride = 1;    // one person in as many, drawn block by block; totals are scaled up by it
  bool centered = false;  // around the amounts that are kept, else around 1/2
  bool keep = false;      // stores amounts (stride 1)
};

// What each budget's price brings in.
double paid(const Budgets& budgets, const Budgets& prices);

// The people, in shards of fixed size: totals are added in the order of shards, so that no result depends on
// how many threads ran. Amounts and the prices of people's budgets are kept here. Not thread-safe.
class People {
 public:
  People(const Problem& problem, const Coupling& coupling);

  // One pass: every person's choice at these charges.
  PassTotals pass(const Charges& charges, const PassOptions& options, const ParallelFor& parallel);
  // The bound alone, people's minutes priced exactly; keeps the prices of their budgets.
  double price(const Charges& charges, const ParallelFor& parallel);

  // A pass that asks only those whom charges that moved since the last such pass can have moved; the others'
  // choices stand, and so do the sums over them (people_moves.cpp says for how long). options: centered,
  // kept, stride 1. `asked`: how many of all people were asked.
  PassTotals pass_moved(const Charges& charges, const PassOptions& options, const ParallelFor& parallel,
                        double& asked);
  // Brings the prices of budgets to what choices that stand imply at these charges, those of the last pass.
  void reprice(const Charges& charges);
  // Smooths around the present amounts from now on.
  void recentre();
  // The person's budgets changed.
  void ask_again(uint64_t person);

  std::vector<float>& amounts() { return amounts_; }
  const std::vector<float>& amounts() const { return amounts_; }
  Budgets budgets(uint64_t person) const;
  Budgets prices(uint64_t person) const;
  std::vector<Budgets> prices() const;  // [people]
  Charge charge_of(const Charges& charges, uint64_t person) const;
  uint64_t shards() const { return shards_; }
  uint64_t shard_begin(uint64_t shard) const { return std::min(shard * shard_size_, problem_.people()); }

  // The one budget of a person that is priced; none or several: no corner whose moves are simple.
  enum class Priced { nothing, minutes, slots, notifications, several };

 private:
  struct Scratch {
    PersonChoice choice;
    std::vector<float> nets;
    std::vector<uint32_t> order;
  };
  // What one person's choice is worth: most of it (weak duality), and with gamma's term.
  struct Terms {
    double value = 0, bound = 0, smoothed = 0;
  };
  // How a choice that was made stands.
  struct Standing {
    float radius = -2;         // charges may move by as much without moving it; below 0: ask; -2: never asked
    float penalty = 0;         // gamma's term
    float excess = 0;          // of the bound over value less charges
    uint32_t filling = kNone;  // of the person's pairs, which fills the budget that is priced
  };
  template <bool kMinutes>
  void pass_shard(uint64_t shard, const Charges& charges, const PassOptions& options, PassTotals& totals);
  template <bool kMinutes>
  Terms pass_person(uint64_t person, const Charges& charges, const PassOptions& options, Scratch& scratch,
                    PassTotals& totals);
  template <bool kMinutes>
  double move_shard(uint64_t shard, const Charges& charges, const Charges& moves, const PassOptions& options);
  template <bool kMinutes>
  float moved_by(uint64_t person, const Charges& moves) const;
  void take_off(uint64_t person, PassTotals& totals) const;
  void settle(uint64_t person, const Charges& charges, const PassOptions& options, const Terms& terms,
              const PersonChoice& choice, PassTotals& totals);
  float takes(Priced priced, uint64_t pair) const;
  float left_of(uint64_t person, Priced priced, const PersonChoice& choice) const;
  Standing standing(uint64_t person, float gamma, const PersonChoice& choice) const;
  double price_person(uint64_t person, const Charges& charges, Scratch& scratch);
  void set_prices(uint64_t person, const Budgets& prices);
  void each_shard(const ParallelFor& parallel, const std::function<void(uint64_t)>& body) const;

  const Problem& problem_;
  const Coupling& coupling_;
  uint64_t shard_size_ = 0, shards_ = 0;
  std::vector<float> amounts_, centers_;                                  // [pairs]
  std::vector<float> minute_prices_, slot_prices_, notification_prices_;  // [people] or empty
  std::vector<PassTotals> partial_;                                       // [shards]
  // Of pass_moved(); empty before the first.
  std::vector<Standing> standing_;           // [people]
  std::vector<uint8_t> moving_;              // [pairs]: counted in slopes
  std::vector<PassTotals> standing_totals_;  // [shards]; bound: of excess; smoothed: of penalty
  Charges last_charges_;
  float last_window_ = 0;
};

}  // namespace heed::economy
