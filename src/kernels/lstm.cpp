#include "kernels/lstm.h"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/lstm.cpp"
#include <hwy/foreach_target.h>

#include "kernels/lstm-inl.h"

#if HWY_ONCE
namespace heed::kernels {

HWY_EXPORT(run_step);
HWY_EXPORT(run_backward);

void lstm_step(float* gates, const float* cell_before, float* cell, float* hidden, int64_t rows,
               int64_t width) {
  HWY_DYNAMIC_DISPATCH(run_step)(gates, cell_before, cell, hidden, rows, width);
}

void lstm_step_backward(const float* gates, const float* cell_before, const float* cell,
                        const float* d_hidden, float* d_cell, float* d_gates, int64_t rows, int64_t width) {
  HWY_DYNAMIC_DISPATCH(run_backward)(gates, cell_before, cell, d_hidden, d_cell, d_gates, rows, width);
}

}  // namespace heed::kernels
#endif  // HWY_ONCE
