#include "apps/support/http.h"

namespace heed::apps::support {
namespace {

using Kind = Field::Kind;

std::vector<Field> request_fields() {
  return {{.name = "text", .help = "What the customer wrote", .required = true},
          {.name = "conversation", .help = "As an earlier reply named it; without it a new one begins"},
          {.name = "tenant", .help = "Whose customer; else the only one's"},
          {.name = "priority", .help = "Of a hand-over", .choices = {"normal", "urgent"}},
          {.name = "model", .help = "Name, alias or NAME@VERSION; else apps.support.model"},
          {.name = "explain", .help = "Add the words that attention rests on", .choices = {"attention"}},
          {.name = "language", .help = "Where the text does not tell", .choices = {"en", "zh"}}};
}

std::vector<Field> reply_fields() {
  return {
      {.name = "conversation", .help = "For the messages that follow", .required = true},
      {.name = "decision_id",
       .help = "For corrections; empty where a person has the conversation",
       .required = true},
      {.name = "action",
       .help = "What was done",
       .required = true,
       .choices = {"answer", "ask", "retrieve", "handover"}},
      {.name = "text", .help = "For the customer", .required = true},
      {.name = "intents",
       .kind = Kind::objects,
       .help = "As they were judged",
       .required = true,
       .fields = intent_fields()},
      {.name = "entities",
       .kind = Kind::objects,
       .help = "Found in the text",
       .required = true,
       .fields = entity_fields()},
      {.name = "slots",
       .kind = Kind::object,
       .help = "Known of this conversation, by name",
       .required = true},
      {.name = "passages",
       .kind = Kind::objects,
       .help = "Knowledge that was read",
       .required = true,
       .fields = passage_fields()},
      {.name = "citations",
       .kind = Kind::objects,
       .help = "Sentences that were quoted",
       .required = true,
       .fields = citation_fields()},
      {.name = "confidence", .kind = Kind::number, .help = "Of the least sure part", .required = true},
      {.name = "why", .help = "The reason", .required = true},
      {.name = "handover",
       .kind = Kind::any,
       .help = "reason, summary, suggestions (text, from, score) and position in the queue, from 1; or null",
       .required = true},
      {.name = "attention", .kind = Kind::object, .help = "words, as in /v1/classify"},
      {.name = "model", .help = "Which read it", .required = true},
      {.name = "version", .kind = Kind::integer, .help = "Of that model", .required = true}};
}

void answer(const CallPointer& call, Desk& desk) {
  const Json& body = call->body;
  Inquiry inquiry = {.conversation = {text_or(body, "tenant"), text_or(body, "conversation")},
                     .text = text_or(body, "text"),
                     .language = text_or(body, "language"),
                     .priority = text_or(body, "priority") == "urgent" ? Priority::urgent : Priority::normal,
                     .explain = has(body, "explain"),
                     .model = text_or(body, "model")};
  if (!inquiry.conversation.tenant.empty()) check_client_id("tenant", inquiry.conversation.tenant);
  if (has(body, "conversation")) check_client_id("conversation", inquiry.conversation.id);
  answer_call(call, desk, std::move(inquiry),
              [](const Outcome& outcome) { return json_reply(to_json(outcome)); });
}

}  // namespace

std::vector<Route> answer_routes(const DeskPointer& desk) {
  return {{.method = "POST",
           .path = "/v1/answer",
           .summary = "Answer a customer's message, or quote what is known, or hand over to a person",
           .body = request_fields(),
           .reply = reply_fields(),
           .handle = [desk](const CallPointer& call, Services&) { answer(call, **desk); }}};
}

}  // namespace heed::apps::support
