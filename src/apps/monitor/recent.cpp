#include "apps/monitor/recent.h"

namespace heed::apps::monitor {

const RecentMessage& RecentMessages::add(Understood message, int64_t latest_us) {
  forget(latest_us);
  const uint64_t number = next_++;
  const auto same = voices_.find(message.message.text);
  const uint64_t cluster = same.value_or(number);
  if (!same) voices_.add(number, message.message.text);
  ++sizes_[cluster];
  messages_.push_back(
      {.understood = std::move(message), .number = number, .cluster = cluster, .is_voice = !same});
  return messages_.back();
}

// In the order in which they came: one whose time is later than its neighbours' may stay with those before
// it.
void RecentMessages::forget(int64_t latest_us) {
  while (!messages_.empty() &&
         (messages_.size() >= options_.most ||
          messages_.front().understood.message.ts_us < latest_us - options_.window_us)) {
    const auto size = sizes_.find(messages_.front().cluster);
    if (--size->second == 0) sizes_.erase(size);
    messages_.pop_front();
  }
  voices_.forget_before(first());
}

void RecentMessages::restore(RecentMessage message) {
  if (message.is_voice) voices_.add(message.number, message.understood.message.text);
  ++sizes_[message.cluster];
  next_ = message.number + 1;
  messages_.push_back(std::move(message));
}

void RecentMessages::for_each(int64_t begin_us, int64_t end_us,
                              const std::function<void(const RecentMessage&)>& see) const {
  for (const RecentMessage& message : messages_) {
    const int64_t ts = message.understood.message.ts_us;
    if (ts >= begin_us && ts < end_us) see(message);
  }
}

int64_t RecentMessages::size_of(uint64_t cluster) const {
  const auto found = sizes_.find(cluster);
  return found == sizes_.end() ? 0 : found->second;
}

}  // namespace heed::apps::monitor
