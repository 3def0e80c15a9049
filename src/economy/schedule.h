#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "economy/memory_model.h"

namespace heed::economy {

struct ScheduleOptions {
  double retention = 0.9;                       // wanted when the next review comes
  std::vector<int64_t> learning_s = {60, 600};  // before an item is learned
  std::vector<int64_t> relearning_s = {600};    // after it was forgotten
  int64_t most_days = 36'500;
};

// Where an item stands in its schedule (py-fsrs: learning and relearning in short steps, then days).
struct ScheduledItem {
  enum class Stage { learning, review, relearning };
  Stage stage = Stage::learning;
  std::size_t step = 0;
  bool seen = false;
  MemoryState memory;
  int64_t reviewed_us = 0;
  int64_t due_us = 0;
};

// Takes a review at `time_us` and says when the next is due: in a step's seconds, or in whole days, at
// least 1. Throws invalid_argument where the retention is not between 0 and 1.
void review(const MemoryModel& model, const ScheduleOptions& options, Rating rating, int64_t time_us,
            ScheduledItem& item);

// Which days have how many reviews, numbered from 1970.
using DayLoad = std::map<int64_t, int64_t>;

// The day with the fewest reviews among those around `due_day`, not before `today`, on which recall would be
// within `slack` of the wanted retention; the nearest to due_day among equals. Adds the review to `load`.
int64_t place_on_light_day(const MemoryModel& model, const MemoryState& memory, double retention,
                           double slack, int64_t reviewed_day, int64_t due_day, int64_t today, DayLoad& load);

}  // namespace heed::economy
