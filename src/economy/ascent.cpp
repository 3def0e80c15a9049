#include "economy/ascent.h"

#include <algorithm>
#include <cmath>

namespace heed::economy {
namespace {

constexpr double kMostDamping = 64, kMostBrake = 1e6;
constexpr double kRise = 1e-4;        // of the smoothed bound: more than momentum may cost
constexpr double kLeastSlope = 0.05;  // of what evenly spread values would give

double floor_of(const Limit& limit) { return limit.at_least > 0 ? limit.at_least : -kUnlimited; }

}  // namespace

PriceAscent::PriceAscent(const Problem& problem, const Coupling& coupling, AscentScale scale,
                         std::vector<double> prices)
    : problem_(problem),
      coupling_(coupling),
      scale_(scale),
      prices_(std::move(prices)),
      before_(prices_),
      at_(prices_),
      damping_(prices_.size(), 1),
      last_move_(prices_.size(), 0) {}

double PriceAscent::limit_term() const {
  double all = 0;
  for (size_t r = 0; r < at_.size(); ++r) {
    if (at_[r] > 0) all += at_[r] * problem_.limits[r].at_most;
    if (at_[r] < 0) all += at_[r] * problem_.limits[r].at_least;
  }
  return all;
}

void PriceAscent::restart() {
  before_ = at_ = prices_;
  momentum_ = 0;
  has_last_ = false;
  std::ranges::fill(last_move_, 0);
}

void PriceAscent::extrapolate() {
  const double by = momentum_ / (momentum_ + 3.0);
  ++momentum_;
  for (size_t r = 0; r < at_.size(); ++r) {
    at_[r] = prices_[r] + by * (prices_[r] - before_[r]);
    if (problem_.limits[r].at_least <= 0) at_[r] = std::max(at_[r], 0.0);
    if (!std::isfinite(problem_.limits[r].at_most)) at_[r] = std::min(at_[r], 0.0);
  }
}

Residual PriceAscent::measure(const PassTotals& totals) {
  Residual residual;
  const double worth = std::abs(totals.value) / std::max(totals.chosen, 1e-12);  // of a time
  for (size_t r = 0; r < at_.size(); ++r) {
    const Limit& limit = problem_.limits[r];
    const double used = coupling_.use(totals.use, r), least = floor_of(limit), most = limit.at_most;
    const double a = limit.unit == LimitUnit::times ? 1 : scale_.minutes;  // of a pair
    residual.over += worth / a * (std::max(0.0, used - most) + std::max(0.0, least - used));
    if (at_[r] > 0) residual.slack += at_[r] * std::max(0.0, most - used);
    if (at_[r] < 0) residual.slack -= at_[r] * std::max(0.0, used - least);
  }
  return residual;
}

void PriceAscent::move(const Point& from) {
  before_ = prices_;
  double uphill = 0;
  for (size_t r = 0; r < at_.size(); ++r) {
    const Limit& limit = problem_.limits[r];
    const double a = limit.unit == LimitUnit::times ? 1 : scale_.minutes;
    const double even = kLeastSlope * a * scale_.counts[r] / scale_.value;
    if (!(even > 0)) {  // no pair is under it
      prices_[r] = 0;
      continue;
    }
    const double slope = brake_ * damping_[r] * std::max(coupling_.most_limits() * from.slope[r], even);
    const double moved =
        slope * from.at[r] + from.use[r];  // price times slope, before the limit is taken off
    const double most = limit.at_most, least = floor_of(limit);
    prices_[r] = moved > most ? (moved - most) / slope : moved < least ? (moved - least) / slope : 0;
    const double step = prices_[r] - from.at[r];
    if (step * last_move_[r] < 0) {
      damping_[r] = std::min(kMostDamping, damping_[r] * 1.4);
    } else if (step != 0) {
      damping_[r] = std::max(1.0, damping_[r] * 0.93);
    }
    last_move_[r] = step;
    uphill += slope * (from.at[r] - prices_[r]) * (prices_[r] - before_[r]);
  }
  if (uphill > 0) momentum_ = 0;
}

Residual PriceAscent::step(const PassTotals& totals, double smoothed) {
  const Residual residual = measure(totals);
  if (has_last_ && smoothed > last_.smoothed + kRise * std::abs(last_.smoothed) && brake_ < kMostBrake) {
    brake_ *= 4;
    momentum_ = 0;
    prices_ = last_.at;
    move(last_);
    at_ = prices_;
    return residual;
  }
  if (has_last_ && smoothed > last_.smoothed) momentum_ = 0;
  brake_ = std::max(least_brake_, brake_ * 0.7);
  has_last_ = true;
  last_.at = at_;
  last_.smoothed = smoothed;
  last_.use.resize(at_.size());
  last_.slope.resize(at_.size());
  for (size_t r = 0; r < at_.size(); ++r) {
    last_.use[r] = coupling_.use(totals.use, r);
    last_.slope[r] = coupling_.slope(totals.use, r);
  }
  move(last_);
  extrapolate();
  return residual;
}

}  // namespace heed::economy
