#pragma once

#include <string>
#include <utility>
#include <vector>

#include "store/event.h"

namespace heed::store {

constexpr int64_t kNoon = 1'750'000'000'000'000;  // 2025-06-15

inline Decision sample_decision(const std::string& id, int64_t ts_us = kNoon) {
  return {.event_id = id,
          .ts_us = ts_us,
          .app = "digest",
          .subject = "读者-7",
          .context_hash = "c0ffee",
          .candidates = {{"文章-1", 0.75, 0.9, 0}, {"article-2", -1.5, 0.1, -1}},
          .chosen = "文章-1",
          .model = "ranker",
          .version = 3,
          .reason = "she read two of this series; 连载",
          .minutes = 4.5};
}

inline Outcome sample_outcome(const std::string& id, const std::string& decision_id,
                              int64_t ts_us = kNoon + 1) {
  return {.event_id = id, .decision_id = decision_id, .ts_us = ts_us, .kind = "dwell", .value = 62.5};
}

inline std::vector<std::string> ids_of(const std::vector<Event>& events) {
  std::vector<std::string> ids;
  for (const Event& event : events) ids.push_back(event_id(event));
  return ids;
}

}  // namespace heed::store
