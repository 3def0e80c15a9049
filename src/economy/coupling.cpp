#include "economy/coupling.h"

#include <algorithm>

namespace heed::economy {
namespace {

uint32_t count_of(const std::vector<uint32_t>& indices) {
  uint32_t count = 0;
  for (const uint32_t index : indices) {
    if (index != kNone) count = std::max(count, index + 1);
  }
  return count;
}

}  // namespace

void UseTotals::operator+=(const UseTotals& other) {
  for (size_t j = 0; j < items.size(); ++j) items[j] += other.items[j];
  for (size_t g = 0; g < groups.size(); ++g) groups[g] += other.groups[g];
}

Coupling::Coupling(const Problem& problem) : problem_(problem), by_item_(problem.item_count) {
  for (uint64_t i = 0; i < problem.people() && !any_repetition_; ++i) {
    for (uint64_t p = problem.begins[i] + 1; p < problem.begins[i + 1]; ++p)
      any_repetition_ |= problem.items[p] == problem.items[p - 1];
  }
  uint32_t sources = count_of(problem.sources), groups = count_of(problem.groups);
  bool any_group = false;
  for (const Limit& limit : problem.limits) {
    any_minutes_ |= limit.unit == LimitUnit::minutes;
    any_group |= limit.of == LimitOf::group;
    if (limit.of == LimitOf::source) sources = std::max(sources, limit.index + 1);
    if (limit.of == LimitOf::group) groups = std::max(groups, limit.index + 1);
  }
  groups_ = any_group ? groups : 0;
  by_group_.resize(groups_);
  items_of_source_.resize(sources);
  for (uint32_t j = 0; j < problem.sources.size(); ++j) {
    if (problem.sources[j] != kNone) items_of_source_[problem.sources[j]].push_back(j);
  }
  for (uint32_t r = 0; r < problem.limits.size(); ++r) {
    const Limit& limit = problem.limits[r];
    if (limit.of == LimitOf::item) by_item_[limit.index].push_back(r);
    if (limit.of == LimitOf::group) by_group_[limit.index].push_back(r);
    if (limit.of == LimitOf::source) {
      for (const uint32_t j : items_of_source_[limit.index]) by_item_[j].push_back(r);
    }
  }
  size_t item_most = 0, group_most = 0;
  for (const auto& limits : by_item_) item_most = std::max(item_most, limits.size());
  for (const auto& limits : by_group_) group_most = std::max(group_most, limits.size());
  most_limits_ = static_cast<double>(std::max<size_t>(item_most + group_most, 1));
}

Charges Coupling::charges(std::span<const double> prices) const {
  Charges charges{.items = std::vector<Charge>(problem_.item_count), .groups = std::vector<Charge>(groups_)};
  const auto add = [&](Charge& charge, uint32_t limit) {
    float& one = problem_.limits[limit].unit == LimitUnit::times ? charge.a_time : charge.a_minute;
    one += static_cast<float>(prices[limit]);
  };
  for (uint32_t j = 0; j < problem_.item_count; ++j) {
    for (const uint32_t r : by_item_[j]) add(charges.items[j], r);
  }
  for (uint32_t g = 0; g < groups_; ++g) {
    for (const uint32_t r : by_group_[g]) add(charges.groups[g], r);
  }
  return charges;
}

UseTotals Coupling::zero() const {
  return {.items = std::vector<Use>(problem_.item_count), .groups = std::vector<Use>(groups_)};
}

template <class Get>
double Coupling::sum(const UseTotals& totals, size_t limit, const Get& get) const {
  const Limit& one = problem_.limits[limit];
  if (one.of == LimitOf::item) return get(totals.items[one.index]);
  if (one.of == LimitOf::group) return get(totals.groups[one.index]);
  double all = 0;
  for (const uint32_t j : items_of_source_[one.index]) all += get(totals.items[j]);
  return all;
}

double Coupling::use(const UseTotals& totals, size_t limit) const {
  const bool times = problem_.limits[limit].unit == LimitUnit::times;
  return sum(totals, limit, [times](const Use& use) { return times ? use.times : use.minutes; });
}

double Coupling::slope(const UseTotals& totals, size_t limit) const {
  const bool times = problem_.limits[limit].unit == LimitUnit::times;
  return sum(totals, limit, [times](const Use& use) { return times ? use.times_slope : use.minutes_slope; });
}

}  // namespace heed::economy
