#pragma once

#include <string_view>

#include "store/database.h"
#include "store/event.h"

// Events as rows of the tables `decisions` and `outcomes` (migrations.cpp).
namespace heed::store {

// Where an event stands in the log's order: by time, a decision before outcomes of the same instant, then by
// arrival.
struct EventPlace {
  int64_t ts_us = 0;
  bool is_outcome = false;
  int64_t seq = 0;

  auto operator<=>(const EventPlace&) const = default;
};

// The columns that the readers below take, in their order.
constexpr std::string_view kDecisionColumns =
    "seq, tenant, event_id, ts, app, subject, context_hash, candidates, chosen, model, version, reason, "
    "minutes";
constexpr std::string_view kOutcomeColumns =
    "o.seq, o.tenant, o.event_id, o.decision_id, o.ts, o.kind, o.value, o.text, o.app, o.subject";

Decision decision_of(const Row& row);
Outcome outcome_of(const Row& row);

// Records those that are new, inside the caller's transaction; `is_new` of each. Rows go in the order of
// their keys, so that two servers with the same events cannot wait for each other.
std::vector<bool> insert_events(Database& database, std::span<const Event* const> events);

}  // namespace heed::store
