#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>

#include "apps/monitor/reading.h"
#include "data/minhash.h"

// The messages of the last while: which of them say the same, and what an alert quotes.
namespace heed::apps::monitor {

struct RecentMessage {
  Understood understood{};
  uint64_t number = 0;   // 1, 2, 3 … in the order in which they came
  uint64_t cluster = 0;  // number of the first message that says the same
  bool is_voice = true;  // the first to say it
};

// Remembers messages of the last `window_us` before the latest time, at most `most` of them. Near-duplicates
// are those of data/minhash.h. Not thread-safe.
class RecentMessages {
 public:
  struct Options {
    int64_t window_us = int64_t{24} * 3600 * 1'000'000;
    size_t most = 50'000;
  };
  explicit RecentMessages(const Options& options) : options_(options) {}

  // Whether it is a voice, and its cluster; from now on it is remembered. `latest_us`: the event clock's.
  const RecentMessage& add(Understood message, int64_t latest_us);

  // What add() made of a message before a restart. Those of first() and behind, in their order.
  void restore(RecentMessage message);
  uint64_t first() const { return messages_.empty() ? next_ : messages_.front().number; }
  uint64_t next() const { return next_; }
  // For a memory without messages: the number of the next.
  void restart_at(uint64_t next) { next_ = next; }

  // The messages with begin <= ts < end, in the order in which they came.
  void for_each(int64_t begin_us, int64_t end_us, const std::function<void(const RecentMessage&)>& see) const;
  // How many messages of the window say what that cluster says, the first included.
  int64_t size_of(uint64_t cluster) const;
  size_t size() const { return messages_.size(); }

 private:
  void forget(int64_t latest_us);

  Options options_;
  uint64_t next_ = 1;  // number of the next message
  std::deque<RecentMessage> messages_;
  std::unordered_map<uint64_t, int64_t> sizes_;  // by cluster
  data::NearDuplicateMemory voices_;
};

}  // namespace heed::apps::monitor
