#include "train/history.h"

#include <fstream>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/temporary_folder.h"

namespace heed::train {
namespace {

HistoryPoint point(int64_t step, double loss) {
  return {.step = step, .epoch = 1, .split = "valid", .values = {{"loss", loss}}};
}

TEST(History, gives_a_metric_of_a_split_in_order) {
  const TemporaryFolder folder;
  HistoryWriter writer(folder.path(), 0);
  writer.add(point(1, 3.0));
  writer.add({.step = 1, .epoch = 1, .split = "train", .values = {{"loss", 9.0}}});
  writer.add(point(2, 2.0));
  EXPECT_EQ(writer.history().curve("valid", "loss"), (std::vector<double>{3.0, 2.0}));
}

TEST(History, a_resumed_run_forgets_what_came_after_its_checkpoint) {
  const TemporaryFolder folder;
  {
    HistoryWriter writer(folder.path(), 0);
    for (int step = 1; step <= 5; ++step) writer.add(point(step, step));
  }
  std::ofstream(folder / "metrics.jsonl", std::ios::app) << "{\"step\": 6, \"epo";  // a crash cut this line
  HistoryWriter resumed(folder.path(), 3);
  EXPECT_EQ(resumed.history().curve("valid", "loss"), (std::vector<double>{1.0, 2.0, 3.0}));
  resumed.add(point(4, 0.5));
  EXPECT_EQ(HistoryWriter(folder.path(), 9).history().curve("valid", "loss"),
            (std::vector<double>{1.0, 2.0, 3.0, 0.5}));
}

}  // namespace
}  // namespace heed::train
