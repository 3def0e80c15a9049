#include "economy/people_pass.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace heed::economy {
namespace {

constexpr uint64_t kLeastShard = 1024;  // people: enough to hide the cost of their totals
constexpr uint64_t kMostShards = 64;

}  // namespace

void PassTotals::operator+=(const PassTotals& other) {
  use += other.use;
  value += other.value;
  bound += other.bound;
  smoothed += other.smoothed;
  chosen += other.chosen;
}

People::People(const Problem& problem, const Coupling& coupling) : problem_(problem), coupling_(coupling) {
  shard_size_ = std::max(kLeastShard, (problem.people() + kMostShards - 1) / kMostShards);
  shards_ = (problem.people() + shard_size_ - 1) / shard_size_;
  amounts_.resize(problem.pairs());
  if (!problem.minutes.empty()) minute_prices_.resize(problem.people());
  if (!problem.slots.empty()) slot_prices_.resize(problem.people());
  if (!problem.notifications.empty()) notification_prices_.resize(problem.people());
  partial_.resize(shards_);
}

Budgets People::budgets(uint64_t person) const {
  const auto get = [person](const std::vector<float>& budget) {
    return budget.empty() ? std::numeric_limits<float>::infinity() : budget[person];
  };
  return {get(problem_.minutes), get(problem_.slots), get(problem_.notifications)};
}

Budgets People::prices(uint64_t person) const {
  const auto get = [person](const std::vector<float>& prices) { return prices.empty() ? 0 : prices[person]; };
  return {get(minute_prices_), get(slot_prices_), get(notification_prices_)};
}

std::vector<Budgets> People::prices() const {
  std::vector<Budgets> all(problem_.people());
  for (uint64_t i = 0; i < all.size(); ++i) all[i] = prices(i);
  return all;
}

void People::set_prices(uint64_t person, const Budgets& prices) {
  if (!minute_prices_.empty()) minute_prices_[person] = prices.minutes;
  if (!slot_prices_.empty()) slot_prices_[person] = prices.slots;
  if (!notification_prices_.empty()) notification_prices_[person] = prices.notifications;
}

Charge People::charge_of(const Charges& charges, uint64_t person) const {
  if (charges.groups.empty() || problem_.groups.empty() || problem_.groups[person] == kNone) return {};
  return charges.groups[problem_.groups[person]];
}

void People::each_shard(const ParallelFor& parallel, const std::function<void(uint64_t)>& body) const {
  parallel(static_cast<int64_t>(shards_), [&](int64_t begin, int64_t end) {
    for (int64_t shard = begin; shard < end; ++shard) body(static_cast<uint64_t>(shard));
  });
}

double paid(const Budgets& budgets, const Budgets& prices) {
  double all = 0;
  if (prices.minutes > 0) all += static_cast<double>(prices.minutes) * budgets.minutes;
  if (prices.slots > 0) all += static_cast<double>(prices.slots) * budgets.slots;
  if (prices.notifications > 0) all += static_cast<double>(prices.notifications) * budgets.notifications;
  return all;
}

template <bool kMinutes>
People::Terms People::pass_person(uint64_t person, const Charges& charges, const PassOptions& options,
                                  Scratch& scratch, PassTotals& totals) {
  const uint64_t begin = problem_.begins[person], end = problem_.begins[person + 1];
  if (begin == end) return {};
  const Charge own = charge_of(charges, person);
  PersonChoice& choice = scratch.choice;
  choice.begin(static_cast<uint32_t>(end - begin), options.gamma);
  for (uint64_t p = begin; p < end; ++p) {
    const Charge& item = charges.items[problem_.items[p]];
    const float cost = problem_.costs[p];
    const float net = problem_.values[p] - item.a_time - own.a_time - cost * (item.a_minute + own.a_minute);
    choice.add(net, cost, problem_.notifies.empty() ? 0.0F : static_cast<float>(problem_.notifies[p]),
               options.centered ? centers_[p] : kMiddle);
  }
  const Budgets caps = budgets(person);
  Budgets found = prices(person);
  choice.choose(caps, found);
  set_prices(person, found);

  const float gamma = options.gamma, half_window = 0.5F * options.window / gamma;
  const double a_unit = 1.0 / options.window;
  const double income = paid(caps, found);
  double value = 0, left = 0, bent = 0, chosen = 0;
  Use group;
  for (uint64_t p = begin; p < end; ++p) {
    const auto k = static_cast<uint32_t>(p - begin);
    const float x = choice.amount(k), t = choice.unclipped(k);
    if (options.keep) amounts_[p] = x;
    const float center = choice.center(k);
    const float net = (t - center) * gamma;  // after every price
    left += net > 0 ? net : 0;
    const bool moves = std::abs(t - kMiddle) < half_window;
    if (x == 0 && !moves) {
      bent += 0.5 * gamma * center * center;
      continue;
    }
    const double amount = x;
    value += amount * problem_.values[p];
    chosen += amount;
    bent += 0.5 * gamma * (amount - center) * (amount - center) - amount * net;
    Use use{.times = amount, .minutes = 0, .times_slope = moves ? a_unit : 0, .minutes_slope = 0};
    if (kMinutes) {
      const double cost = problem_.costs[p];
      use.minutes = amount * cost;
      use.minutes_slope = use.times_slope * cost * cost;
    }
    Use& item = totals.use.items[problem_.items[p]];
    item.times += use.times;
    item.times_slope += use.times_slope;
    if (kMinutes) {
      item.minutes += use.minutes;
      item.minutes_slope += use.minutes_slope;
    }
    group += use;
  }
  if (!totals.use.groups.empty() && !problem_.groups.empty() && problem_.groups[person] != kNone)
    totals.use.groups[problem_.groups[person]] += group;
  totals.chosen += chosen;
  return {.value = value, .bound = income + left, .smoothed = income - bent};
}

template People::Terms People::pass_person<true>(uint64_t, const Charges&, const PassOptions&, Scratch&,
                                                 PassTotals&);
template People::Terms People::pass_person<false>(uint64_t, const Charges&, const PassOptions&, Scratch&,
                                                  PassTotals&);

template <bool kMinutes>
void People::pass_shard(uint64_t shard, const Charges& charges, const PassOptions& options,
                        PassTotals& totals) {
  if (totals.use.items.empty()) totals.use = coupling_.zero();
  std::fill(totals.use.items.begin(), totals.use.items.end(), Use{});
  std::fill(totals.use.groups.begin(), totals.use.groups.end(), Use{});
  totals.value = totals.bound = totals.smoothed = totals.chosen = 0;
  Scratch scratch;
  const uint64_t begin = shard_begin(shard), end = shard_begin(shard + 1), stride = options.stride;
  const auto ask = [&](uint64_t person) {
    const Terms terms = pass_person<kMinutes>(person, charges, options, scratch, totals);
    totals.value += terms.value;
    totals.bound += terms.bound;
    totals.smoothed += terms.smoothed;
  };
  if (stride <= 1) {
    for (uint64_t i = begin; i < end; ++i) ask(i);
    return;
  }
  for (uint64_t block = begin / stride; block * stride < end; ++block) {
    const uint64_t i = block * stride + mix64(block) % stride;
    if (i >= begin && i < end) ask(i);
  }
}

PassTotals People::pass(const Charges& charges, const PassOptions& options, const ParallelFor& parallel) {
  each_shard(parallel, [&](uint64_t shard) {
    if (coupling_.any_minutes()) {
      pass_shard<true>(shard, charges, options, partial_[shard]);
    } else {
      pass_shard<false>(shard, charges, options, partial_[shard]);
    }
  });
  PassTotals totals{.use = coupling_.zero()};
  for (const PassTotals& one : partial_) totals += one;
  if (options.stride <= 1) return totals;
  uint64_t seen = 0;
  for (uint64_t block = 0; block * options.stride < problem_.people(); ++block) {
    seen += block * options.stride + mix64(block) % options.stride < problem_.people() ? 1 : 0;
  }
  const double scale =
      static_cast<double>(problem_.people()) / static_cast<double>(std::max<uint64_t>(seen, 1));
  const auto enlarge = [scale](Use& use) {
    use.times *= scale;
    use.minutes *= scale;
    use.times_slope *= scale;
    use.minutes_slope *= scale;
  };
  for (Use& use : totals.use.items) enlarge(use);
  for (Use& use : totals.use.groups) enlarge(use);
  totals.value *= scale;
  totals.bound *= scale;
  totals.smoothed *= scale;
  totals.chosen *= scale;
  return totals;
}

double People::price_person(uint64_t person, const Charges& charges, Scratch& scratch) {
  const uint64_t begin = problem_.begins[person], end = problem_.begins[person + 1];
  const Charge own = charge_of(charges, person);
  const Budgets caps = budgets(person);
  Budgets found = prices(person);
  scratch.nets.clear();
  for (uint64_t p = begin; p < end; ++p) {
    const Charge& item = charges.items[problem_.items[p]];
    const float notifies = problem_.notifies.empty() ? 0.0F : static_cast<float>(problem_.notifies[p]);
    scratch.nets.push_back(problem_.values[p] - item.a_time - own.a_time -
                           problem_.costs[p] * (item.a_minute + own.a_minute) - found.slots -
                           notifies * found.notifications);
  }
  const std::span<const float> costs(problem_.costs.data() + begin, end - begin);
  found.minutes =
      problem_.minutes.empty() ? 0 : knapsack_price(scratch.nets, costs, caps.minutes, scratch.order);
  set_prices(person, found);
  double bound = paid(caps, found);
  for (size_t k = 0; k < costs.size(); ++k)
    bound += std::max(0.0F, scratch.nets[k] - found.minutes * costs[k]);
  return bound;
}

double People::price(const Charges& charges, const ParallelFor& parallel) {
  std::vector<double> bounds(shards_);
  each_shard(parallel, [&](uint64_t shard) {
    Scratch scratch;
    for (uint64_t i = shard_begin(shard); i < shard_begin(shard + 1); ++i)
      bounds[shard] += price_person(i, charges, scratch);
  });
  double bound = 0;
  for (const double one : bounds) bound += one;
  return bound;
}

}  // namespace heed::economy
