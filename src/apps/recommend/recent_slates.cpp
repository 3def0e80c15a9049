#include "apps/recommend/recent_slates.h"

#include <algorithm>

namespace heed::apps::recommend {

void RecentSlates::add(const std::string& person, const std::string& decision,
                       const std::vector<int32_t>& items) {
  const std::lock_guard lock(mutex_);
  auto at = people_.find(person);
  if (at == people_.end()) {
    if (people_.size() >= most_ && !order_.empty()) {
      people_.erase(order_.back());
      order_.pop_back();
    }
    order_.push_front(person);
    at = people_.try_emplace(person, Person{.slates = {}, .place = order_.begin()}).first;
  } else {
    order_.splice(order_.begin(), order_, at->second.place);
  }
  at->second.slates.push_front({.decision = decision, .items = items});
  if (at->second.slates.size() > kSlates) at->second.slates.pop_back();
}

std::string RecentSlates::decision_of(const std::string& person, int32_t item) const {
  const std::lock_guard lock(mutex_);
  const auto at = people_.find(person);
  if (at == people_.end()) return "";
  for (const Shown& shown : at->second.slates) {
    if (std::ranges::find(shown.items, item) != shown.items.end()) return shown.decision;
  }
  return "";
}

std::unordered_map<int32_t, int64_t> RecentSlates::times_shown(const std::string& person) const {
  const std::lock_guard lock(mutex_);
  std::unordered_map<int32_t, int64_t> times;
  const auto at = people_.find(person);
  if (at == people_.end()) return times;
  for (const Shown& shown : at->second.slates) {
    for (const int32_t item : shown.items) ++times[item];
  }
  return times;
}

void RecentSlates::forget(const std::string& person) {
  const std::lock_guard lock(mutex_);
  const auto at = people_.find(person);
  if (at == people_.end()) return;
  order_.erase(at->second.place);
  people_.erase(at);
}

}  // namespace heed::apps::recommend
