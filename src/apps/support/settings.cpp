#include "apps/support/settings.h"

namespace heed::apps::support {

void add_settings(Settings& keys, const std::string& prefix, SupportSettings& s) {
  const auto key = [&](const char* name) { return prefix + name; };
  keys.add(key("model"), &s.model,
           "Support model that answers where a request names none; empty: the one model that classifies");
  keys.add(key("max_conversations"), &s.max_conversations,
           "Conversations in memory; others are read again from the event log's database", 1, 1 << 24);
  keys.add(key("idle_minutes"), &s.idle_minutes, "After which a conversation leaves the memory", 1,
           60 * 24 * 365);
  keys.add(key("max_turns"), &s.max_turns, "Turns kept of a conversation: the first and the latest", 2,
           100'000);
  keys.add(key("max_conversation_bytes"), &s.max_conversation_bytes, "Bytes kept of a conversation, about",
           1024, 4 << 20);
  keys.add(key("max_unanswered"), &s.max_unanswered,
           "Messages of one conversation that wait for an answer; more are answered 429", 0, 10'000);
  keys.add(key("max_waiting"), &s.max_waiting, "Conversations that wait for a person; more are answered 429",
           1, 1 << 20);
  keys.add(key("max_waiting_a_tenant"), &s.max_waiting_a_tenant, "Of them, of one tenant", 1, 1 << 20);
  keys.add(key("urgent_minutes"), &s.urgent_minutes,
           "An urgent conversation is served as if it had waited so much longer", 0.0, 1e6);
  keys.add(key("agent_minutes"), &s.agent_minutes,
           "That a conversation takes of an agent, where a market for minutes runs (apps.economy)", 0.1,
           1440.0);
  keys.add(key("max_characters"), &s.max_characters, "Longest message that is read", 1, 1 << 20);
  keys.add(
      key("min_passage_confidence"), &s.min_passage_confidence,
      "Passages are quoted from this probability on that they answer, or from the model's own where that is "
      "higher",
      0.0, 1.0);
  keys.add(key("person_intents"), &s.person_intents, "Intents that ask for a person");
  keys.add(key("chatwoot_url"), &s.chatwoot_url,
           "Chatwoot that answers are sent to, http(s)://HOST; empty: its webhook is refused");
  keys.add(key("chatwoot_token_file"), &s.chatwoot_token_file,
           "File with the access token of Chatwoot's agent bot");
  keys.add(key("chatwoot_secret_file"), &s.chatwoot_secret_file,
           "File with the word that the webhook's address must end with: /v1/support/chatwoot?token=WORD");
  keys.add(
      key("chatwoot_signature_file"), &s.chatwoot_signature_file,
      "File with the secret that Chatwoot 4.13 and later shows for its agent bot and signs the webhook with; "
      "what is not signed is refused");
}

EngineOptions SupportSettings::engine() const {
  EngineOptions options;
  options.max_characters = max_characters;
  options.person_intents = person_intents;
  options.compose.min_score = min_passage_confidence;
  return options;
}

QueueOptions SupportSettings::queue() const {
  return {.most = static_cast<size_t>(max_waiting),
          .most_a_tenant = static_cast<size_t>(max_waiting_a_tenant),
          .urgent_seconds = 60.0 * urgent_minutes};
}

Conversations::Limits SupportSettings::memory() const {
  return {.most = static_cast<size_t>(max_conversations), .idle = std::chrono::minutes(idle_minutes)};
}

ConversationLimits SupportSettings::conversation() const {
  return {.max_turns = max_turns, .max_bytes = max_conversation_bytes};
}

}  // namespace heed::apps::support
