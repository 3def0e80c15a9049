#include "kernels/activation.h"

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/activation.cpp"
#include <hwy/foreach_target.h>

#include "kernels/activation-inl.h"

#if HWY_ONCE
namespace heed::kernels {

HWY_EXPORT(gelu_all);
HWY_EXPORT(silu_all);

void gelu(float* x, int64_t count) { HWY_DYNAMIC_DISPATCH(gelu_all)(x, count); }
void silu(float* x, int64_t count) { HWY_DYNAMIC_DISPATCH(silu_all)(x, count); }

}  // namespace heed::kernels
#endif  // HWY_ONCE
