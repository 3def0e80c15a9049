#include "infer/matrix.h"

namespace heed::infer {

void add(Matrix& x, const Matrix& y) {
  for (size_t i = 0; i < x.values.size(); ++i) x.values[i] += y.values[i];
}

}  // namespace heed::infer
