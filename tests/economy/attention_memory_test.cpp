#include "economy/attention_memory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/error.h"
#include "base/random.h"

using namespace heed;
using namespace heed::economy;

namespace {

// A person who has good days and bad ones: what they forgot just before says more than the card's own past.
ReviewLog moody_person(int days, uint64_t seed) {
  Random random(seed);
  ReviewLog log;
  for (int day = 0; day < days; ++day) {
    const double recall = random.uniform() < 0.5 ? 0.95 : 0.4;
    for (int k = 0; k < 20; ++k) {
      const bool recalled = random.uniform() < recall;
      log.add(fmt::format("卡片{}", (day * 20 + k) % 60), recalled ? "3" : "1",
              fmt::format("{}T08:00:{:02}Z", day_text(day * kDayUs), k), "log", recalled ? "3000" : "15000");
    }
  }
  log.sort();
  return log;
}

}  // namespace

TEST(AttentionMemory, sees_what_a_memory_model_of_the_card_alone_cannot) {
  const ReviewLog log = moody_person(120, 1);
  const size_t end = log.reviews().size(), split = end * 8 / 10;
  const HistoryModel model = fit_attention_memory(log, split, {.fit = {.members = 1}});
  const RecallFigures own = recall_figures(model, log, split, end);
  const RecallFigures fsrs = recall_figures(fit_memory(log, split), log, split, end);
  EXPECT_EQ(own.reviews, fsrs.reviews);
  EXPECT_LT(own.log_loss, fsrs.log_loss - 0.05);
  EXPECT_LT(own.log_loss, average_log_loss(log, split, end) - 0.05);
  EXPECT_NEAR(own.predicted, own.recalled, 0.1);
}

TEST(AttentionMemory, never_sees_what_comes_after) {
  const ReviewLog log = moody_person(30, 2), longer = moody_person(31, 2);
  const RecallExamples a = recall_examples(log, 100, 600), b = recall_examples(longer, 100, 600);
  ASSERT_EQ(a.examples.size(), b.examples.size());
  for (size_t k = 0; k < a.examples.size(); ++k) {
    EXPECT_EQ(a.examples[k].events, b.examples[k].events);
    EXPECT_EQ(a.examples[k].query, b.examples[k].query);
  }
}

TEST(AttentionMemory, is_written_and_read_back) {
  const ReviewLog log = moody_person(20, 3);
  const size_t end = log.reviews().size();
  const HistoryModel model = fit_attention_memory(log, end, {.fit = {.epochs = 3, .members = 2}});
  EXPECT_LT(model.parameters(), 10'000);
  const HistoryModel read = history_model(Json::parse(to_json(model).dump()), "memory.json");
  EXPECT_EQ(recall_figures(read, log, 0, end).log_loss, recall_figures(model, log, 0, end).log_loss);
  Json broken = to_json(model);
  broken["members"][1].erase(0);
  try {
    history_model(broken, "memory.json");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
    EXPECT_THAT(error.what(), testing::HasSubstr("memory.json: member 1"));
  }
}

TEST(AttentionMemory, durations_that_are_none_are_refused) {
  ReviewLog log;
  EXPECT_THROW(log.add("a", "3", "2024-01-01", "log:2", "-5"), Error);
  EXPECT_THROW(log.add("a", "3", "2024-01-01", "log:2", "soon"), Error);
  log.add("a", "3", "2024-01-01", "log:2", "");
  log.add("a", "3", "2024-01-02", "log:3", "2500");
  log.sort();
  EXPECT_EQ(log.reviews()[1].seconds, 2.5F);
}
