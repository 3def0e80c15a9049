#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "apps/support/conversation.h"

namespace heed::apps::support {

// Whose conversation, and which. A conversation is reached by both together and by nothing else.
struct ConversationKey {
  std::string tenant{}, id{};
  auto operator<=>(const ConversationKey&) const = default;
};

// One conversation in memory. Its messages are answered one after another, in the order in which they came;
// what it holds is read and written under its lock, for moments alone.
class LiveConversation {
 public:
  explicit LiveConversation(Conversation conversation) : conversation_(std::move(conversation)) {}

  template <class Use>
  auto with(const Use& use) {
    const std::lock_guard lock(mutex_);
    return use(conversation_);
  }

 private:
  friend class TurnOrder;
  std::mutex mutex_;  // of what follows
  Conversation conversation_;
  bool busy_ = false;
  std::deque<std::function<void()>> waiting_;
};
using LiveConversationPointer = std::shared_ptr<LiveConversation>;

// While it lives, no other message of the conversation is answered; then the next begins, on the thread that
// lets it go.
class TurnOrder {
 public:
  using Pass = std::shared_ptr<TurnOrder>;

  // Calls `begin` with a pass now, or when those before have let go of theirs; it must not throw. Throws
  // overloaded where `most` messages of this conversation wait already.
  static void enter(const LiveConversationPointer& conversation, size_t most,
                    std::function<void(Pass)> begin);

  explicit TurnOrder(LiveConversationPointer conversation) : conversation_(std::move(conversation)) {}
  ~TurnOrder();
  TurnOrder(const TurnOrder&) = delete;
  TurnOrder& operator=(const TurnOrder&) = delete;

 private:
  LiveConversationPointer conversation_;
};

// The conversations in memory, bounded: those that were used longest ago leave, to be read again from the
// store. Thread-safe; nothing waits.
class Conversations {
 public:
  using Clock = std::chrono::steady_clock;

  struct Limits {
    size_t most = 10'000;
    std::chrono::seconds idle = std::chrono::hours(24);
  };
  explicit Conversations(const Limits& limits) : limits_(limits) {}

  // 128 random bits of the system: a conversation's id is what keeps it from others.
  static std::string new_id();

  // Null where it is not in memory.
  LiveConversationPointer find(const ConversationKey& key);
  // Adds one, or gives the one that is there already by this key.
  LiveConversationPointer add(Conversation conversation);
  // Forgets one; who holds it keeps it.
  void drop(const ConversationKey& key);
  // Drops those that nobody has used for Limits::idle; how many.
  size_t expire(Clock::time_point now = Clock::now());
  size_t size() const;

 private:
  struct Entry {
    LiveConversationPointer conversation{};
    Clock::time_point used{};
  };
  size_t drop_older(Clock::time_point limit);
  void make_room();

  const Limits limits_;
  mutable std::mutex mutex_;
  std::map<ConversationKey, Entry> entries_;
};

}  // namespace heed::apps::support
