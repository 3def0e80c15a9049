#include "kernels/positions.h"

#include <cmath>

namespace heed::kernels {

std::vector<float> sinusoid_table(int64_t length, int64_t dim) {
  std::vector<float> table(static_cast<size_t>(length * dim));
  for (int64_t t = 0; t < length; ++t) {
    for (int64_t i = 0; i < dim; ++i) {
      const double angle = t / std::pow(10000.0, static_cast<double>(i - i % 2) / dim);
      table[t * dim + i] = static_cast<float>(i % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return table;
}

}  // namespace heed::kernels
