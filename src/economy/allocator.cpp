#include "economy/allocator.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/error.h"
#include "economy/ascent.h"
#include "economy/conflict.h"
#include "economy/repair.h"
#include "economy/rounding.h"
#include "economy/whole_search.h"

namespace heed::economy {
namespace {

constexpr double kFirstGamma = 0.3, kSampleGamma = 4e-3, kWarmGamma = 2e-3, kLastGamma = 1e-3;  // of a value
constexpr double kGammaFall = 0.3;
constexpr double kWindow = 0.03;      // of a value: what slopes look at
constexpr uint64_t kSample = 16'384;  // people of the first sample
constexpr uint32_t kStrideFall = 8;
constexpr double kNearly = 0.9;  // of a gap: what is expected is a little off
constexpr int kStagePasses = 40, kSamplePasses = 25;
constexpr double kHurry = 2;           // measured: 3 passes after a change, with 1 and 4 they are 5
constexpr double kMostOver = 1.2;      // of a gap: to be cut from what is used, which loses at least that
constexpr double kLookingOver = 0.05;  // of a pass: what one that asks nobody costs
constexpr double kShort = 1e-6;        // relative: a floor that lacks more is not met

}  // namespace

// Where a solve stands.
struct Allocator::Ascent {
  PriceAscent prices;
  PassOptions pass;
  int stage_passes = 0;
  double passes = 0;               // over all people
  double best_bound = kUnlimited;  // of those passes
  std::vector<double> best_prices;
  double aim = 0;  // the gap at which the next answer is tried
  std::optional<Allocation> found;
};

Allocator::Allocator(Problem problem, AllocateOptions options)
    : problem_([&problem] {
        check(problem);
        return std::move(problem);
      }()),
      options_(std::move(options)),
      coupling_(problem_),
      people_(problem_, coupling_),
      prices_(problem_.limits.size(), 0) {
  double values = 0, costs = 0;
  for (uint64_t p = 0; p < problem_.pairs(); ++p) {
    values += std::abs(problem_.values[p]);
    costs += problem_.costs[p];
    least_value_ += std::min(0.0F, problem_.values[p]);
  }
  const auto pairs = static_cast<double>(problem_.pairs());
  value_scale_ = values > 0 ? values / pairs : 1;
  minute_scale_ = costs > 0 ? costs / pairs : 1;
  const UseTotals all = use_of(problem_, coupling_, std::vector<float>(problem_.pairs(), 1.0F));
  for (size_t r = 0; r < problem_.limits.size(); ++r) counts_.push_back(coupling_.use(all, r));
}

Allocator::~Allocator() = default;

void Allocator::set_limit(size_t limit, double at_least, double at_most) {
  Limit& changed = problem_.limits.at(limit);
  if (!(at_least >= 0) || !(at_most >= at_least))
    throw Error(ErrorCode::invalid_argument,
                fmt::format("allocation: {}: expected 0 <= at_least <= at_most, found {} and {}",
                            name_of(changed), at_least, at_most));
  changed.at_least = at_least;
  changed.at_most = at_most;
}

void Allocator::set_minutes(uint64_t person, float minutes) {
  problem_.minutes.at(person) = minutes;
  people_.ask_again(person);
}

void Allocator::check_floors() const {
  for (size_t r = 0; r < problem_.limits.size(); ++r) {
    const Limit& limit = problem_.limits[r];
    if (limit.at_least > counts_[r] * (1 + kShort))
      throw Error(ErrorCode::invalid_argument,
                  fmt::format("allocation: {}: its floor of {} {} cannot be met: all of its pairs together "
                              "make {}; lower the floor or offer it to more people",
                              name_of(limit), limit.at_least, to_string(limit.unit), counts_[r]));
  }
}

AscentScale Allocator::scale_of() const {
  return {.value = value_scale_, .minutes = minute_scale_, .counts = counts_};
}

// The amounts of the last pass, which was at `prices` and used `use`, repaired, with their figures. What
// limits leave is filled only where that is needed: it costs as much as two passes.
Allocation Allocator::finish(const std::vector<double>& prices, UseTotals use, double bound) const {
  Allocation allocation;
  allocation.amounts = people_.amounts();
  allocation.limit_prices = prices;
  allocation.people_prices = people_.prices();
  hold_limits(problem_, coupling_, use, allocation.amounts);
  measure(problem_, coupling_, use, allocation);
  allocation.bound = bound;
  if (warm_ && allocation.gap() <= options_.gap) return allocation;
  fill_up(problem_, coupling_, coupling_.charges(prices), use, {}, allocation.amounts);
  measure(problem_, coupling_, allocation);
  return allocation;
}

// The prices with the least bound, people's own to the last digit: an answer that is kept for long.
void Allocator::price_exactly(Allocation& allocation, const std::vector<double>& prices) {
  const PriceAscent best(problem_, coupling_, scale_of(), prices);
  const double bound = best.limit_term() + people_.price(coupling_.charges(prices), options_.parallel);
  allocation.bound = std::min(allocation.bound, bound);
  allocation.limit_prices = prices;
  allocation.people_prices = people_.prices();
  measure(problem_, coupling_, allocation);
}

Allocator::Ascent Allocator::begin() {
  uint32_t stride = 1;
  while (!warm_ && problem_.people() / stride > 2 * kSample) stride *= 2;
  if (warm_) people_.recentre();
  PriceAscent prices(problem_, coupling_, scale_of(), prices_);
  if (warm_) prices.hurry(kHurry);
  return {.prices = std::move(prices),
          .pass = {.gamma = of_value(warm_ ? kWarmGamma : kFirstGamma),
                   .window = 0,
                   .stride = stride,
                   .centered = warm_,
                   .keep = stride == 1},
          .stage_passes = 0,
          .passes = 0,
          .best_bound = kUnlimited,
          .best_prices = prices_,
          .aim = options_.gap,
          .found = std::nullopt};
}

PassTotals Allocator::pass(Ascent& ascent, const std::vector<double>& at) {
  const Charges charges = coupling_.charges(at);
  if (!warm_) {
    ascent.passes += 1.0 / ascent.pass.stride;
    return people_.pass(charges, ascent.pass, options_.parallel);
  }
  double asked = 0;
  const PassTotals totals = people_.pass_moved(charges, ascent.pass, options_.parallel, asked);
  ascent.passes += std::max(asked / static_cast<double>(problem_.people()), kLookingOver);
  return totals;
}

void Allocator::keep_bound(Ascent& ascent, const std::vector<double>& at, double bound) {
  if (bound >= ascent.best_bound) return;
  ascent.best_bound = bound;
  ascent.best_prices = at;
}

// One pass and the step that follows. Returns whether the stage has settled.
bool Allocator::advance(Ascent& ascent) {
  ascent.pass.window = std::max(3 * ascent.pass.gamma, of_value(kWindow));
  const double limits = ascent.prices.limit_term();
  const std::vector<double> at = ascent.prices.at();
  const PassTotals totals = pass(ascent, at);
  ++ascent.stage_passes;
  const double bound = limits + totals.bound, size = std::max(std::abs(bound), 1e-30);
  if (ascent.pass.stride == 1) keep_bound(ascent, at, bound);
  const Residual residual = ascent.prices.step(totals, limits + totals.smoothed);
  const double expected = (ascent.best_bound - totals.value + residual.over) / size;
  if (ascent.pass.stride == 1 && expected <= kNearly * ascent.aim &&
      (!warm_ || residual.over <= kMostOver * ascent.aim * size)) {
    if (warm_) people_.reprice(coupling_.charges(at));
    try_answer(ascent, at, totals.use);
  }
  const double smoothing = std::max(0.0, bound - totals.value - residual.slack + residual.over) / size;
  return (residual.slack + residual.over) / size <= std::max(0.4 * smoothing, 0.2 * ascent.aim);
}

// Keeps the answer that the last pass makes where it is better than the one before.
void Allocator::try_answer(Ascent& ascent, const std::vector<double>& at, const UseTotals& use) const {
  Allocation attempt = finish(at, use, ascent.best_bound);
  std::optional<Allocation>& found = ascent.found;
  if (!found || attempt.infeasibility < found->infeasibility - kShort ||
      (attempt.infeasibility <= kShort && attempt.value > found->value))
    found = std::move(attempt);
  found->bound = ascent.best_bound;
  ascent.aim *= 0.6;
}

bool Allocator::is_done(const Ascent& ascent) const {
  if (ascent.found && ascent.found->gap() <= options_.gap && ascent.found->infeasibility <= kShort)
    return true;
  // A bound below the value of any amounts proves that none hold every floor.
  return ascent.passes >= options_.max_passes || ascent.best_bound < least_value_ - value_scale_;
}

void Allocator::next_stage(Ascent& ascent, bool settled) {
  PassOptions& pass = ascent.pass;
  ascent.stage_passes = 0;
  ascent.prices.restart();
  if (pass.stride > 1 && pass.gamma > of_value(kSampleGamma)) {
    pass.gamma *= static_cast<float>(kGammaFall);
  } else if (pass.stride > 1) {
    pass.stride = std::max(1U, pass.stride / kStrideFall);
    pass.keep = pass.stride == 1;
  } else {
    people_.recentre();
    pass.centered = true;
    // A stage that did not settle was too stiff: more smoothing costs a stage, not the answer.
    pass.gamma = settled ? std::max(pass.gamma * static_cast<float>(kGammaFall), of_value(kLastGamma))
                         : std::min(pass.gamma * 3, of_value(kFirstGamma));
  }
}

Allocation Allocator::solve() {
  const auto begun = std::chrono::steady_clock::now();
  check_floors();
  Ascent ascent = begin();
  while (!is_done(ascent)) {
    const bool settled = advance(ascent);
    if (settled || ascent.stage_passes >= (ascent.pass.stride > 1 ? kSamplePasses : kStagePasses))
      next_stage(ascent, settled);
  }
  if (!ascent.found)
    ascent.found =
        finish(ascent.prices.at(), use_of(problem_, coupling_, people_.amounts()), ascent.best_bound);
  Allocation found = std::move(*ascent.found);
  if (!warm_) price_exactly(found, ascent.best_prices);
  if (found.infeasibility > kShort) throw_conflict(problem_, found);
  prices_ = found.limit_prices;
  if (!warm_) people_.amounts() = found.amounts;
  warm_ = true;
  found.passes = static_cast<int>(std::ceil(ascent.passes));
  found.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return found;
}

Allocation Allocator::whole(const Allocation& solved) const {
  Allocation whole = solved;
  round_to_whole(problem_, coupling_, coupling_.charges(solved.limit_prices), whole.amounts);
  improve_whole(problem_, coupling_, solved.limit_prices, whole.amounts);
  order_repetitions(problem_, whole.amounts);
  measure(problem_, coupling_, whole);
  return whole;
}

}  // namespace heed::economy
