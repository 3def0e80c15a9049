#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/parallel.h"
#include "economy/coupling.h"
#include "economy/person_choice.h"
#include "economy/problem.h"

namespace heed::economy {

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

// The people, in shards of fixed size: totals are added in the order of shards, so that no result depends on
// how many threads ran. Amounts and the prices of people's budgets are kept here. Not thread-safe.
class People {
 public:
  People(const Problem& problem, const Coupling& coupling);

  // One pass: every person's choice at these charges.
  PassTotals pass(const Charges& charges, const PassOptions& options, const ParallelFor& parallel);
  // The bound alone, people's minutes priced exactly; keeps the prices of their budgets.
  double price(const Charges& charges, const ParallelFor& parallel);

  std::vector<float>& amounts() { return amounts_; }
  const std::vector<float>& amounts() const { return amounts_; }
  std::vector<float>& centers() { return centers_; }
  Budgets budgets(uint64_t person) const;
  Budgets prices(uint64_t person) const;
  std::vector<Budgets> prices() const;  // [people]
  Charge charge_of(const Charges& charges, uint64_t person) const;
  uint64_t shards() const { return shards_; }
  uint64_t shard_begin(uint64_t shard) const { return std::min(shard * shard_size_, problem_.people()); }

 private:
  struct Scratch {
    PersonChoice choice;
    std::vector<float> nets;
    std::vector<uint32_t> order;
  };
  template <bool kMinutes>
  void pass_shard(uint64_t shard, const Charges& charges, const PassOptions& options, PassTotals& totals);
  template <bool kMinutes>
  void pass_person(uint64_t person, const Charges& charges, const PassOptions& options, Scratch& scratch,
                   PassTotals& totals);
  double price_person(uint64_t person, const Charges& charges, Scratch& scratch);
  void set_prices(uint64_t person, const Budgets& prices);
  void each_shard(const ParallelFor& parallel, const std::function<void(uint64_t)>& body) const;

  const Problem& problem_;
  const Coupling& coupling_;
  uint64_t shard_size_ = 0, shards_ = 0;
  std::vector<float> amounts_, centers_;                                  // [pairs]
  std::vector<float> minute_prices_, slot_prices_, notification_prices_;  // [people] or empty
  std::vector<PassTotals> partial_;                                       // [shards]
};

}  // namespace heed::economy
