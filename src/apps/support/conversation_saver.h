#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "apps/support/conversations.h"
#include "base/error.h"
#include "store/conversation_store.h"

namespace heed::apps::support {

// A thread that keeps conversations in the store, as they are when it comes to them: those that were handed
// in meanwhile go in one transaction, each once. One that is not yet written stays in memory. Every function
// may be called from any thread, and waits for no disk but flush() and forget().
class ConversationSaver {
 public:
  using Done = std::function<void(const std::optional<Error>& problem)>;

  // `store` outlives it.
  explicit ConversationSaver(store::ConversationStore& store);
  // Writes what is pending.
  ~ConversationSaver();
  ConversationSaver(const ConversationSaver&) = delete;
  ConversationSaver& operator=(const ConversationSaver&) = delete;

  // `done` is called on the saver's thread once it is on the disk, or cannot be; it must not throw.
  void save(LiveConversationPointer conversation, Done done = nullptr);
  // Will not write it, nor is writing it, when this returns.
  void forget(const ConversationKey& key);
  // Returns when all that was handed in before is on the disk, or could not be written.
  void flush();

 private:
  struct Batch {
    std::map<ConversationKey, LiveConversationPointer> conversations{};
    std::vector<Done> done{};
    bool empty() const { return conversations.empty() && done.empty(); }
  };
  void run();
  void write(const Batch& batch);

  store::ConversationStore& store_;
  std::mutex mutex_;
  std::condition_variable changed_, written_;
  Batch pending_;
  bool writing_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace heed::apps::support
