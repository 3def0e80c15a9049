#include <algorithm>
#include <cmath>
#include <limits>

#include "economy/people_pass.h"

// Passes after a small change. A choice that smoothing does not bend is a corner of the person's own problem:
// every pair taken or not but for at most one, which fills the one budget that binds and whose price follows
// that pair's. It stays the choice while no charge moves by more than its radius, and what it uses and is
// worth does too. So only those whose radius is used up are asked again.
namespace heed::economy {
namespace {

constexpr float kAsk = -1, kNeverAsked = -2;
constexpr double kInside = 1e-6;  // of an amount: nearer to 0 or 1 is there

bool is_inside(float amount) { return amount > kInside && amount < 1 - kInside; }

double priced(const std::vector<Charge>& charges, const std::vector<Use>& uses) {
  double all = 0;
  for (size_t k = 0; k < charges.size(); ++k)
    all += static_cast<double>(charges[k].a_time) * uses[k].times +
           static_cast<double>(charges[k].a_minute) * uses[k].minutes;
  return all;
}

void move(const std::vector<Charge>& to, const std::vector<Charge>& from, std::vector<Charge>& moves) {
  moves.resize(to.size());
  for (size_t k = 0; k < to.size(); ++k)
    moves[k] = {std::abs(to[k].a_time - from[k].a_time), std::abs(to[k].a_minute - from[k].a_minute)};
}

}  // namespace

void People::recentre() {
  centers_ = amounts_;
  for (Standing& one : standing_) one.penalty = 0;
  for (PassTotals& one : standing_totals_) one.smoothed = 0;
}

void People::ask_again(uint64_t person) {
  if (!standing_.empty() && standing_[person].radius > kAsk) standing_[person].radius = kAsk;
}

// The most that a charge of the person's pairs moved.
template <bool kMinutes>
float People::moved_by(uint64_t person, const Charges& moves) const {
  float most = 0;
  const Charge own = charge_of(moves, person);
  for (uint64_t p = problem_.begins[person]; p < problem_.begins[person + 1]; ++p) {
    const Charge& item = moves.items[problem_.items[p]];
    float moved = item.a_time;
    if (kMinutes) moved += problem_.costs[p] * (item.a_minute + own.a_minute);
    most = std::max(most, moved);
  }
  return most + own.a_time;
}

// What the person's last choice added to the sums.
void People::take_off(uint64_t person, PassTotals& totals) const {
  const double slope_a_pair = -1.0 / last_window_;
  Use group;
  for (uint64_t p = problem_.begins[person]; p < problem_.begins[person + 1]; ++p) {
    const double x = amounts_[p], cost = problem_.costs[p];
    if (x == 0 && moving_[p] == 0) continue;
    const double slope = moving_[p] != 0 ? slope_a_pair : 0;
    const Use use{
        .times = -x, .minutes = -x * cost, .times_slope = slope, .minutes_slope = slope * cost * cost};
    totals.use.items[problem_.items[p]] += use;
    group += use;
    totals.value -= x * problem_.values[p];
    totals.chosen -= x;
  }
  if (!totals.use.groups.empty() && !problem_.groups.empty() && problem_.groups[person] != kNone)
    totals.use.groups[problem_.groups[person]] += group;
  totals.bound -= standing_[person].excess;
  totals.smoothed -= standing_[person].penalty;
}

namespace {

People::Priced priced_budget(const Budgets& prices) {
  const int count = (prices.minutes > 0) + (prices.slots > 0) + (prices.notifications > 0);
  if (count == 0) return People::Priced::nothing;
  if (count > 1) return People::Priced::several;
  return prices.minutes > 0 ? People::Priced::minutes
         : prices.slots > 0 ? People::Priced::slots
                            : People::Priced::notifications;
}

float& price_of(People::Priced priced, Budgets& prices) {
  return priced == People::Priced::minutes ? prices.minutes
         : priced == People::Priced::slots ? prices.slots
                                           : prices.notifications;
}

}  // namespace

float People::takes(Priced priced, uint64_t pair) const {
  if (priced == Priced::minutes) return problem_.costs[pair];
  if (priced == Priced::slots) return 1;
  return problem_.notifies.empty() ? 0 : static_cast<float>(problem_.notifies[pair]);
}

// What the choice leaves of a budget.
float People::left_of(uint64_t person, Priced priced, const PersonChoice& choice) const {
  double used = 0;
  for (uint32_t k = 0; k < choice.count(); ++k)
    used += static_cast<double>(choice.amount(k)) * takes(priced, problem_.begins[person] + k);
  Budgets all = budgets(person);
  return static_cast<float>(price_of(priced, all) - used);
}

// How the choice stands that was just made: as a corner, or to be asked again.
People::Standing People::standing(uint64_t person, float gamma, const PersonChoice& choice) const {
  Budgets prices = this->prices(person);
  const Priced priced = priced_budget(prices);
  const uint64_t begin = problem_.begins[person];
  uint32_t inside = 0, filling = 0;
  for (uint32_t k = 0; k < choice.count(); ++k) {
    const bool one = is_inside(choice.amount(k));
    inside += one ? 1 : 0;
    filling = one ? k : filling;
  }
  if (priced == Priced::several || inside != (priced == Priced::nothing ? 0 : 1)) return {.radius = kAsk};
  const auto net = [&](uint32_t k) { return (choice.unclipped(k) - choice.center(k)) * gamma; };
  float least = std::numeric_limits<float>::infinity(), a_unit = 0, shift = 0;
  Standing standing;
  if (inside == 1) {
    const float filled = takes(priced, begin + filling);
    if (!(filled > 0)) return {.radius = kAsk};
    a_unit = 1 / filled;
    shift = net(filling) * a_unit;  // its price without smoothing
    const float price = price_of(priced, prices) + shift;
    least = price * filled;
    standing.filling = filling;
    standing.excess = 2 * price * std::max(0.0F, left_of(person, priced, choice));
  }
  for (uint32_t k = 0; k < choice.count(); ++k) {
    const float taken = inside == 1 ? takes(priced, begin + k) : 0, x = choice.amount(k);
    const float left = net(k) - shift * taken, bent = gamma * std::abs(x - choice.center(k));
    const float margin = ((x > kMiddle ? left : -left) - bent) / (1 + taken * a_unit);
    least = std::min(least, inside == 1 && k == filling ? least : margin);
  }
  standing.radius = std::max(least, kAsk);
  return standing;
}

void People::settle(uint64_t person, const Charges& charges, const PassOptions& options, const Terms& terms,
                    const PersonChoice& choice, PassTotals& totals) {
  const uint64_t begin = problem_.begins[person];
  const Charge own = charge_of(charges, person);
  const float half_window = 0.5F * options.window / options.gamma;
  double paid = 0;
  for (uint32_t k = 0; k < choice.count(); ++k) {
    const uint64_t p = begin + k;
    moving_[p] = std::abs(choice.unclipped(k) - kMiddle) < half_window ? 1 : 0;
    const double x = choice.amount(k);
    if (x == 0) continue;
    const Charge& item = charges.items[problem_.items[p]];
    paid += x * (static_cast<double>(item.a_time + own.a_time) +
                 static_cast<double>(problem_.costs[p]) * (item.a_minute + own.a_minute));
  }
  Standing& now = standing_[person] = standing(person, options.gamma, choice);
  now.penalty = static_cast<float>(terms.value - paid - terms.smoothed);
  if (now.radius < 0) now.excess = static_cast<float>(terms.bound - (terms.value - paid));
  totals.value += terms.value;
  totals.bound += now.excess;
  totals.smoothed += now.penalty;
}

template <bool kMinutes>
double People::move_shard(uint64_t shard, const Charges& charges, const Charges& moves,
                          const PassOptions& options) {
  PassTotals& totals = standing_totals_[shard];
  Scratch scratch;
  double asked = 0;
  for (uint64_t i = shard_begin(shard); i < shard_begin(shard + 1); ++i) {
    float& radius = standing_[i].radius;
    if (radius >= 0) radius = std::max(radius - moved_by<kMinutes>(i, moves), kAsk);
    if (radius >= 0 || problem_.begins[i] == problem_.begins[i + 1]) continue;
    if (radius != kNeverAsked) take_off(i, totals);
    const Terms terms = pass_person<kMinutes>(i, charges, options, scratch, totals);
    settle(i, charges, options, terms, scratch.choice, totals);
    ++asked;
  }
  return asked;
}

PassTotals People::pass_moved(const Charges& charges, const PassOptions& options, const ParallelFor& parallel,
                              double& asked) {
  if (standing_.empty() || options.window != last_window_) {
    standing_.assign(problem_.people(), {.radius = kNeverAsked});
    moving_.assign(problem_.pairs(), 0);
    standing_totals_.assign(shards_, {.use = coupling_.zero()});
    last_charges_ = charges;
    last_window_ = options.window;
  }
  Charges moves;
  move(charges.items, last_charges_.items, moves.items);
  move(charges.groups, last_charges_.groups, moves.groups);
  last_charges_ = charges;
  std::vector<double> counts(shards_);
  each_shard(parallel, [&](uint64_t shard) {
    counts[shard] = coupling_.any_minutes() ? move_shard<true>(shard, charges, moves, options)
                                            : move_shard<false>(shard, charges, moves, options);
  });
  asked = 0;
  PassTotals totals{.use = coupling_.zero()};
  for (uint64_t shard = 0; shard < shards_; ++shard) {
    totals += standing_totals_[shard];
    asked += counts[shard];
  }
  const double net =
      totals.value - priced(charges.items, totals.use.items) - priced(charges.groups, totals.use.groups);
  totals.bound = net + totals.bound;
  totals.smoothed = net - totals.smoothed;
  return totals;
}

void People::reprice(const Charges& charges) {
  for (uint64_t i = 0; i < standing_.size(); ++i) {
    const Standing& one = standing_[i];
    if (one.radius < 0 || one.filling == kNone) continue;
    const uint64_t pair = problem_.begins[i] + one.filling;
    const Charge &item = charges.items[problem_.items[pair]], own = charge_of(charges, i);
    const float net = problem_.values[pair] - item.a_time - own.a_time -
                      problem_.costs[pair] * (item.a_minute + own.a_minute);
    Budgets found = prices(i);
    const Priced priced = priced_budget(found);
    price_of(priced, found) = std::max(0.0F, net / takes(priced, pair));
    set_prices(i, found);
  }
}

}  // namespace heed::economy
