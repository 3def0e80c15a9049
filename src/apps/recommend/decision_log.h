#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "apps/recommend/engine.h"
#include "apps/recommend/ranker.h"
#include "store/event_log.h"

namespace heed::apps::recommend {

// A slate of the event log as it was decided: what could stand at each place, what did, and what came of it.
struct LoggedDecision {
  struct Option {
    std::string item;
    double propensity = 0.0;
  };
  struct Place {
    std::vector<Option> options;                  // their propensities sum to 1
    size_t shown = 0;                             // which of them
    Features features{};                          // of it
    std::map<std::string, double> outcomes = {};  // by kind, values added up
  };
  std::vector<Place> places;
  std::vector<SessionEvent> history;  // of the person, before the decision
  double exploration = 0.0;
};

// Takes the options of a decision apart: candidates stand place by place, and those of a place sum to 1.
// Throws corrupt_data where they do not.
std::vector<LoggedDecision::Place> places_of(const store::Decision& decision);
// Ends a decision's slate after `count` of its places, as if no more had been asked for.
void keep_places(size_t count, store::Decision& decision);

// Every decision of `recommend` with a slate since then, in the order of time. Outcomes count where they name
// the decision and an item of it. Decisions of other shapes (written by hand) are counted in `skipped`.
void read_decisions(store::EventLog& log, int64_t since_us,
                    const std::function<void(const LoggedDecision&)>& read, int64_t& skipped);

}  // namespace heed::apps::recommend
