#include "store/event_json.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "store/check_event.h"

namespace heed::store {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what,
                       ErrorCode code = ErrorCode::invalid_argument) {
  throw Error(code, (path.empty() ? "body" : path) + ": " + what);
}

std::string found(const Json& value) {
  return fmt::format("found {}",
                     value.is_null() ? "null" : fmt::format("a value of type {}", value.type_name()));
}

// The fields of one object, each read with its type; those that nobody may send are refused at the start.
class Fields {
 public:
  Fields(const Json& json, std::string where, const std::vector<std::string>& known)
      : json_(json), where_(std::move(where)) {
    if (!json.is_object()) fail(where_, "expected an object, " + found(json));
    for (const auto& [name, value] : json.items()) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      fail(field_path(where_, printable_utf8(name, 80)),
           "expected a known field, found this one" + did_you_mean(name, known));
    }
  }

  // A field that is null is as good as missing.
  bool has(const char* name) const { return json_.contains(name) && !json_.at(name).is_null(); }
  std::string path(const char* name) const { return field_path(where_, name); }

  const Json& at(const char* name, const char* expected) const {
    if (!has(name)) fail(path(name), fmt::format("expected {}, found nothing", expected));
    return json_.at(name);
  }

  std::string text(const char* name) const {
    const Json& value = at(name, "a text");
    if (!value.is_string()) fail(path(name), "expected a text, " + found(value));
    return value.get<std::string>();
  }
  std::string text_or_empty(const char* name) const { return has(name) ? text(name) : std::string(); }

  double number(const char* name) const {
    const Json& value = at(name, "a number");
    if (!value.is_number()) fail(path(name), "expected a number, " + found(value));
    return value.get<double>();
  }
  double number_or(const char* name, double fallback) const { return has(name) ? number(name) : fallback; }

  int64_t integer(const char* name) const {
    const Json& value = at(name, "a whole number");
    const bool fits = !value.is_number_unsigned() || value.get<uint64_t>() <= uint64_t{INT64_MAX};
    if (!value.is_number_integer() || !fits) {
      fail(path(name), value.is_number() ? "expected a whole number of 64 bits, found " + value.dump()
                                         : "expected a whole number, " + found(value));
    }
    return value.get<int64_t>();
  }
  int64_t integer_or(const char* name, int64_t fallback) const {
    return has(name) ? integer(name) : fallback;
  }

 private:
  const Json& json_;
  std::string where_;
};

Candidate candidate_from_json(const Json& json, const std::string& where) {
  static const std::vector<std::string> kKnown = {"id", "score", "propensity", "position"};
  const Fields fields(json, where, kKnown);
  return {.id = fields.text("id"),
          .score = fields.number("score"),
          .propensity = fields.number("propensity"),
          .position = fields.integer("position")};
}

Decision decision_from_json(const Json& json, const std::string& where, int64_t now_us) {
  static const std::vector<std::string> kKnown = {
      "type",  "event_id", "ts",           "tenant",     "app",    "subject", "chosen",
      "model", "version",  "context_hash", "candidates", "reason", "minutes"};
  const Fields fields(json, where, kKnown);
  return {.event_id = fields.text("event_id"),
          .ts_us = fields.integer_or("ts", now_us),
          .tenant = fields.text_or_empty("tenant"),
          .app = fields.text("app"),
          .subject = fields.text_or_empty("subject"),
          .context_hash = fields.text_or_empty("context_hash"),
          .candidates = candidates_from_json(fields.at("candidates", "a list"), fields.path("candidates")),
          .chosen = fields.text("chosen"),
          .model = fields.text_or_empty("model"),
          .version = fields.integer_or("version", 0),
          .reason = fields.text_or_empty("reason"),
          .minutes = fields.number_or("minutes", 0)};
}

Outcome outcome_from_json(const Json& json, const std::string& where, int64_t now_us) {
  static const std::vector<std::string> kKnown = {"type",  "event_id", "decision_id", "ts",  "kind",
                                                  "value", "text",     "tenant",      "app", "subject"};
  const Fields fields(json, where, kKnown);
  return {.event_id = fields.text("event_id"),
          .decision_id = fields.text("decision_id"),
          .ts_us = fields.integer_or("ts", now_us),
          .kind = fields.text("kind"),
          .value = fields.number("value"),
          .text = fields.text_or_empty("text"),
          .tenant = fields.text_or_empty("tenant"),
          .app = fields.text_or_empty("app"),
          .subject = fields.text_or_empty("subject")};
}

// Adds `name` to `json` where there is something to say.
void add_text(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

Json decision_to_json(const Decision& decision) {
  Json json = {{"type", "decision"}, {"event_id", decision.event_id}, {"ts", decision.ts_us}};
  add_text(json, "tenant", decision.tenant);
  json["app"] = decision.app;
  add_text(json, "subject", decision.subject);
  add_text(json, "context_hash", decision.context_hash);
  json["candidates"] = to_json(decision.candidates);
  json["chosen"] = decision.chosen;
  add_text(json, "model", decision.model);
  if (decision.version != 0) json["version"] = decision.version;
  add_text(json, "reason", decision.reason);
  if (decision.minutes != 0) json["minutes"] = decision.minutes;
  return json;
}

Json outcome_to_json(const Outcome& outcome) {
  Json json = {{"type", "outcome"},   {"event_id", outcome.event_id}, {"decision_id", outcome.decision_id},
               {"ts", outcome.ts_us}, {"kind", outcome.kind},         {"value", outcome.value}};
  add_text(json, "text", outcome.text);
  add_text(json, "tenant", outcome.tenant);
  add_text(json, "app", outcome.app);
  add_text(json, "subject", outcome.subject);
  return json;
}

}  // namespace

std::vector<Candidate> candidates_from_json(const Json& json, const std::string& where) {
  if (!json.is_array()) fail(where, "expected a list, " + found(json));
  if (json.size() > kMaxCandidates) {
    fail(where, fmt::format("expected at most {}, found {}", kMaxCandidates, json.size()),
         ErrorCode::too_large);
  }
  std::vector<Candidate> candidates;
  candidates.reserve(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    candidates.push_back(candidate_from_json(json[i], fmt::format("{}[{}]", where, i)));
  }
  return candidates;
}

Event event_from_json(const Json& json, const std::string& where, int64_t now_us) {
  if (!json.is_object()) fail(where, "expected an object, " + found(json));
  const std::string type =
      json.contains("type") && json["type"].is_string() ? json["type"].get<std::string>() : "";
  if (type != "decision" && type != "outcome") {
    fail(field_path(where, "type"),
         fmt::format("expected \"decision\" or \"outcome\", found {}",
                     type.empty() ? "neither" : fmt::format("\"{}\"", printable_utf8(type, 80))));
  }
  const Event event = type == "decision" ? Event(decision_from_json(json, where, now_us))
                                         : Event(outcome_from_json(json, where, now_us));
  check_event(event, where);
  return event;
}

std::vector<Event> events_from_json(const Json& json, int64_t now_us) {
  if (!json.is_object() || !json.contains("events")) return {event_from_json(json, "", now_us)};
  static const std::vector<std::string> kKnown = {"events"};
  const Json& list = Fields(json, "", kKnown).at("events", "a list");
  if (!list.is_array() || list.empty())
    fail("events", "expected a list of at least one event, " + found(list));
  if (list.size() > kMaxEvents) {
    fail("events",
         fmt::format("expected at most {}, found {}; send them in several requests", kMaxEvents, list.size()),
         ErrorCode::too_large);
  }
  std::vector<Event> events;
  events.reserve(list.size());
  for (size_t i = 0; i < list.size(); ++i) {
    events.push_back(event_from_json(list[i], fmt::format("events[{}]", i), now_us));
  }
  return events;
}

std::vector<Event> feedback_from_json(const Json& json, int64_t now_us) {
  static const std::vector<std::string> kKnown = {
      "event_id", "decision_id", "rating", "correction", "comment", "ts", "tenant", "app", "subject"};
  const Fields fields(json, "", kKnown);
  const std::string id = fields.has("event_id") ? fields.text("event_id") : new_event_id();
  check_id(id, "event_id");
  const Outcome base = {.event_id = id,
                        .decision_id = fields.text("decision_id"),
                        .ts_us = fields.integer_or("ts", now_us),
                        .tenant = fields.text_or_empty("tenant"),
                        .app = fields.text_or_empty("app"),
                        .subject = fields.text_or_empty("subject")};
  std::vector<Event> events;
  const auto add = [&](const char* kind, double value, std::string text) {
    Outcome outcome = base;
    outcome.event_id += std::string(".") + kind;
    outcome.kind = kind;
    outcome.value = value;
    outcome.text = std::move(text);
    check_event(outcome, "");
    events.emplace_back(std::move(outcome));
  };
  if (fields.has("rating")) {
    const double rating = fields.number("rating");
    if (!(rating >= -1 && rating <= 1)) {
      fail("rating", fmt::format("expected a number from -1 to 1, found {}", rating));
    }
    add("rating", rating, "");
  }
  for (const char* kind : {"correction", "comment"}) {
    if (!fields.has(kind)) continue;
    const std::string words = fields.text(kind);
    if (words.empty()) fail(kind, "expected words, found an empty text");
    check_text(words, kind, kMaxTextBytes);
    add(kind, 1, words);
  }
  if (events.empty()) fail("", "expected rating, correction or comment, found none of them");
  return events;
}

Json to_json(const std::vector<Candidate>& candidates) {
  Json list = Json::array();
  for (const Candidate& candidate : candidates) {
    list.push_back({{"id", candidate.id},
                    {"score", candidate.score},
                    {"propensity", candidate.propensity},
                    {"position", candidate.position}});
  }
  return list;
}

Json to_json(const Event& event) {
  if (const auto* decision = std::get_if<Decision>(&event)) return decision_to_json(*decision);
  return outcome_to_json(std::get<Outcome>(event));
}

}  // namespace heed::store
