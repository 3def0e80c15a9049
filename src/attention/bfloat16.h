#pragma once

#include <vector>

#include "attention/attention.h"

namespace heed::attention {

// Inputs of bfloat16 as floats of their own, for what has no kernel of that format.
class WideInputs {
 public:
  explicit WideInputs(const Inputs<BFloat16>& inputs);
  // Valid as long as this lives.
  const Inputs<float>& inputs() const { return inputs_; }

 private:
  Inputs<float> inputs_;
  std::vector<float> query_, key_, value_;
};

}  // namespace heed::attention
