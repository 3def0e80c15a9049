#include "infer/layer_norm.h"

#include <cmath>

namespace heed::infer {
namespace {

constexpr float kEpsilon = 1e-5F;

float mean_of(const float* x, int64_t width) {
  float sum = 0.0F;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; ++i) sum += x[i];
  return sum / static_cast<float>(width);
}

float variance_of(const float* x, int64_t width, float mean) {
  float sum = 0.0F;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; ++i) sum += (x[i] - mean) * (x[i] - mean);
  return sum / static_cast<float>(width);
}

}  // namespace

Matrix LayerNorm::operator()(const Matrix& x) const {
  Matrix y(x.rows, x.cols);
  for (int64_t r = 0; r < x.rows; ++r) {
    const float* from = x.row(r);
    float* to = y.row(r);
    const float mean = mean_of(from, x.cols);
    const float scale = 1.0F / std::sqrt(variance_of(from, x.cols, mean) + kEpsilon);
    for (int64_t i = 0; i < x.cols; ++i) to[i] = (from[i] - mean) * scale * weight_[i] + bias_[i];
  }
  return y;
}

}  // namespace heed::infer
