#include "apps/support/conversations.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "store/event.h"

namespace heed::apps::support {

void TurnOrder::enter(const LiveConversationPointer& conversation, size_t most,
                      std::function<void(Pass)> begin) {
  {
    const std::lock_guard lock(conversation->mutex_);
    if (conversation->busy_) {
      if (conversation->waiting_.size() >= most) {
        throw Error(
            ErrorCode::overloaded,
            fmt::format("conversation: expected at most {} messages that wait for an answer, found more; "
                        "wait for the answers",
                        most));
      }
      // The pass is made when its turn comes, so that the line holds no conversation by itself.
      conversation->waiting_.push_back([weak = std::weak_ptr(conversation), begin = std::move(begin)] {
        if (auto alive = weak.lock()) begin(std::make_shared<TurnOrder>(std::move(alive)));
      });
      return;
    }
    conversation->busy_ = true;
  }
  begin(std::make_shared<TurnOrder>(conversation));
}

TurnOrder::~TurnOrder() {
  std::function<void()> next;
  {
    const std::lock_guard lock(conversation_->mutex_);
    if (conversation_->waiting_.empty()) {
      conversation_->busy_ = false;
      return;
    }
    next = std::move(conversation_->waiting_.front());
    conversation_->waiting_.pop_front();
  }
  next();
}

std::string Conversations::new_id() { return store::new_event_id(); }

LiveConversationPointer Conversations::find(const ConversationKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  found->second.used = Clock::now();
  return found->second.conversation;
}

LiveConversationPointer Conversations::add(Conversation conversation) {
  ConversationKey key{conversation.tenant, conversation.id};
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found != entries_.end()) return found->second.conversation;
  if (entries_.size() >= limits_.most) make_room();
  auto live = std::make_shared<LiveConversation>(std::move(conversation));
  entries_[std::move(key)] = {live, Clock::now()};
  return live;
}

void Conversations::drop(const ConversationKey& key) {
  const std::lock_guard lock(mutex_);
  entries_.erase(key);
}

// One that somebody holds stays: two copies of a conversation would lose each other's turns.
size_t Conversations::drop_older(Clock::time_point limit) {
  return std::erase_if(entries_, [&](const auto& entry) {
    return entry.second.used <= limit && entry.second.conversation.use_count() == 1;
  });
}

// A tenth at once, so that looking through all of them is paid for by many.
void Conversations::make_room() {
  std::vector<Clock::time_point> times;
  for (const auto& [key, entry] : entries_) times.push_back(entry.used);
  const auto place = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 10);
  std::ranges::nth_element(times, place);
  drop_older(*place);
  if (entries_.size() < limits_.most) return;
  throw Error(ErrorCode::overloaded,
              fmt::format("conversations: expected at most {} at once, found more; ask again in a moment",
                          limits_.most));
}

size_t Conversations::expire(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  return drop_older(now - limits_.idle);
}

size_t Conversations::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace heed::apps::support
