#include "apps/support/queue.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"

namespace heed::apps::support {
namespace {

[[noreturn]] void refuse(size_t most, const std::string& whose) {
  throw Error(
      ErrorCode::overloaded,
      fmt::format("hand-over queue: expected at most {} conversations{} that wait for a person, found as "
                  "many; take some, or ask again in a moment",
                  most, whose));
}

}  // namespace

int64_t HandoverQueue::rank(const Entry& entry) const {
  const double head_start = entry.priority == Priority::urgent ? options_.urgent_seconds : 0.0;
  return entry.since_us - static_cast<int64_t>(1e6 * head_start);
}

void HandoverQueue::insert(Tenant& tenant, Entry entry) const {
  const auto place = std::ranges::upper_bound(tenant.waiting, rank(entry), {},
                                              [&](const Entry& each) { return rank(each); });
  tenant.waiting.insert(place, std::move(entry));
}

size_t HandoverQueue::count() const {
  size_t waiting = 0;
  for (const auto& [name, tenant] : tenants_) waiting += tenant.waiting.size();
  return waiting;
}

void HandoverQueue::add(Entry entry) {
  const std::lock_guard lock(mutex_);
  const auto known = tenants_.find(entry.key.tenant);
  if (known != tenants_.end()) {
    std::deque<Entry>& waiting = known->second.waiting;
    const auto same = std::ranges::find(waiting, entry.key, &Entry::key);
    if (same != waiting.end()) {
      if (entry.priority == same->priority || entry.priority == Priority::normal) return;
      entry.since_us = same->since_us;
      waiting.erase(same);
      return insert(known->second, std::move(entry));
    }
    if (waiting.size() >= options_.most_a_tenant) refuse(options_.most_a_tenant, " of a tenant");
  }
  if (count() >= options_.most) refuse(options_.most, "");
  Tenant& tenant = tenants_[entry.key.tenant];
  // Who comes back has not saved up what it did not ask for meanwhile.
  if (tenant.waiting.empty()) tenant.served = std::max(tenant.served, clock_);
  insert(tenant, std::move(entry));
}

// One that waits no more is remembered only as long as it is ahead of the others.
void HandoverQueue::forget_idle(Tenants& tenants, double clock) {
  std::erase_if(tenants,
                [&](const auto& each) { return each.second.waiting.empty() && each.second.served <= clock; });
}

std::optional<HandoverQueue::Entry> HandoverQueue::take_from(Tenants& tenants, double& clock) const {
  auto best = tenants.end();
  for (auto tenant = tenants.begin(); tenant != tenants.end(); ++tenant) {
    if (tenant->second.waiting.empty()) continue;
    const auto order = [&](const Tenant& each) { return std::pair(each.served, rank(each.waiting.front())); };
    if (best == tenants.end() || order(tenant->second) < order(best->second)) best = tenant;
  }
  if (best == tenants.end()) return std::nullopt;
  Entry entry = std::move(best->second.waiting.front());
  best->second.waiting.pop_front();
  clock = best->second.served;
  best->second.served += 1.0;
  forget_idle(tenants, clock);
  return entry;
}

std::optional<HandoverQueue::Entry> HandoverQueue::take() {
  const std::lock_guard lock(mutex_);
  return take_from(tenants_, clock_);
}

bool HandoverQueue::erase(const ConversationKey& key, bool served) {
  const std::lock_guard lock(mutex_);
  const auto tenant = tenants_.find(key.tenant);
  if (tenant == tenants_.end()) return false;
  const auto is_it = [&](const Entry& entry) { return entry.key == key; };
  if (std::erase_if(tenant->second.waiting, is_it) == 0) return false;
  if (served) tenant->second.served += 1.0;
  forget_idle(tenants_, clock_);
  return true;
}

bool HandoverQueue::take(const ConversationKey& key) { return erase(key, true); }

bool HandoverQueue::remove(const ConversationKey& key) { return erase(key, false); }

std::vector<HandoverQueue::Entry> HandoverQueue::in_order() const {
  const std::lock_guard lock(mutex_);
  Tenants tenants = tenants_;
  double clock = clock_;
  std::vector<Entry> order;
  while (auto entry = take_from(tenants, clock)) order.push_back(std::move(*entry));
  return order;
}

std::optional<size_t> HandoverQueue::position(const ConversationKey& key) const {
  const std::vector<Entry> order = in_order();
  const auto found = std::ranges::find(order, key, &Entry::key);
  if (found == order.end()) return std::nullopt;
  return static_cast<size_t>(found - order.begin());
}

size_t HandoverQueue::size() const {
  const std::lock_guard lock(mutex_);
  return count();
}

}  // namespace heed::apps::support
