#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/event.h"

namespace heed::store {

enum class EventType { decision, outcome };

// What `list` looks for; an empty field is no condition. An outcome without app or subject of its own is
// looked up by those of its decision.
struct EventQuery {
  std::optional<std::string> tenant{};
  std::string app{};
  std::string subject{};
  std::optional<EventType> type{};
  int64_t limit = 50;    // 1 to 1000
  std::string before{};  // the `next` of an earlier page
};

struct EventPage {
  std::vector<Event> events{};  // newest first
  std::string next{};           // cursor of the page that follows; "": there is none
};

// Which decisions evaluation reads.
struct DecisionQuery {
  std::optional<std::string> tenant{};
  std::string app{};
  int64_t since_us = 0;           // ts >= since
  int64_t until_us = kMaxTimeUs;  // ts < until
};

// A message that could not be understood, put aside for a person.
struct DeadLetter {
  std::string stream{};      // Stream::name
  std::string message_id{};  // Message::id
  std::string reason{};      // the error
  std::string body{};        // broken UTF-8 and NUL as \xNN, cut to 64 KiB
  int64_t ts_us = 0;         // when it was put aside

  bool operator==(const DeadLetter&) const = default;
};

// What a message of a stream does to the log, at most once by its key.
struct Effect {
  std::string key{};  // names stream and message; "": has none, always recorded
  std::vector<Event> events{};
  std::optional<DeadLetter> dead_letter = std::nullopt;
};

struct EventCounts {
  int64_t decisions = 0;
  int64_t outcomes = 0;
};

using DecisionReader = std::function<void(const Decision& decision, std::span<const Outcome> outcomes)>;

// The one log of decisions and outcomes (ADR 5, 24). Every function may be called from any thread; reading
// does not wait for writing. What has been written is on the disk when the call returns. Throws
// invalid_argument or too_large for what is asked, unavailable where the database is busy or out of reach
// (asking again may help), io, corrupt_data.
class EventLog {
 public:
  virtual ~EventLog() = default;

  virtual const char* kind() const = 0;  // "sqlite" or "postgresql"

  // All in one transaction: every event is recorded, or none. The answer says of each whether it was new; one
  // whose event_id the tenant has already, in the log or earlier in `events`, changes nothing. Should the
  // connection be lost while it commits, it is tried once more: then it is right that all are recorded, and
  // some may be called duplicates that were new.
  virtual std::vector<bool> append(std::span<const Event> events) = 0;

  // All in one transaction. An effect whose key has been recorded before does nothing: false.
  virtual std::vector<bool> record_once(std::span<const Effect> effects) = 0;

  // A cursor stays good whatever is added or deleted meanwhile. Throws invalid_argument on one that this log
  // did not give.
  virtual EventPage list(const EventQuery& query) = 0;

  // Decisions in the order of their time, each with its outcomes in the order of theirs; in pages, so that
  // nothing is locked while `read` runs and memory does not grow with the log.
  virtual void for_each_decision(const DecisionQuery& query, const DecisionReader& read) = 0;

  // Deletes a person's decisions with their outcomes, outcomes of that subject, and their conversations, and
  // takes their name from the ledger's postings, whose sums stay; how many events.
  virtual int64_t delete_subject(const std::string& tenant, const std::string& subject) = 0;

  // Deletes decisions of before that time with their outcomes, and outcomes, conversations, dead letters and
  // effect keys of before it; how many events. In steps, between which others write.
  virtual int64_t prune(int64_t older_than_us) = 0;

  virtual EventCounts count() = 0;

  // The newest dead letters first.
  virtual std::vector<DeadLetter> dead_letters(int64_t limit) = 0;
};

// `url`: "postgresql://…" (as libpq takes it), or "sqlite:PATH" or PATH, made where it is missing (its folder
// is not), readable by its owner alone. Migrations run first. Throws unsupported where the database is of a
// newer heed, corrupt_data where the file is no database, unavailable where the server cannot be reached.
std::unique_ptr<EventLog> open_event_log(const std::string& url);

}  // namespace heed::store
