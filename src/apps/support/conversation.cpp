#include "apps/support/conversation.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

constexpr size_t kShownBytes = 300;  // of a message in a summary
constexpr std::array kStates = {State::open, State::waiting, State::taken, State::closed};
constexpr std::array kSenders = {Sender::customer, Sender::heed, Sender::agent};

std::string_view stored_name(State state) { return state == State::taken ? "taken" : to_string(state); }

int64_t bytes_of(const Turn& turn) {
  const size_t details =
      turn.details.empty() ? 0 : turn.details.dump(-1, ' ', false, Json::error_handler_t::replace).size();
  return static_cast<int64_t>(turn.text.size() + details);
}

std::string shown(const std::string& text) {
  const std::string line = normalise(text, {.form = Normalisation::none});
  if (line.size() <= kShownBytes) return line;
  return line.substr(0, utf8_prefix(line, kShownBytes)) + "…";
}

const Turn* customer_turn(const std::vector<Turn>& turns, bool last) {
  const Turn* found = nullptr;
  for (const Turn& turn : turns) {
    if (turn.from != Sender::customer) continue;
    found = &turn;
    if (!last) break;
  }
  return found;
}

std::string known_slots(const Slots& slots, bool chinese) {
  std::string text;
  for (const auto& [name, value] : slots)
    text += fmt::format("{}{}{}{}",
                        text.empty() ? ""
                        : chinese    ? "；"
                                     : "; ",
                        name, chinese ? "：" : ": ", value);
  return text;
}

template <class T, size_t N, class Name>
T named(const std::array<T, N>& values, const std::string& name, Name name_of, const std::string& where) {
  const auto found = std::ranges::find_if(values, [&](T value) { return name_of(value) == name; });
  if (found != values.end()) return *found;
  throw Error(ErrorCode::corrupt_data, where + ": expected a known word, found '" + name + "'");
}

Json suggestions_json(const Handover& handover) { return list_json(handover.suggestions); }

Handover handover_from_json(const Json& json, const std::string& where) {
  Handover handover = {.reason = json_field<std::string>(json, "reason", where),
                       .summary = json_field<std::string>(json, "summary", where),
                       .suggestions = {}};
  const Json suggestions = json_field<Json>(json, "suggestions", where);
  for (const Json& each : suggestions)
    handover.suggestions.push_back({.text = json_field<std::string>(each, "text", where),
                                    .from = json_field<std::string>(each, "from", where),
                                    .score = json_field<double>(each, "score", where)});
  return handover;
}

Context context_from_json(const Json& json, const std::string& where) {
  const auto text = [&](const char* name) { return json_field<std::string>(json, name, where); };
  Context context = {.language = text("language"),
                     .slots = {},
                     .intent = text("intent"),
                     .asked_intent = text("asked_intent"),
                     .asked_slot = text("asked_slot"),
                     .question = text("question")};
  const Json slots = json_field<Json>(json, "slots", where);
  for (const auto& [name, value] : slots.items()) {
    if (!value.is_string())
      throw Error(ErrorCode::corrupt_data,
                  where + ": slot '" + name + "': expected a text, found " + value.type_name());
    context.slots[name] = value.get<std::string>();
  }
  return context;
}

Turn turn_from_json(Json json, const std::string& where) {
  Turn turn = {.from = named(
                   kSenders, json_field<std::string>(json, "from", where),
                   [](Sender sender) { return to_string(sender); }, where),
               .text = json_field<std::string>(json, "text", where),
               .ts_us = json_field<int64_t>(json, "ts", where),
               .details = {}};
  for (const char* name : {"from", "text", "ts"}) json.erase(name);
  turn.details = std::move(json);
  turn.bytes = bytes_of(turn);
  return turn;
}

}  // namespace

std::string_view to_string(State state) {
  switch (state) {
    case State::open:
    case State::taken:
      return "open";
    case State::waiting:
      return "waiting";
    case State::closed:
      return "closed";
  }
  return "closed";
}

void add_turn(Conversation& conversation, Turn turn, const ConversationLimits& limits) {
  conversation.updated_us = turn.ts_us;
  std::vector<Turn>& turns = conversation.turns;
  turn.bytes = bytes_of(turn);
  turns.push_back(std::move(turn));
  int64_t bytes = 0;
  for (const Turn& each : turns) bytes += each.bytes;
  while (turns.size() > 2 &&
         (static_cast<int64_t>(turns.size()) > limits.max_turns || bytes > limits.max_bytes)) {
    bytes -= turns[1].bytes;
    turns.erase(turns.begin() + 1);
    ++conversation.dropped_turns;
  }
}

std::string summarise(const Conversation& conversation) {
  const bool chinese = conversation.context.language == "zh";
  const Turn* const first = customer_turn(conversation.turns, false);
  if (first == nullptr) return "";
  const Turn* const last = customer_turn(conversation.turns, true);
  const auto messages = std::ranges::count(conversation.turns, Sender::customer, &Turn::from);
  std::string text = chinese ? fmt::format("客户发来 {} 条消息。首条：{}", messages, shown(first->text))
                             : fmt::format("{} message{} from the customer. First: {}", messages,
                                           messages == 1 ? "" : "s", shown(first->text));
  if (last != first) text += (chinese ? "\n最近：" : "\nLast: ") + shown(last->text);
  if (!conversation.context.slots.empty())
    text += (chinese ? "\n已知：" : "\nKnown: ") + known_slots(conversation.context.slots, chinese);
  if (!conversation.context.intent.empty())
    text += (chinese ? "\n最近的意图：" : "\nLast intent: ") + conversation.context.intent;
  return text;
}

Json to_json(const Turn& turn) {
  Json json = {{"from", to_string(turn.from)}, {"text", turn.text}, {"ts", turn.ts_us}};
  for (const auto& [name, value] : turn.details.items()) json[name] = value;
  return json;
}

Json to_json(const Conversation& conversation) {
  const Context& context = conversation.context;
  return {{"tenant", conversation.tenant},
          {"id", conversation.id},
          {"state", stored_name(conversation.state)},
          {"priority", to_string(conversation.priority)},
          {"agent", conversation.agent},
          {"minutes", conversation.minutes},
          {"context",
           {{"language", context.language},
            {"slots", Json(context.slots)},
            {"intent", context.intent},
            {"asked_intent", context.asked_intent},
            {"asked_slot", context.asked_slot},
            {"question", context.question}}},
          {"turns", list_json(conversation.turns)},
          {"dropped_turns", conversation.dropped_turns},
          {"waiting_since", conversation.waiting_since_us},
          {"updated", conversation.updated_us},
          {"handover",
           {{"reason", conversation.handover.reason},
            {"summary", conversation.handover.summary},
            {"suggestions", suggestions_json(conversation.handover)}}}};
}

Conversation conversation_from_json(const Json& json, const std::string& where) {
  const auto text = [&](const char* name) { return json_field<std::string>(json, name, where); };
  Conversation conversation = {
      .tenant = text("tenant"),
      .id = text("id"),
      .state = named(kStates, text("state"), stored_name, where),
      .priority = text("priority") == "urgent" ? Priority::urgent : Priority::normal,
      .agent = text("agent"),
      .minutes = json_field<std::string>(json, "minutes", where, ""),
      .context = context_from_json(json_field<Json>(json, "context", where), where),
      .turns = {},
      .dropped_turns = json_field<int64_t>(json, "dropped_turns", where),
      .waiting_since_us = json_field<int64_t>(json, "waiting_since", where),
      .updated_us = json_field<int64_t>(json, "updated", where),
      .handover = handover_from_json(json_field<Json>(json, "handover", where), where)};
  const Json turns = json_field<Json>(json, "turns", where);
  for (const Json& turn : turns) conversation.turns.push_back(turn_from_json(turn, where));
  return conversation;
}

}  // namespace heed::apps::support
