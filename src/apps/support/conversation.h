#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "apps/support/answers.h"
#include "apps/support/message.h"
#include "base/json.h"

namespace heed::apps::support {

// Heed answers; waits for a person; a person has it; it is over.
enum class State { open, waiting, taken, closed };
// As agents ask for them: a conversation that a person has taken is open.
std::string_view to_string(State state);

// What one turn leaves to the next.
struct Context {
  std::string language{};                    // the customer's, "en" or "zh"; "": not known yet
  Slots slots{};                             // known so far
  std::string intent{};                      // answered, or asked about, last
  std::string asked_intent{}, asked_slot{};  // what the customer was asked for last, or ""
  std::string question{};                    // the customer's last one, which a short message may follow up

  bool operator==(const Context&) const = default;
};

struct Turn {
  Sender from = Sender::customer;
  std::string text{};
  int64_t ts_us = 0;
  // "decision_id", "action", "intents", "entities", "passages", "why", "attention", "agent": what there is.
  Json details = Json::object();
  int64_t bytes = 0;  // of text and details, about; add_turn() fills it
};

struct Conversation {
  std::string tenant{}, id{};
  State state = State::open;
  Priority priority = Priority::normal;
  std::string agent{};    // who has taken it
  std::string minutes{};  // the bid for the agent's minutes; "": none
  Context context{};
  std::vector<Turn> turns{};     // the latest
  int64_t dropped_turns = 0;     // earlier ones, which were too many
  int64_t waiting_since_us = 0;  // where it waits
  int64_t updated_us = 0;
  Handover handover{};  // the last
};

struct ConversationLimits {
  int64_t max_turns = 200;        // of one
  int64_t max_bytes = 256 << 10;  // of its turns, about
};

// Adds a turn; the oldest go where they are too many, but the first, which says what it is about.
void add_turn(Conversation& conversation, Turn turn, const ConversationLimits& limits = {});

// What a person reads before taking over: how many messages, the first and the last of the customer, what is
// known; in the customer's language.
std::string summarise(const Conversation& conversation);

// Everything of it, for the store and back. Throws corrupt_data on what is not so.
Json to_json(const Conversation& conversation);
Conversation conversation_from_json(const Json& json, const std::string& where);

// {"from", "text", "ts", "decision_id"?, "action"?, ...}
Json to_json(const Turn& turn);

}  // namespace heed::apps::support
