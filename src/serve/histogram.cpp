#include "serve/histogram.h"

#include <algorithm>
#include <cmath>

namespace heed::serve {

void Histogram::add(double value) {
  const double place = std::ceil(std::log2(std::max(value, kLeast) / kLeast) * kCellsAnOctave - 1e-9);
  ++cells_[static_cast<size_t>(std::clamp(place, 0.0, static_cast<double>(kCells)))];
  ++count_;
  sum_ += value;
}

void Histogram::add(const Histogram& other) {
  for (size_t i = 0; i < cells_.size(); ++i) cells_[i] += other.cells_[i];
  count_ += other.count_;
  sum_ += other.sum_;
}

double Histogram::quantile(double q) const {
  const auto wanted = static_cast<uint64_t>(std::ceil(q * static_cast<double>(count_)));
  uint64_t seen = 0;
  for (size_t i = 0; i < cells_.size(); ++i) {
    seen += cells_[i];
    if (count_ > 0 && seen >= wanted) return kLeast * std::exp2(static_cast<double>(i) / kCellsAnOctave);
  }
  return 0.0;
}

uint64_t Histogram::count_to_octave(size_t octave) const {
  uint64_t count = 0;
  for (size_t i = 0; i <= octave * kCellsAnOctave && i < cells_.size(); ++i) count += cells_[i];
  return count;
}

double Histogram::octave_bound(size_t octave) { return kLeast * std::exp2(static_cast<double>(octave)); }

}  // namespace heed::serve
