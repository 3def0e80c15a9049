#include "apps/monitor/baseline.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace heed::apps::monitor {
namespace {

constexpr double kLeastExpected = 0.02;  // of a bucket: one message in fifty buckets
constexpr double kLeastDispersion = 0.0, kMostDispersion = 4.0;
constexpr double kSpreadStep = 0.02;

double decay_of(double half_life_days, double bucket_hours) {
  return std::exp2(-bucket_hours / (24 * half_life_days));
}

int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

Season season_of(int64_t ts_us) {
  const int64_t hours = floor_divide(ts_us, kHourUs);
  const int64_t days = floor_divide(hours, 24);
  // 1970-01-01 was a Thursday.
  return {.hour = static_cast<int>(hours - 24 * days), .day = static_cast<int>(((days + 3) % 7 + 7) % 7)};
}

Baseline::Baseline(double bucket_hours, const BaselineOptions& options)
    : options_(options), bucket_hours_(bucket_hours), decay_(decay_of(options.half_life_days, bucket_hours)) {
  prior_hours_.fill(1.0);
  prior_days_.fill(1.0);
}

void Baseline::start_from(const Baseline& other) {
  for (size_t i = 0; i < hours_.size(); ++i)
    prior_hours_[i] = other.factor(other.hours_[i], other.prior_hours_[i]);
  for (size_t i = 0; i < days_.size(); ++i)
    prior_days_[i] = other.factor(other.days_[i], other.prior_days_[i]);
  prior_dispersion_ = other.excess_weight_ > 0
                          ? (other.excess_ + other.prior_dispersion_) / (other.excess_weight_ + 1)
                          : other.prior_dispersion_;
}

// In messages, so that a factor of many messages moves slowly and one of few leans on its prior.
double Baseline::factor(const Sum& sum, double prior) const {
  const double strength = std::max(level() * options_.prior_days * 24 / bucket_hours_ / 24, 1.0);
  return (sum.counted + strength * prior) / (sum.expected + strength);
}

double Baseline::level() const {
  constexpr double kStart = 0.5;  // buckets that a first guess of one message counts as
  return (level_.counted + kStart) / (level_.expected + kStart);
}

double Baseline::expected(int64_t ts_us) const {
  const Season season = season_of(ts_us);
  const auto hour = static_cast<size_t>(season.hour), day = static_cast<size_t>(season.day);
  return std::max(kLeastExpected,
                  level() * factor(hours_[hour], prior_hours_[hour]) * factor(days_[day], prior_days_[day]));
}

double Baseline::variance(int64_t ts_us) const {
  const double mean = expected(ts_us);
  const double weight = 20;  // buckets that the prior counts as
  const double dispersion = (excess_ + weight * prior_dispersion_) / (excess_weight_ + weight);
  return mean + std::clamp(dispersion, kLeastDispersion, kMostDispersion) * mean * mean;
}

double Baseline::residual(int64_t ts_us, double count) const {
  const double mean = expected(ts_us);
  const double root = 2 * (std::sqrt(count + 0.375) - std::sqrt(mean + 0.375));
  return root / std::sqrt(variance(ts_us) / mean);
}

void Baseline::learn(int64_t ts_us, double count) {
  const Season season = season_of(ts_us);
  Sum& hour = hours_[static_cast<size_t>(season.hour)];
  Sum& day = days_[static_cast<size_t>(season.day)];
  const double mean = expected(ts_us), deviation = std::sqrt(variance(ts_us));
  // In its first days a series has no usual that a count could be above.
  const bool is_settled = seen_ * bucket_hours_ >= 24 * options_.prior_days;
  const double learned = is_settled ? std::min(count, mean + options_.clip * deviation) : count;
  const double at_level = level();
  const double hour_factor = factor(hour, prior_hours_[static_cast<size_t>(season.hour)]);
  const double day_factor = factor(day, prior_days_[static_cast<size_t>(season.day)]);
  const auto add = [&](Sum& sum, double decay, double counted, double expected) {
    sum.counted = sum.counted * decay + counted;
    sum.expected = sum.expected * decay + expected;
  };
  add(hour, std::pow(decay_, 24 / std::max(bucket_hours_, 1.0)), learned, at_level * day_factor);
  add(day, std::pow(decay_, 7), learned, at_level * hour_factor);
  add(level_, decay_, learned, hour_factor * day_factor);
  if (is_settled) {
    // Weighted by the mean, for the square of a count near 0 says little about dispersion.
    const double weight = std::min(mean, 5.0) / 5;
    excess_ = excess_ * decay_ + weight * ((learned - mean) * (learned - mean) - mean) / (mean * mean);
    excess_weight_ = excess_weight_ * decay_ + weight;
  }
  seen_ = seen_ * decay_ + 1;
}

ShareBaseline::ShareBaseline(double bucket_hours, const BaselineOptions& options)
    : options_(options), decay_(decay_of(options.half_life_days, bucket_hours)) {}

void ShareBaseline::start_from(const ShareBaseline& other) {
  prior_share_ = other.expected();
  spread_ = other.spread_;
}

double ShareBaseline::expected() const {
  return (negative_ + prior_share_ * prior_count_) / (count_ + prior_count_);
}

double ShareBaseline::residual(double negative, double count) const {
  if (count <= 0) return 0.0;
  const double share = std::clamp(expected(), 0.01, 0.99);
  return (negative - count * share) / std::sqrt(count * share * (1 - share) * std::max(spread_, 1.0) + 0.25);
}

void ShareBaseline::learn(double negative, double count) {
  if (count <= 0) return;
  const double deviations = residual(negative, count);
  const double share = std::clamp(expected(), 0.01, 0.99);
  const double most =
      count * share + options_.clip * std::sqrt(count * share * (1 - share) * std::max(spread_, 1.0) + 0.25);
  negative_ = negative_ * decay_ + std::min(negative, most);
  count_ = count_ * decay_ + count;
  const double square =
      std::min(deviations * deviations, options_.clip * options_.clip) * std::max(spread_, 1.0);
  spread_ += kSpreadStep * (square - spread_);
}

}  // namespace heed::apps::monitor
