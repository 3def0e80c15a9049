#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// What the event log holds: what was decided, and what people did with it. docs/formats.md, "Event log".
namespace heed::store {

// One of the things that could have been shown.
struct Candidate {
  std::string id{};
  double score = 0;
  double propensity = 0;  // in [0, 1]: probability that it was shown at `position` under the logged policy
  int64_t position = 0;   // place on the page from 0; -1: considered and not shown

  bool operator==(const Candidate&) const = default;
};

// What an application chose to show or do. Times are UTC, in microseconds since 1970.
struct Decision {
  std::string event_id{};  // idempotency key, unique among the decisions of its tenant
  int64_t ts_us = 0;
  std::string tenant{};  // "": the only one
  std::string app{};
  std::string subject{};  // whom it was for; "": nobody in particular
  std::string context_hash{};
  std::vector<Candidate> candidates{};
  std::string chosen{};  // the id of one of `candidates`; of a slate, the one at position 0
  std::string model{};
  int64_t version = 0;  // of `model`, as its directory counts; 0: none
  std::string reason{};
  double minutes = 0;  // people's attention that it asks for

  bool operator==(const Decision&) const = default;
};

// What came of a decision. It may be recorded before its decision is.
struct Outcome {
  std::string event_id{};  // idempotency key, unique among the outcomes of its tenant
  std::string decision_id{};
  int64_t ts_us = 0;
  std::string kind{};  // "click", "dwell", "accept" …; feedback: "rating", "correction", "comment"
  double value = 0;
  std::string text{};  // what a person wrote: a correction, a comment
  std::string tenant{};
  std::string app{}, subject{};  // "": those of its decision

  bool operator==(const Outcome&) const = default;
};

using Event = std::variant<Decision, Outcome>;

// Limits of a field, in bytes of UTF-8; check_event.h holds every event to them.
constexpr size_t kMaxIdBytes = 256;      // ids, tenant, app, subject, context_hash, kind, model
constexpr size_t kMaxTextBytes = 16384;  // reason, text
constexpr size_t kMaxCandidates = 1000;
constexpr int64_t kMinTimeUs = 946'684'800'000'000;    // 2000-01-01
constexpr int64_t kMaxTimeUs = 4'102'444'800'000'000;  // 2100-01-01

const std::string& event_id(const Event& event);
const std::string& tenant(const Event& event);

// Now, in microseconds since 1970.
int64_t now_us();

// 128 random bits as 32 hexadecimal digits, for an event whose sender named none.
std::string new_event_id();

}  // namespace heed::store
