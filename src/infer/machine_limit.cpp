#include "infer/machine_limit.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "infer/packed_matrix.h"
#include "infer/single_thread.h"

namespace heed::infer {
namespace {

constexpr int64_t kRows = 256, kWidth = 1024;
constexpr double kSeconds = 0.2;

PackedMatrix make_matrix(bool int8) {
  const auto count = static_cast<size_t>(kWidth * kWidth);
  if (!int8) return {std::vector<float>(count, 0.5F), {}, kWidth, kWidth};
  return {std::vector<int8_t>(count, 3), std::vector<float>(kWidth, 0.5F), {}, kWidth, kWidth};
}

}  // namespace

double product_limit(bool int8) {
  using Clock = std::chrono::steady_clock;
  const SingleThread single;
  const PackedMatrix matrix = make_matrix(int8);
  std::vector<float> x(static_cast<size_t>(kRows * kWidth)), y(x.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 17);
  double best = 0.0;
  const auto seconds_since = [](Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
  };
  for (const auto begin = Clock::now(); seconds_since(begin) < kSeconds;) {
    const auto one = Clock::now();
    matrix.multiply(x.data(), kRows, y.data());
    best = std::max(best, static_cast<double>(kRows * kWidth * kWidth) / seconds_since(one));
  }
  return best;
}

}  // namespace heed::infer
