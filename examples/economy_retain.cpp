// When a word is due again: build/release/bin/example_economy_retain
#include <cstdio>

#include "economy/review_log.h"
#include "economy/schedule.h"

int main() {
  heed::economy::ScheduledItem word;
  int64_t now = heed::economy::parse_time("2026-11-26T08:00:00Z", "now");
  for (int k = 0; k < 4; ++k, now = word.due_us) {
    heed::economy::review(heed::economy::MemoryModel(), {.retention = 0.9}, heed::economy::Rating::good, now,
                          word);
    std::printf("recalled; due again on %s\n", heed::economy::day_text(word.due_us).c_str());
  }
}
