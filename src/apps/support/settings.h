#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/support/conversation.h"
#include "apps/support/conversations.h"
#include "apps/support/engine.h"
#include "apps/support/queue.h"
#include "base/settings.h"

namespace heed::apps::support {

// What [apps.support] of heed.toml holds, with its defaults. add_settings() says what each means.
struct SupportSettings {
  std::string model{};
  int64_t max_conversations = 10'000;
  int64_t idle_minutes = 24 * 60;
  int64_t max_turns = 200;
  int64_t max_conversation_bytes = 256 << 10;
  int64_t max_unanswered = 8;
  int64_t max_waiting = 1'000;
  int64_t max_waiting_a_tenant = 500;
  double urgent_minutes = 10.0;
  double agent_minutes = 5.0;
  int64_t max_characters = 4'000;
  double min_passage_confidence = 0.0;
  std::vector<std::string> person_intents = EngineOptions{}.person_intents;
  std::string chatwoot_url{};
  std::string chatwoot_token_file{};
  std::string chatwoot_secret_file{};
  std::string chatwoot_signature_file{};

  EngineOptions engine() const;
  QueueOptions queue() const;
  Conversations::Limits memory() const;
  ConversationLimits conversation() const;
};

// `prefix`: "apps.support.".
void add_settings(Settings& keys, const std::string& prefix, SupportSettings& settings);

}  // namespace heed::apps::support
