#include "kernels/dropout.h"

#include "base/random.h"
#include "kernels/vector_clones.h"

namespace heed::kernels {
namespace {

struct Rule {
  uint32_t low, high, threshold;
  float scale;
};

Rule make_rule(double p, uint64_t seed) {
  const uint64_t mixed = mix64(seed);  // so that seeds which differ in one bit differ in both halves
  return {static_cast<uint32_t>(mixed), static_cast<uint32_t>(mixed >> 32),
          static_cast<uint32_t>(p * 4294967296.0), static_cast<float>(1.0 / (1.0 - p))};
}

// Two rounds of multiply and shift over the element's number, 32 bits so that eight or sixteen fit a
// register.
inline float keep(uint32_t i, const Rule& rule) {
  uint32_t h = i * 0x9e3779b1U + rule.low;
  h ^= h >> 16;
  h *= 0x7feb352dU;
  h ^= (h >> 15) ^ rule.high;
  h *= 0x846ca68bU;
  h ^= h >> 16;
  return h >= rule.threshold ? rule.scale : 0.0F;
}

HEED_VECTOR_CLONES
void run_dropout_add(const float* x, const float* residual, float* y, int64_t begin, int64_t end, Rule rule) {
  for (int64_t i = begin; i < end; ++i) y[i] = residual[i] + x[i] * keep(static_cast<uint32_t>(i), rule);
}

HEED_VECTOR_CLONES
void run_dropout(const float* x, float* y, int64_t begin, int64_t end, Rule rule) {
  for (int64_t i = begin; i < end; ++i) y[i] = x[i] * keep(static_cast<uint32_t>(i), rule);
}

HEED_VECTOR_CLONES
void run_relu_dropout(float* x, int64_t begin, int64_t end, Rule rule) {
  for (int64_t i = begin; i < end; ++i)
    x[i] = (x[i] > 0.0F ? x[i] : 0.0F) * keep(static_cast<uint32_t>(i), rule);
}

HEED_VECTOR_CLONES
void run_relu_gradient(const float* y, const float* d_y, float* d_x, int64_t begin, int64_t end,
                       float scale) {
  // A factor, not a branch around the product: only so does the compiler make vectors of it.
  for (int64_t i = begin; i < end; ++i) d_x[i] = d_y[i] * (y[i] > 0.0F ? scale : 0.0F);
}

}  // namespace

void dropout_add(const float* x, const float* residual, float* y, int64_t begin, int64_t end, double p,
                 uint64_t seed) {
  run_dropout_add(x, residual, y, begin, end, make_rule(p, seed));
}

void dropout(const float* x, float* y, int64_t begin, int64_t end, double p, uint64_t seed) {
  run_dropout(x, y, begin, end, make_rule(p, seed));
}

void relu_dropout(float* x, int64_t begin, int64_t end, double p, uint64_t seed) {
  run_relu_dropout(x, begin, end, make_rule(p, seed));
}

void relu_dropout_gradient(const float* y, const float* d_y, float* d_x, int64_t begin, int64_t end,
                           double p) {
  run_relu_gradient(y, d_y, d_x, begin, end, static_cast<float>(1.0 / (1.0 - p)));
}

}  // namespace heed::kernels
