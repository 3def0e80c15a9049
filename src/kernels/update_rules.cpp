#include "kernels/update_rules.h"

#include <cmath>

#include "kernels/vector_clones.h"

namespace heed::kernels {

HEED_VECTOR_CLONES
void adam(float* __restrict weight, const float* __restrict gradient, float* __restrict first,
          float* __restrict second, int64_t count, UpdateFactors f) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = f.gradient_scale * gradient[i] + f.l2 * weight[i];
    first[i] = f.beta1 * first[i] + (1.0F - f.beta1) * g;
    second[i] = f.beta2 * second[i] + (1.0F - f.beta2) * g * g;
    weight[i] =
        f.shrink * weight[i] - f.step_size * first[i] / (std::sqrt(f.correction2 * second[i]) + f.epsilon);
  }
}

HEED_VECTOR_CLONES
void adagrad(float* __restrict weight, const float* __restrict gradient, float* __restrict squares,
             float* /*second*/, int64_t count, UpdateFactors f) {
  for (int64_t i = 0; i < count; ++i) {
    const float g = f.gradient_scale * gradient[i] + f.l2 * weight[i];
    squares[i] += g * g;
    weight[i] = f.shrink * weight[i] - f.step_size * g / (std::sqrt(squares[i]) + f.epsilon);
  }
}

HEED_VECTOR_CLONES
void momentum(float* __restrict weight, const float* __restrict gradient, float* __restrict velocity,
              float* /*second*/, int64_t count, UpdateFactors f) {
  for (int64_t i = 0; i < count; ++i) {
    velocity[i] = f.momentum * velocity[i] + f.gradient_scale * gradient[i] + f.l2 * weight[i];
    weight[i] = f.shrink * weight[i] - f.step_size * velocity[i];
  }
}

HEED_VECTOR_CLONES
void gradient_descent(float* __restrict weight, const float* __restrict gradient, float* /*first*/,
                      float* /*second*/, int64_t count, UpdateFactors f) {
  for (int64_t i = 0; i < count; ++i) {
    weight[i] = f.shrink * weight[i] - f.step_size * (f.gradient_scale * gradient[i] + f.l2 * weight[i]);
  }
}

}  // namespace heed::kernels
