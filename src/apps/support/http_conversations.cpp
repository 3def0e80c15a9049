#include <algorithm>
#include <utility>

#include "apps/background.h"
#include "apps/count_minutes.h"
#include "apps/support/http.h"
#include "base/error.h"
#include "base/log.h"
#include "store/event_writer.h"

namespace heed::apps::support {
namespace {

using Kind = Field::Kind;

constexpr int64_t kDefaultLimit = 50;
constexpr const char* kAllTenants = "*";
constexpr const char* kNext = "next";  // the conversation that has waited longest
constexpr double kUrgentWorth = 2;     // times that of another conversation

// --- As agents see them

double waiting_seconds(const Conversation& conversation) {
  if (conversation.state != State::waiting) return 0.0;
  return rounded(1e-6 *
                 static_cast<double>(std::max<int64_t>(store::now_us() - conversation.waiting_since_us, 0)));
}

Json line_json(const Conversation& conversation) {
  return {{"id", conversation.id},
          {"tenant", conversation.tenant},
          {"state", to_string(conversation.state)},
          {"priority", to_string(conversation.priority)},
          {"agent", conversation.agent},
          {"waiting_seconds", waiting_seconds(conversation)},
          {"turns", static_cast<int64_t>(conversation.turns.size()) + conversation.dropped_turns},
          {"last", conversation.turns.empty() ? "" : conversation.turns.back().text},
          {"summary", conversation.handover.summary},
          {"reason", conversation.handover.reason}};
}

Json whole_json(const Conversation& conversation) {
  Json json = line_json(conversation);
  json["turns"] = list_json(conversation.turns);
  json["dropped_turns"] = conversation.dropped_turns;
  json["slots"] = Json(conversation.context.slots);
  const Handover& handover = conversation.handover;
  json["handover"] = handover.reason.empty() ? Json()
                                             : Json{{"reason", handover.reason},
                                                    {"summary", handover.summary},
                                                    {"suggestions", list_json(handover.suggestions)}};
  return json;
}

std::vector<Field> line_fields() {
  return {{.name = "id", .help = "Its name", .required = true},
          {.name = "tenant", .help = "Whose customer", .required = true},
          {.name = "state", .help = "waiting, open or closed", .required = true},
          {.name = "priority", .help = "normal or urgent", .required = true},
          {.name = "agent", .help = "Who has taken it; empty: Heed", .required = true},
          {.name = "waiting_seconds", .kind = Kind::number, .help = "For a person", .required = true},
          {.name = "turns",
           .kind = Kind::any,
           .help = "How many; of one alone: a list of from, text, ts, and of a decision "
                   "decision_id, action, intents, entities, passages, why, attention",
           .required = true},
          {.name = "last", .help = "What was said last", .required = true},
          {.name = "summary", .help = "For who takes over", .required = true},
          {.name = "reason", .help = "Why it was handed over", .required = true}};
}

std::vector<Field> whole_fields() {
  std::vector<Field> fields = line_fields();
  fields.push_back({.name = "dropped_turns",
                    .kind = Kind::integer,
                    .help = "Earlier ones that are not kept",
                    .required = true});
  fields.push_back({.name = "slots", .kind = Kind::object, .help = "Known, by name", .required = true});
  fields.push_back({.name = "handover",
                    .kind = Kind::any,
                    .help = "The last: reason, summary, suggestions; or null",
                    .required = true});
  return fields;
}

// --- Which conversation

ConversationKey key_of(const CallPointer& call) {
  return {text_or(call->body, "tenant"), call->parameter("id")};
}

// Runs `use` on a conversation, in the background where it must be read from the store first; its error fails
// the call.
template <class Use>
void with_conversation(const CallPointer& call, Desk& desk, ConversationKey key, Use use) {
  if (const auto known = desk.in_memory(key)) return use(known);
  run_in_background(call, desk.services(),
                    [&desk, key = std::move(key), use = std::move(use)] { use(desk.load(key)); });
}

void list_waiting(const CallPointer& call, Desk& desk, const std::string& tenant, int64_t limit) {
  Json conversations = Json::array();
  for (const HandoverQueue::Entry& entry : desk.queue().in_order()) {
    if (static_cast<int64_t>(conversations.size()) == limit) break;
    if (tenant != kAllTenants && entry.key.tenant != tenant) continue;
    try {
      conversations.push_back(desk.load(entry.key)->with(line_json));
    } catch (const Error& problem) {  // deleted meanwhile
      if (problem.code() != ErrorCode::not_found) throw;
    }
  }
  call->reply(json_reply({{"conversations", std::move(conversations)}}));
}

void list_stored(const CallPointer& call, Desk& desk, const std::string& tenant, int64_t limit) {
  store::ConversationQuery query = {
      .state = text_or(call->body, "state"), .tenant = std::nullopt, .limit = limit};
  if (tenant != kAllTenants) query.tenant = tenant;
  desk.saver().flush();
  Json conversations = Json::array();
  for (const store::StoredConversation& row : desk.store().list(query)) {
    const std::string where = "event log: conversation '" + row.id + "'";
    conversations.push_back(line_json(conversation_from_json(parse_json(row.content, where), where)));
  }
  call->reply(json_reply({{"conversations", std::move(conversations)}}));
}

void list(const CallPointer& call, Desk& desk) {
  const std::string tenant = text_or(call->body, "tenant");
  const int64_t limit = integer_or(call->body, "limit", kDefaultLimit);
  const bool waiting = text_or(call->body, "state") == "waiting";
  run_in_background(call, desk.services(), [call, &desk, tenant, limit, waiting] {
    waiting ? list_waiting(call, desk, tenant, limit) : list_stored(call, desk, tenant, limit);
  });
}

void show(const CallPointer& call, Desk& desk) {
  with_conversation(call, desk, key_of(call), [call](const LiveConversationPointer& live) {
    call->reply(json_reply(live->with(whole_json)));
  });
}

// --- What agents do

// Replies once it is on the disk.
void save_and_reply(const CallPointer& call, Desk& desk, const LiveConversationPointer& live) {
  Json body = live->with(whole_json);
  desk.saver().save(live, [call, body = std::move(body)](const std::optional<Error>& problem) {
    if (problem) return call->fail(std::make_exception_ptr(*problem));
    call->reply(json_reply(body));
  });
}

std::string last_decision(const Conversation& conversation) {
  for (auto turn = conversation.turns.rbegin(); turn != conversation.turns.rend(); ++turn) {
    if (turn->details.contains("decision_id")) return turn->details["decision_id"].get<std::string>();
  }
  return "";
}

// An agent's minutes for a conversation that they do not have yet, where minutes are counted; `own`: they
// chose it. Throws where they are worth more elsewhere.
void draw_minutes(Desk& desk, Conversation& conversation, const std::string& agent, bool own) {
  economy::MinuteMarket* const market = desk.services().minutes();
  if (market == nullptr) return;
  const std::string id = economy::bid_id("agents", conversation.tenant + "/" + conversation.id + "/" +
                                                       last_decision(conversation) + "/" + agent);
  const double minutes = desk.settings().agent_minutes;
  const economy::MinuteGrant grant =
      market->ask({{.id = id,
                    .person = agent,
                    .task = "agents",
                    .minutes = minutes,
                    .value = minutes * (conversation.priority == Priority::urgent ? kUrgentWorth : 1),
                    .ts_us = store::now_us(),
                    .urgent = true,
                    .own = own}})[0];
  if (!grant.given)
    throw Error(ErrorCode::overloaded, "hand-over queue: no minutes of '" + agent.substr(0, 64) +
                                           "' for the next one: " + grant.reason +
                                           "; take it by its name to answer it all the same");
  conversation.minutes = id;
}

void give_to(Desk& desk, Conversation& conversation, const std::string& agent, bool own) {
  const bool is_taken = conversation.state == State::taken && !conversation.agent.empty();
  if (is_taken && conversation.agent != agent)
    throw Error(ErrorCode::invalid_argument,
                "conversation: expected one that nobody has taken, found it with '" +
                    conversation.agent.substr(0, 64) + "'");
  if (!is_taken) draw_minutes(desk, conversation, agent, own);
  conversation.state = State::taken;
  conversation.agent = agent;
  desk.queue().take(ConversationKey{conversation.tenant, conversation.id});
}

// The conversation whose turn it is; one that does not wait any more is passed over.
LiveConversationPointer take_next(Desk& desk, const std::string& agent) {
  while (true) {
    const std::vector<HandoverQueue::Entry> waiting = desk.queue().in_order();
    if (waiting.empty()) throw Error(ErrorCode::not_found, "hand-over queue: nobody waits");
    LiveConversationPointer live;
    try {
      live = desk.load(waiting.front().key);
    } catch (const Error& problem) {
      if (problem.code() != ErrorCode::not_found) throw;
      desk.queue().remove(waiting.front().key);  // deleted meanwhile
      continue;
    }
    const bool is_given = live->with([&](Conversation& conversation) {
      if (conversation.state != State::waiting) {
        desk.queue().remove(waiting.front().key);
        return false;
      }
      give_to(desk, conversation, agent, false);
      return true;
    });
    if (is_given) return live;
  }
}

void take(const CallPointer& call, Desk& desk) {
  const std::string agent = text_or(call->body, "agent");
  check_client_id("agent", agent);
  run_in_background(call, desk.services(), [call, &desk, agent, key = key_of(call)] {
    if (key.id == kNext) return save_and_reply(call, desk, take_next(desk, agent));
    const LiveConversationPointer live = desk.load(key);
    live->with([&](Conversation& conversation) { give_to(desk, conversation, agent, true); });
    save_and_reply(call, desk, live);
  });
}

store::Outcome outcome_of(const std::string& tenant, const std::string& decision, std::string kind,
                          std::string text, double value = 1.0) {
  return {.event_id = store::new_event_id(),
          .decision_id = decision,
          .ts_us = store::now_us(),
          .kind = std::move(kind),
          .value = value,
          .text = std::move(text),
          .tenant = tenant,
          .app = "support"};
}

// A suggestion that a person sent is the decision's right answer; their own words are kept beside it.
void log_reply(Desk& desk, const Conversation& conversation, const std::string& text,
               const std::string& suggestion) {
  const std::string decision = last_decision(conversation);
  if (decision.empty()) return;
  const auto cut = [](const std::string& words) {
    return words.substr(0, std::min(words.size(), store::kMaxTextBytes));
  };
  std::vector<store::Event> events = {outcome_of(conversation.tenant, decision, "reply", cut(text))};
  for (const Suggestion& each : conversation.handover.suggestions) {
    if (each.text != suggestion && each.from != suggestion) continue;
    events.emplace_back(outcome_of(conversation.tenant, decision, "accept", each.from));
    ++desk.corrections;
    break;
  }
  try {
    desk.services().event_writer().submit(std::move(events), [](const store::WriteResult& result) {
      if (result.error) spdlog::error("support: reply not logged: {}", result.error->what());
    });
  } catch (const Error& problem) {  // the customer gets the reply all the same
    spdlog::error("support: reply not logged: {}", problem.what());
  }
}

void reply(const CallPointer& call, Desk& desk) {
  const std::string agent = text_or(call->body, "agent"), text = text_or(call->body, "text");
  check_client_id("agent", agent);
  if (text.empty() || text.size() > store::kMaxTextBytes)
    throw FieldError("text", "expected 1 to " + std::to_string(store::kMaxTextBytes) + " bytes, found " +
                                 std::to_string(text.size()));
  const std::string suggestion = text_or(call->body, "suggestion");
  run_in_background(call, desk.services(), [call, &desk, agent, text, suggestion, key = key_of(call)] {
    const LiveConversationPointer live = desk.load(key);
    live->with([&](Conversation& conversation) {
      give_to(desk, conversation, agent, true);
      add_turn(conversation,
               {.from = Sender::agent, .text = text, .ts_us = store::now_us(), .details = {{"agent", agent}}},
               desk.settings().conversation());
      log_reply(desk, conversation, text, suggestion);
    });
    save_and_reply(call, desk, live);
  });
}

void close(const CallPointer& call, Desk& desk) {
  run_in_background(call, desk.services(), [call, &desk, key = key_of(call)] {
    const LiveConversationPointer live = desk.load(key);
    std::string minutes;
    live->with([&](Conversation& conversation) {
      conversation.state = State::closed;
      conversation.updated_us = store::now_us();
      desk.queue().remove({conversation.tenant, conversation.id});
      minutes = std::exchange(conversation.minutes, "");
    });
    save_and_reply(call, desk, live);
    if (minutes.empty()) return;
    count_minutes(desk.services(), "support",
                  [&](economy::MinuteMarket& market) { market.settle_until(minutes, store::now_us()); });
  });
}

void correct(const CallPointer& call, Desk& desk) {
  const Json& body = call->body;
  const std::string tenant = text_or(body, "tenant"), decision = text_or(body, "decision_id");
  check_client_id("decision_id", decision);
  std::vector<store::Event> events;
  if (has(body, "intent")) {
    check_client_id("intent", text_or(body, "intent"));
    events.emplace_back(outcome_of(tenant, decision, "correction", text_or(body, "intent")));
  }
  if (has(body, "accepted"))
    events.emplace_back(
        outcome_of(tenant, decision, "accepted", "", body["accepted"].get<bool>() ? 1.0 : 0.0));
  if (has(body, "text")) events.emplace_back(outcome_of(tenant, decision, "reply", text_or(body, "text")));
  if (events.empty()) throw FieldError("intent", "expected intent, accepted or text, found none of them");
  ++desk.corrections;
  desk.services().event_writer().submit(std::move(events), [call](const store::WriteResult& result) {
    if (result.error) return call->fail(std::make_exception_ptr(*result.error));
    call->reply(json_reply({{"accepted", 1}}));
  });
}

std::vector<Field> agent_fields(bool required, std::vector<Field> more = {}) {
  std::vector<Field> fields = {{.name = "agent", .help = "Who does it", .required = required},
                               {.name = "tenant", .help = "Whose customer; else the only one's"}};
  for (Field& field : more) fields.push_back(std::move(field));
  return fields;
}

}  // namespace

std::vector<Route> conversation_routes(const DeskPointer& desk) {
  const auto handled = [desk](void (*handle)(const CallPointer&, Desk&)) {
    return [desk, handle](const CallPointer& call, Services&) { handle(call, **desk); };
  };
  return {
      {.method = "GET",
       .path = "/v1/support/conversations",
       .summary =
           "Conversations: those that wait in the order in which they are served, others by their last turn",
       .query = {{.name = "state", .help = "Of these alone", .choices = {"waiting", "open", "closed"}},
                 {.name = "tenant", .help = "Of this tenant; * for all; else the only one's"},
                 {.name = "limit", .kind = Kind::integer, .help = "As many", .min = 1, .max = 1000}},
       .reply = {{.name = "conversations",
                  .kind = Kind::objects,
                  .help = "One each",
                  .required = true,
                  .fields = line_fields()}},
       .is_watch = true,
       .handle = handled(list)},
      {.method = "GET",
       .path = "/v1/support/conversations/{id}",
       .summary = "One conversation with its turns",
       .query = {{.name = "tenant", .help = "Whose customer; else the only one's"}},
       .reply = whole_fields(),
       .is_watch = true,
       .handle = handled(show)},
      {.method = "POST",
       .path = "/v1/support/conversations/{id}/take",
       .scope = Scope::feedback,
       .summary = "An agent takes a conversation; {id} next: the one whose turn it is",
       .body = agent_fields(true),
       .reply = whole_fields(),
       .handle = handled(take)},
      {.method = "POST",
       .path = "/v1/support/conversations/{id}/reply",
       .scope = Scope::feedback,
       .summary = "An agent writes to the customer",
       .body = agent_fields(
           true,
           {{.name = "text", .help = "What to say", .required = true},
            {.name = "suggestion", .help = "Text or from of the suggestion that was taken, changed or not"}}),
       .reply = whole_fields(),
       .handle = handled(reply)},
      {.method = "POST",
       .path = "/v1/support/conversations/{id}/close",
       .scope = Scope::feedback,
       .summary = "The conversation is over; the customer's next message begins anew",
       .body = agent_fields(false),
       .reply = whole_fields(),
       .handle = handled(close)},
      {.method = "POST",
       .path = "/v1/support/correct",
       .scope = Scope::feedback,
       .summary =
           "Say what a decision should have been, or that it was right; heed support retrain learns from it",
       .body = {{.name = "decision_id", .help = "Of the reply", .required = true},
                {.name = "intent", .help = "What the customer wanted"},
                {.name = "text", .help = "What should have been answered"},
                {.name = "accepted", .kind = Kind::boolean, .help = "Whether it was right"},
                {.name = "agent", .help = "Who says so"},
                {.name = "tenant", .help = "Whose customer; else the only one's"}},
       .reply = {{.name = "accepted", .kind = Kind::integer, .help = "1: on the disk", .required = true}},
       .handle = handled(correct)}};
}

}  // namespace heed::apps::support
