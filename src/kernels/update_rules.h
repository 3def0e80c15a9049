#pragma once

#include <cstdint>

namespace heed::kernels {

// The numbers of one update, the same for each element of an array.
struct UpdateFactors {
  float gradient_scale = 1.0F;                           // on every gradient, first (clipping)
  float l2 = 0.0F;                                       // times the weight, added to the gradient
  float shrink = 1.0F;                                   // on the weight (decoupled decay)
  float step_size = 0.0F;                                // the learning rate; with Adam over 1 - beta1^t
  float beta1 = 0.0F, beta2 = 0.0F, correction2 = 1.0F;  // correction2: 1 / (1 - beta2^t)
  float epsilon = 0.0F;
  float momentum = 0.0F;
};

// One pass over `count` elements of weight w, gradient g and the optimiser's states; no array overlaps
// another. With g' = gradient_scale g + l2 w:
using UpdateRule = void (*)(float* weight, const float* gradient, float* first, float* second, int64_t count,
                            UpdateFactors factors);

// m = b1 m + (1 - b1) g';  v = b2 v + (1 - b2) g'^2;  w = shrink w - step m / (sqrt(correction2 v) + epsilon)
void adam(float* weight, const float* gradient, float* first, float* second, int64_t count,
          UpdateFactors factors);
// s = s + g'^2;  w = shrink w - step g' / (sqrt(s) + epsilon). `second` is not read.
void adagrad(float* weight, const float* gradient, float* squares, float* second, int64_t count,
             UpdateFactors factors);
// u = momentum u + g';  w = shrink w - step u. `second` is not read.
void momentum(float* weight, const float* gradient, float* velocity, float* second, int64_t count,
              UpdateFactors factors);
// w = shrink w - step g'. Neither state is read.
void gradient_descent(float* weight, const float* gradient, float* first, float* second, int64_t count,
                      UpdateFactors factors);

}  // namespace heed::kernels
