#pragma once

#include <string>

#include "store/event_log.h"
#include "store/event_rows.h"

// What is asked of the event tables; each runs on a connection that is the caller's for the time.
namespace heed::store {

EventPage list_events(Database& database, const EventQuery& query);

// The decisions after `after` that `query` asks for, oldest first, with their outcomes; at most
// kDecisionPage. `after` moves to the last.
struct DecisionWithOutcomes {
  int64_t seq = 0;
  Decision decision;
  std::vector<Outcome> outcomes;
};
constexpr int64_t kDecisionPage = 500;
std::vector<DecisionWithOutcomes> next_decisions(Database& database, const DecisionQuery& query,
                                                 EventPlace& after);

int64_t delete_events_of(Database& database, const std::string& tenant, const std::string& subject);

// One step of pruning in the caller's transaction; all is done when it has deleted no row.
struct Pruned {
  int64_t events = 0;
  int64_t others = 0;  // effect keys, dead letters, conversations
};
Pruned prune_step(Database& database, int64_t older_than_us);

}  // namespace heed::store
