#include "train/progress.h"

#include <gtest/gtest.h>

namespace heed::train {
namespace {

TEST(Progress, durations_read_as_clocks) {
  EXPECT_EQ(format_duration(0), "00:00");
  EXPECT_EQ(format_duration(61.9), "01:01");
  EXPECT_EQ(format_duration(3723), "01:02:03");
}

TEST(Progress, a_line_fits_its_terminal) {
  const ProgressPoint point{.epoch = 3,
                            .epochs = 20,
                            .batch = 50,
                            .batches = 100,
                            .loss = 3.21,
                            .tokens_per_second = 2143.4,
                            .seconds_left = 751};
  EXPECT_EQ(format_progress(point, 120),
            "epoch 3/20 [===============>              ] 50/100  loss 3.210  2143 tok/s  ETA 12:31");
  for (int columns = 1; columns < 120; ++columns) {
    EXPECT_LE(format_progress(point, columns).size(), static_cast<size_t>(columns));
  }
}

}  // namespace
}  // namespace heed::train
