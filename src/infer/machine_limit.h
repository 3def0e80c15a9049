#pragma once

namespace heed::infer {

// Multiply-adds a second that this core reaches now in a large product of the engine's own: of bytes (`int8`)
// or of floats, 256 x 1024 by 1024 x 1024, the best of a fifth of a second. What a step is measured against.
double product_limit(bool int8);

}  // namespace heed::infer
