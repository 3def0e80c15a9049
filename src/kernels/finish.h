#pragma once

namespace heed::kernels {

// What happens to a row of products before it is written.
struct Finish {
  bool relu = false;  // negative results become 0
  bool add = false;   // results are added to what y holds: a residual connection
};

}  // namespace heed::kernels
