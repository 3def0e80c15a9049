#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "economy/history_attention.h"

// Who comes back, and when: a discrete hazard by the attention model over a person's visits. Beside the
// Kaplan-Meier curve (survival.h), which knows no person.
namespace heed::economy {

struct Visit {
  uint32_t person = 0;
  int64_t time_us = 0;  // UTC
  float minutes = 0;
};

// Visits in order of time.
class VisitLog {
 public:
  // `where` opens messages. Throws invalid_argument on a time that is not ISO 8601, and on minutes that are
  // negative or not finite.
  void add(const std::string& person, const std::string& time, double minutes, const std::string& where);
  // Call once after the last add. Throws invalid_argument where there is no visit.
  void sort();

  const std::vector<std::string>& people() const { return people_; }
  const std::vector<Visit>& visits() const { return visits_; }

 private:
  std::vector<std::string> people_;
  std::unordered_map<std::string, uint32_t> index_;
  std::vector<Visit> visits_;
};

struct HazardOptions {
  double period_days = 7;
  int64_t periods = 8;         // after which somebody who did not come back counts as lost
  int64_t most_rows = 60'000;  // that are learned from; more are thinned, whole visits at a time
  HistoryFitOptions fit = {.epochs = 20, .rate = 1e-2, .members = 3};
};

// One row a visit and period k after it in which the person had not come back yet, as far as the log goes:
// did they, in that period? In order of the visits' times.
struct ReturnRows {
  std::vector<HistoryExample> examples;
  std::vector<int64_t> periods;  // [examples], from 0
};
ReturnRows return_rows(const VisitLog& log, const HazardOptions& options);

// Throws invalid_argument where there is too little to learn from.
HistoryModel fit_return(const ReturnRows& rows, const HazardOptions& options);

// The chance that the person has not come back by the end of each period after their last visit:
//   S(k) = product over periods s <= k of (1 - hazard(s))
// [periods]; the last is the chance that they are lost.
std::vector<double> away_curve(const HistoryModel& model, const VisitLog& log, uint32_t person,
                               const HazardOptions& options);

// -log likelihood a row of the model, and of one hazard a period, the share that came back in it.
struct HazardFigures {
  int64_t rows = 0;
  double log_loss = 0, by_period = 0;
};
// Both learned from `before`, and judged on `rows`.
HazardFigures hazard_figures(const HistoryModel& model, const ReturnRows& before, const ReturnRows& rows);

}  // namespace heed::economy
