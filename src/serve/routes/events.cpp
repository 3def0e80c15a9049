#include <utility>

#include "base/error.h"
#include "serve/routes.h"
#include "serve/server.h"
#include "store/event_json.h"

namespace heed::serve {
namespace {

using apps::Field;
using Kind = Field::Kind;

// A body of events is checked by the store, whose messages begin with the field at fault.
template <class Read>
std::vector<store::Event> read_events(const Json& body, Read read) {
  try {
    return read(body, store::now_us());
  } catch (const apps::FieldError&) {
    throw;
  } catch (const Error& problem) {
    const std::string message = problem.what();
    const size_t colon = message.find(": expected");
    if (problem.code() != ErrorCode::invalid_argument || colon == std::string::npos || colon == 0) throw;
    throw apps::FieldError(message.substr(0, colon), message.substr(colon + 2));
  }
}

// Replies once the events are on the disk.
void write(Server* server, const apps::CallPointer& call, std::vector<store::Event> events) {
  server->event_writer().submit(std::move(events), [call](const store::WriteResult& result) {
    if (result.error) return call->fail(std::make_exception_ptr(*result.error));
    call->reply(apps::json_reply({{"accepted", result.accepted}, {"duplicates", result.duplicates}}));
  });
}

std::vector<Field> decision_and_outcome_fields() {
  return {
      {.name = "type", .help = "decision or outcome"},
      {.name = "event_id", .help = "Idempotency key: the same one again changes nothing"},
      {.name = "ts", .kind = Kind::integer, .help = "Microseconds since 1970, UTC; else now"},
      {.name = "tenant", .help = "Whose; else the only one"},
      {.name = "app", .help = "Which application decided"},
      {.name = "subject", .help = "Whom it was for"},
      {.name = "context_hash", .help = "Of what was known then"},
      {.name = "candidates",
       .kind = Kind::any,
       .help = "Of a decision: a list of id, score, propensity, position"},
      {.name = "chosen", .help = "Of a decision: the id of a candidate"},
      {.name = "model", .help = "Of a decision: which scored"},
      {.name = "version", .kind = Kind::integer, .help = "Of that model"},
      {.name = "reason", .help = "Of a decision: why"},
      {.name = "minutes", .kind = Kind::number, .help = "Of a decision: people's attention that it asks for"},
      {.name = "decision_id", .help = "Of an outcome: event_id of its decision"},
      {.name = "kind", .help = "Of an outcome: click, dwell, accept, ..."},
      {.name = "value", .kind = Kind::number, .help = "Of an outcome"},
      {.name = "text", .help = "Of an outcome: what a person wrote"}};
}

std::vector<Field> event_fields() {
  std::vector<Field> fields = decision_and_outcome_fields();
  // What they hold is checked in the store, which knows its limits, of one event as of a list.
  fields.insert(fields.begin(),
                {.name = "events", .kind = Kind::any, .help = "A list of such events, in place of one"});
  return fields;
}

std::vector<Field> feedback_fields() {
  return {{.name = "event_id", .help = "Idempotency key; else a new one"},
          {.name = "decision_id", .help = "What it is about", .required = true},
          {.name = "rating", .kind = Kind::number, .help = "How good it was", .min = -1, .max = 1},
          {.name = "correction", .help = "What it should have been"},
          {.name = "comment", .help = "What a person says"},
          {.name = "ts", .kind = Kind::integer, .help = "Microseconds since 1970, UTC; else now"},
          {.name = "tenant", .help = "Whose; else the only one"},
          {.name = "app", .help = "Else the decision's"},
          {.name = "subject", .help = "Else the decision's"}};
}

std::vector<Field> written_fields() {
  return {
      {.name = "accepted", .kind = Kind::integer, .help = "New, and on the disk", .required = true},
      {.name = "duplicates", .kind = Kind::integer, .help = "Known before, and unchanged", .required = true}};
}

std::optional<std::string> optional_text(const Json& body, const char* name) {
  if (!apps::has(body, name)) return std::nullopt;
  return body[name].get<std::string>();
}

store::EventQuery query_of(const Json& fields) {
  store::EventQuery query = {.tenant = optional_text(fields, "tenant"),
                             .app = apps::text_or(fields, "app"),
                             .subject = apps::text_or(fields, "subject"),
                             .type = std::nullopt,
                             .limit = apps::integer_or(fields, "limit", 50),
                             .before = apps::text_or(fields, "before")};
  if (const auto type = optional_text(fields, "type"))
    query.type = *type == "decision" ? store::EventType::decision : store::EventType::outcome;
  return query;
}

void list(Server* server, const apps::CallPointer& call) {
  server->in_background([server, call, query = query_of(call->body)] {
    try {
      const store::EventPage page = server->events().list(query);
      Json events = Json::array();
      for (const store::Event& event : page.events) events.push_back(store::to_json(event));
      call->reply(apps::json_reply(
          {{"events", std::move(events)}, {"next", page.next.empty() ? Json() : Json(page.next)}}));
    } catch (...) {
      call->fail(std::current_exception());
    }
  });
}

void forget(Server* server, const apps::CallPointer& call) {
  server->in_background([server, call] {
    try {
      const std::string tenant = apps::text_or(call->body, "tenant"),
                        subject = apps::text_or(call->body, "subject");
      const int64_t deleted = server->events().delete_subject(tenant, subject);
      server->applications().forget(tenant, subject);
      call->reply(apps::json_reply({{"deleted", deleted}}));
    } catch (...) {
      call->fail(std::current_exception());
    }
  });
}

}  // namespace

std::vector<apps::Route> event_routes(Server* server) {
  return {{.method = "POST",
           .path = "/v1/events",
           .scope = apps::Scope::feedback,
           .summary =
               "Record decisions and outcomes: one, or a list in events; answered once they are on the disk",
           .body = event_fields(),
           .reply = written_fields(),
           .handle =
               [server](const apps::CallPointer& call, apps::Services&) {
                 write(server, call, read_events(call->body, store::events_from_json));
               }},
          {.method = "GET",
           .path = "/v1/events",
           .summary = "Recorded events, newest first",
           .query = {{.name = "limit", .kind = Kind::integer, .help = "As many", .min = 1, .max = 1000},
                     {.name = "before", .help = "The next of the page before"},
                     {.name = "type", .help = "Of these alone", .choices = {"decision", "outcome"}},
                     {.name = "app", .help = "Of this application"},
                     {.name = "subject", .help = "For this person"},
                     {.name = "tenant", .help = "Of this tenant; else of all"}},
           .reply = {{.name = "events",
                      .kind = Kind::objects,
                      .help = "As POST takes them, with ts",
                      .required = true,
                      .fields = decision_and_outcome_fields()},
                     {.name = "next",
                      .kind = Kind::any,
                      .help = "For before, of the page that follows; null on the last",
                      .required = true}},
           .handle = [server](const apps::CallPointer& call, apps::Services&) { list(server, call); }},
          {.method = "DELETE",
           .path = "/v1/events",
           .scope = apps::Scope::admin,
           .summary = "Delete all that is recorded of a person",
           .query = {{.name = "subject", .help = "Whose events", .required = true},
                     {.name = "tenant", .help = "Of this tenant; else the only one"}},
           .reply = {{.name = "deleted", .kind = Kind::integer, .help = "As many events", .required = true}},
           .handle = [server](const apps::CallPointer& call, apps::Services&) { forget(server, call); }},
          {.method = "POST",
           .path = "/v1/feedback",
           .scope = apps::Scope::feedback,
           .summary = "Record what a person thought of a decision: a rating, a correction, a comment",
           .body = feedback_fields(),
           .reply = written_fields(),
           .handle = [server](const apps::CallPointer& call, apps::Services&) {
             write(server, call, read_events(call->body, store::feedback_from_json));
           }}};
}

}  // namespace heed::serve
