#include "economy/schedule.h"

#include <algorithm>
#include <cmath>

#include "economy/review_log.h"

namespace heed::economy {
namespace {

constexpr int64_t kSecondUs = 1'000'000;

int64_t whole_days(const MemoryModel& model, const ScheduleOptions& options, double stability) {
  const double days = std::nearbyint(model.interval(stability, options.retention));
  return std::clamp<int64_t>(static_cast<int64_t>(std::min(days, 1e9)), 1, options.most_days);
}

// Seconds until the next step, or -1 where the item is learned.
int64_t next_step(const std::vector<int64_t>& steps, Rating rating, size_t& step) {
  if (steps.empty() || rating == Rating::easy || (step >= steps.size() && rating != Rating::again)) return -1;
  switch (rating) {
    case Rating::again:
      step = 0;
      return steps[0];
    case Rating::hard:
      if (step > 0) return steps[step];
      return steps.size() == 1 ? steps[0] * 3 / 2 : (steps[0] + steps[1]) / 2;
    default:
      return ++step < steps.size() ? steps[step] : -1;
  }
}

}  // namespace

void review(const MemoryModel& model, const ScheduleOptions& options, Rating rating, int64_t time_us,
            ScheduledItem& item) {
  using Stage = ScheduledItem::Stage;
  item.memory = item.seen ? model.next(item.memory, rating, days_between(item.reviewed_us, time_us))
                          : model.first(rating);
  item.seen = true;
  item.reviewed_us = time_us;
  int64_t seconds = -1;
  if (item.stage != Stage::review) {
    seconds = next_step(item.stage == Stage::learning ? options.learning_s : options.relearning_s, rating,
                        item.step);
  } else if (rating == Rating::again && !options.relearning_s.empty()) {
    item.stage = Stage::relearning;
    item.step = 0;
    seconds = options.relearning_s[0];
  }
  if (seconds < 0) {
    item.stage = Stage::review;
    item.step = 0;
  }
  const int64_t wait =
      seconds >= 0 ? seconds * kSecondUs : whole_days(model, options, item.memory.stability) * kDayUs;
  item.due_us = time_us + wait;
}

int64_t place_on_light_day(const MemoryModel& model, const MemoryState& memory, double retention,
                           double slack, int64_t reviewed_day, int64_t due_day, int64_t today,
                           DayLoad& load) {
  const auto allowed = [&](int64_t day) {
    return day >= today && day > reviewed_day &&
           std::abs(model.recall(static_cast<double>(day - reviewed_day), memory.stability) - retention) <=
               slack;
  };
  const auto reviews = [&](int64_t day) {
    const auto at = load.find(day);
    return at == load.end() ? 0 : at->second;
  };
  const int64_t start = std::max(due_day, today);
  int64_t best = start;
  for (const int64_t direction : {-1, 1}) {
    for (int64_t day = start + direction; allowed(day) && std::abs(day - due_day) < 1000; day += direction) {
      const int64_t closer = std::abs(day - due_day) - std::abs(best - due_day);
      if (reviews(day) < reviews(best) || (reviews(day) == reviews(best) && closer < 0)) best = day;
    }
  }
  ++load[best];
  return best;
}

}  // namespace heed::economy
