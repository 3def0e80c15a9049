#pragma once

#include <cstdint>
#include <string>

namespace heed::train {

// What a line of progress tells.
struct ProgressPoint {
  int64_t epoch = 0, epochs = 0;   // epoch from 1
  int64_t batch = 0, batches = 0;  // within the epoch
  double loss = 0.0;
  double tokens_per_second = 0.0;
  double seconds_left = -1.0;  // < 0: not known
};

// "01:02:03" or "02:03"
std::string format_duration(double seconds);

// "epoch 3/20 [=====>     ] 412/980  loss 3.214  2143 tok/s  ETA 12:31", no wider than `columns`.
std::string format_progress(const ProgressPoint& point, int64_t columns);

// Draws progress on standard error: one line redrawn on a terminal, otherwise a plain line every ten seconds.
class ProgressBar {
 public:
  // `title` begins each line.
  explicit ProgressBar(bool quiet, std::string title = "");

  void show(const ProgressPoint& point);
  // A line that stays: clears the bar first.
  void say(const std::string& line);

 private:
  bool quiet_, terminal_;
  std::string title_;
  double last_shown_ = -1e9;
  bool drawn_ = false;
};

}  // namespace heed::train
