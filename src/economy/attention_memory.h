#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "economy/history_attention.h"
#include "economy/memory_fit.h"
#include "economy/review_log.h"

namespace heed::economy {

// The attention memory model, beside FSRS: chances of recall from a small attention model over what was
// reviewed before. It sees the last reviews of the card and those of other cards just before (rating, how
// long ago, the gap before it, how long the answer took), so that a good day and a slow answer count, which
// FSRS does not see. Recall falls with time as a power law, as FSRS' does.

// The reviews [from, to) that are at least a day after the one before, in order of time, and where in the
// log.
struct RecallExamples {
  std::vector<HistoryExample> examples;
  std::vector<size_t> reviews;  // [examples]
};
RecallExamples recall_examples(const ReviewLog& log, size_t from, size_t to);

struct AttentionMemoryOptions {
  HistoryFitOptions fit = {};
  double oldest = 0.25;  // as FitOptions::oldest
};

// Throws invalid_argument where there is too little to learn from.
HistoryModel fit_attention_memory(const ReviewLog& log, size_t to,
                                  const AttentionMemoryOptions& options = {});

// As recall_figures() of FSRS, over the same reviews.
RecallFigures recall_figures(const HistoryModel& model, const ReviewLog& log, size_t from, size_t to);

// {"model": "attention", "shape": {…}, "members": [[parameters], …]}.
Json to_json(const HistoryModel& model);
// `where` opens messages. Throws corrupt_data.
HistoryModel history_model(const Json& json, const std::string& where);

}  // namespace heed::economy
