#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/event_log.h"

namespace heed::apps::support {

// What people said of logged decisions, as training reads it.
struct LearnedRow {
  std::string text;        // the customer's words
  std::string intent;      // what a person said that they mean
  std::string decision;    // its id
  std::string chosen;      // what was done: an intent, or "(handover)" and the like
  bool corrected = false;  // a person said that it should have been another; else they agreed
};

struct LearnedRows {
  std::vector<LearnedRow> rows;
  int64_t decisions = 0;      // looked at
  int64_t unknown = 0;        // corrections to intents that are none of `intents`
  int64_t contradictory = 0;  // the same words with different intents: left out
};

// Rows from the log's decisions of app "support": a correction names the intent, an accepted suggestion
// ("intent:NAME") or an accepted answer confirms it. The last word of a person counts; the same words count
// once.
LearnedRows read_learned(store::EventLog& log, const store::DecisionQuery& query,
                         const std::vector<std::string>& intents);

}  // namespace heed::apps::support
