#pragma once

#include <memory>
#include <vector>

#include "base/parallel.h"
#include "economy/allocation.h"
#include "economy/ascent.h"
#include "economy/people_pass.h"
#include "economy/problem.h"

namespace heed::economy {

struct AllocateOptions {
  double gap = 1e-3;      // to reach: (bound - value) / bound
  int max_passes = 3000;  // over people; an answer that needs more comes with the gap it has
  ParallelFor parallel = run_serially;
};

// Allocation by dual decomposition, for any size: the prices of limits are found by projected accelerated
// ascent, people answering each pass by themselves (PersonChoice), in shards that exchange prices and totals
// only.
//   minimise over prices l: sum of (at_most l where l > 0, at_least l where l < 0) + sum of people(l)
// The people's part is smoothed around the amounts of the stage before (a proximal method: Rockafellar 1976),
// so that amounts converge too, ties and all; gamma falls from stage to stage. Each step is scaled by how
// steeply use falls with its price, restarted where momentum points uphill (arXiv:1204.3982). A large problem
// begins on a sample of people. The amounts are then repaired to hold every limit; the gap says what that and
// stopping early cost.
//
// solve() again after a change starts from the last prices and amounts, and asks only those whom the change
// can move. Not thread-safe.
class Allocator {
 public:
  // Throws what check() throws.
  explicit Allocator(Problem problem, AllocateOptions options = {});
  ~Allocator();
  Allocator(const Allocator&) = delete;
  Allocator& operator=(const Allocator&) = delete;

  const Problem& problem() const { return problem_; }
  const Coupling& coupling() const { return coupling_; }
  void set_limit(size_t limit, double at_least, double at_most);
  void set_minutes(uint64_t person, float minutes);

  // Throws invalid_argument where floors cannot be met, naming those that conflict and with what.
  Allocation solve();
  // The amounts of a solution as whole choices, with its prices and bound.
  Allocation whole(const Allocation& solved) const;

 private:
  struct Ascent;

  Allocation finish(const std::vector<double>& prices, UseTotals use, double bound) const;
  Ascent begin();
  bool advance(Ascent& ascent);
  PassTotals pass(Ascent& ascent, const std::vector<double>& at);
  static void keep_bound(Ascent& ascent, const std::vector<double>& at, double bound);
  void try_answer(Ascent& ascent, const std::vector<double>& at, const UseTotals& use) const;
  bool is_done(const Ascent& ascent) const;
  void next_stage(Ascent& ascent, bool settled);
  float of_value(double share) const { return static_cast<float>(share * value_scale_); }
  void price_exactly(Allocation& allocation, const std::vector<double>& prices);
  void check_floors() const;
  AscentScale scale_of() const;

  Problem problem_;
  AllocateOptions options_;
  Coupling coupling_;
  People people_;
  std::vector<double> prices_;  // of limits: where the next solve starts
  bool warm_ = false;
  double value_scale_ = 1;      // of a pair: mean of |value|
  double least_value_ = 0;      // no amounts are worth less
  double minute_scale_ = 1;     // of a pair: mean cost
  std::vector<double> counts_;  // [limits]: use where every pair is chosen
};

}  // namespace heed::economy
