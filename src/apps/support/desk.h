#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "apps/route.h"
#include "apps/support/conversation_saver.h"
#include "apps/support/conversations.h"
#include "apps/support/queue.h"
#include "apps/support/settings.h"
#include "apps/support/support_model.h"

namespace heed::apps::support {

// What all exchanges of one server share: models, conversations, those that wait, and where they are kept.
class Desk {
 public:
  // `services` outlives it. Reads the conversations that wait from the store.
  Desk(const SupportSettings& settings, Services& services);
  // Writes what is not yet kept.
  ~Desk();

  const SupportSettings& settings() const { return settings_; }
  Services& services() { return services_; }
  Conversations& conversations() { return conversations_; }
  HandoverQueue& queue() { return queue_; }
  ConversationSaver& saver() { return saver_; }
  store::ConversationStore& store() { return store_; }

  // The model that a request means: by its name, else the settings', else the only one.
  std::shared_ptr<const infer::LiveModel> model(const std::string& name);
  // In memory, or null.
  SupportModelPointer loaded(const infer::LiveModel& model) { return models_.find(model); }
  LiveConversationPointer in_memory(const ConversationKey& key) { return conversations_.find(key); }
  // These two may read the disk. A conversation that is nowhere throws not_found.
  SupportModelPointer load(std::shared_ptr<const infer::LiveModel> model);
  LiveConversationPointer load(const ConversationKey& key);
  // The same, and a new one by this id where there is none.
  LiveConversationPointer load_or_begin(const ConversationKey& key);

  // Deletes it in memory and in the store.
  void forget(const ConversationKey& key);

  // Counts, since the start.
  std::atomic<int64_t> actions[4] = {};
  std::atomic<int64_t> corrections{0}, refused{0};

 private:
  const SupportSettings settings_;
  Services& services_;
  SupportModels models_;
  Conversations conversations_;
  HandoverQueue queue_;
  store::ConversationStore store_;
  ConversationSaver saver_;
};

// The desk, once the server has started. What routes are only described with has none.
using DeskPointer = std::shared_ptr<std::unique_ptr<Desk>>;

}  // namespace heed::apps::support
