#include "metrics/direction.h"

#include <gtest/gtest.h>

using heed::metrics::greater_is_better;

TEST(Direction, losses_and_errors_are_better_when_less_and_a_heads_figure_follows_its_name) {
  for (const char* name : {"loss", "perplexity", "calibration_error", "hamming_loss", "intent/loss"}) {
    EXPECT_FALSE(greater_is_better(name)) << name;
  }
  for (const char* name : {"accuracy", "macro_f1", "bleu", "chrf", "意图/accuracy", "loss/accuracy"}) {
    EXPECT_TRUE(greater_is_better(name)) << name;
  }
}
