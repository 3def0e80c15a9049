#include "economy/person_choice.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace heed::economy {
namespace {

constexpr uint32_t kLanes = 4;       // of sums, so that they need no order: one SSE vector
constexpr float kTolerance = 1e-6F;  // of a budget
constexpr float kNever = -1e30F;     // what pads a row is never chosen
constexpr double kFloat = 1e-7;      // what rounding may add to a budget's use
constexpr int kSteps = 40;

// GCC's and clang's vectors: one SSE or NEON register.
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

Lanes load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

float clip(float t) { return std::min(std::max(t, 0.0F), 1.0F); }

}  // namespace

void PersonChoice::begin(uint32_t pairs, float gamma) {
  padded_ = (pairs + kLanes - 1) / kLanes * kLanes;
  if (base_.size() < padded_) {
    for (auto* row : {&base_, &shifted_, &costs_, &notifies_, &centers_, &amounts_, &ones_})
      row->resize(padded_);
    std::fill(ones_.begin(), ones_.end(), 1.0F);
  }
  for (uint32_t p = pairs; p < padded_; ++p) {
    base_[p] = kNever;
    costs_[p] = notifies_[p] = 0;
  }
  count_ = 0;
  gamma_ = gamma;
}

void PersonChoice::shift(float slots, float notifications) {
  const float s = slots / gamma_, n = notifications / gamma_;
  for (uint32_t p = 0; p < padded_; ++p) shifted_[p] = base_[p] - s - n * notifies_[p];
}

PersonChoice::Sums PersonChoice::sums(const float* weights, float price) const {
  const float scaled = price / gamma_;
  Lanes use = {}, slope = {};
  const Lanes none = {}, one = none + 1.0F;
  for (uint32_t p = 0; p < padded_; p += kLanes) {
    const Lanes w = load(weights + p), t = load(shifted_.data() + p) - scaled * w;
    const Lanes above = t > none ? t : none;
    use += w * (above < one ? above : one);
    slope += (above < one) & (t > none) ? w * w : none;
  }
  return {.use = static_cast<double>((use[0] + use[1]) + (use[2] + use[3])),
          .slope = static_cast<double>((slope[0] + slope[1]) + (slope[2] + slope[3])) / gamma_};
}

// Where nothing is used any more.
float PersonChoice::price_of_nothing(const float* weights) const {
  float high = 0;
  for (uint32_t p = 0; p < count_; ++p) {
    if (weights[p] > 0) high = std::max(high, shifted_[p] * gamma_ / weights[p]);
  }
  return std::min(high, std::numeric_limits<float>::max());
}

// The price at which Newton's step from the next bend would land, where use does not move at `price`.
double PersonChoice::beyond_bend(const float* weights, float price, double over, double low,
                                 double high) const {
  double bend = over > 0 ? high : low, weight = 0;
  for (uint32_t p = 0; p < count_; ++p) {
    if (weights[p] <= 0) continue;
    const float edge = (over > 0 ? shifted_[p] - 1 : shifted_[p]) * gamma_ / weights[p];
    if (over > 0 ? edge >= price && edge < bend : edge <= price && edge > bend) {
      bend = edge;
      weight = weights[p];
    }
  }
  return weight > 0 ? bend + over * gamma_ / (weight * weight) : 0.5 * (low + high);
}

// The least price from 0 up at which the use of `weights` is within `budget`.
float PersonChoice::root(const float* weights, float budget, float start) const {
  if (!(budget < std::numeric_limits<float>::infinity())) return 0;
  const double slack = static_cast<double>(kTolerance) * budget;
  double low = -1, high = -1;  // use is above the budget at low, within it at high; -1: not known yet
  float price = start;
  for (int step = 0; step < kSteps; ++step) {
    const Sums at = sums(weights, price);
    const double over = at.use - budget;
    if (over > slack) {
      low = price;
    } else if (price <= 0 || over >= -slack) {
      return price;
    } else {
      high = price;
    }
    double next = at.slope > 0 ? price + over / at.slope : -1;
    if (over < 0 && low < 0 && next <= 0) {  // is it free?
      price = 0;
      continue;
    }
    if (at.slope <= 0 || (high < 0 && over > 0 && step > 1)) {
      if (high < 0) high = price_of_nothing(weights);
      if (at.slope <= 0) next = beyond_bend(weights, price, over, std::max(low, 0.0), high);
    }
    auto rounded = static_cast<float>(std::max(next, 0.0));
    if (high >= 0 && low >= 0 && !(rounded > low && rounded < high))
      rounded = static_cast<float>(0.5 * (low + high));
    if (rounded == price || rounded == low || rounded == high)
      return price;  // float ends; keep_within() cuts
    price = rounded;
  }
  return high >= 0 ? static_cast<float>(high) : price;
}

void PersonChoice::set_amounts(const float* weights, float price) {
  const float scaled = price / gamma_;
  for (uint32_t p = 0; p < padded_; ++p) amounts_[p] = clip(shifted_[p] - scaled * weights[p]);
}

double PersonChoice::total(const float* weights) const {
  double all = 0;
  for (uint32_t p = 0; p < count_; ++p) all += static_cast<double>(weights[p]) * amounts_[p];
  return all;
}

void PersonChoice::choose_minutes(const Budgets& budgets, Budgets& prices) {
  shift(prices.slots, prices.notifications);
  price_ = prices.minutes = root(costs_.data(), budgets.minutes, prices.minutes);
  set_amounts(costs_.data(), price_);
}

namespace {

// The root of `use(price) - budget`, which falls with price: the Illinois method.
template <class Use>
float falling_root(float start, float most, float budget, const Use& use) {
  float low = 0, high = most;
  double at_low = use(low) - budget, at_high = -static_cast<double>(budget);
  const double slack = static_cast<double>(kTolerance) * std::max(budget, 1.0F);
  if (at_low <= slack) return low;
  float price = start > low && start < high ? start : 0.5F * high;
  int side = 0;
  for (int step = 0; step < kSteps; ++step) {
    const double at = use(price) - budget;
    if (std::abs(at) <= slack) return price;
    if (at > 0) {
      low = price;
      at_low = at;
      if (side == 1) at_high /= 2;
      side = 1;
    } else {
      high = price;
      at_high = at;
      if (side == -1) at_low /= 2;
      side = -1;
    }
    const double next = at_high < at_low ? low + (high - low) * (at_low / (at_low - at_high)) : 0;
    price = static_cast<float>(next);
    if (!(price > low && price < high)) price = 0.5F * (low + high);
    if (price <= low || price >= high) break;
  }
  use(high);
  return high;
}

}  // namespace

void PersonChoice::choose_slots(const Budgets& budgets, Budgets& prices) {
  const float start = prices.slots;
  prices.slots = 0;
  choose_minutes(budgets, prices);
  if (total(ones_.data()) <= budgets.slots * (1 + kTolerance)) return;
  const Budgets before = prices;
  shift(0, prices.notifications);  // slots alone
  prices.slots = root(ones_.data(), budgets.slots, start);
  prices.minutes = 0;
  shift(prices.slots, prices.notifications);
  price_ = 0;
  set_amounts(costs_.data(), 0);
  if (total(costs_.data()) <= budgets.minutes * (1 + kTolerance)) return;
  const float most = prices.slots;  // with minutes free: more than is needed with them priced
  prices = before;
  prices.slots = falling_root(start, most, budgets.slots, [&](float slots) {
    prices.slots = slots;
    choose_minutes(budgets, prices);
    return total(ones_.data());
  });
  choose_minutes(budgets, prices);
}

void PersonChoice::choose(const Budgets& budgets, Budgets& prices) {
  const float start = prices.notifications;
  prices.notifications = 0;
  choose_slots(budgets, prices);
  if (total(notifies_.data()) > budgets.notifications * (1 + kTolerance)) {
    float most = 0;
    for (uint32_t p = 0; p < count_; ++p) {
      if (notifies_[p] > 0) most = std::max(most, base_[p] * gamma_);
    }
    prices.notifications = falling_root(start, most, budgets.notifications, [&](float notifications) {
      prices.notifications = notifications;
      choose_slots(budgets, prices);
      return total(notifies_.data());
    });
    choose_slots(budgets, prices);
  }
  keep_within(budgets);
}

// What float has left above a budget is taken from the pairs that use it.
void PersonChoice::keep_within(const Budgets& budgets) {
  const auto hold = [&](const std::vector<float>& weights, float budget) {
    if (!(budget < std::numeric_limits<float>::infinity())) return;
    const double used = total(weights.data());
    if (used <= budget * (1 - kFloat)) return;
    const auto keep = static_cast<float>(budget * (1 - 2 * kFloat) / used);
    for (uint32_t p = 0; p < count_; ++p) {
      if (weights[p] > 0) amounts_[p] *= keep;
    }
  };
  hold(costs_, budgets.minutes);
  hold(ones_, budgets.slots);
  hold(notifies_, budgets.notifications);
}

float knapsack_price(std::span<const float> nets, std::span<const float> costs, float minutes,
                     std::vector<uint32_t>& order) {
  order.clear();
  double wanted = 0;
  for (uint32_t p = 0; p < nets.size(); ++p) {
    if (nets[p] > 0 && costs[p] > 0) {
      order.push_back(p);
      wanted += costs[p];
    }
  }
  if (wanted <= minutes) return 0;
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return nets[a] * costs[b] > nets[b] * costs[a]; });
  double used = 0;
  for (const uint32_t p : order) {
    used += costs[p];
    if (used > minutes) return nets[p] / costs[p];
  }
  return 0;
}

}  // namespace heed::economy
