#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/config.h"
#include "model/safetensors.h"

namespace heed {

struct WeightInfo {
  DataType type;
  std::vector<int64_t> shape;
};

// Checks that `weights` are exactly those of weight_shapes(config), as F32 or BF16. Throws `code` naming
// `where`, the weight, what was expected, what was found and the cure.
void check_weights(const ModelConfig& config, const std::map<std::string, WeightInfo>& weights,
                   ErrorCode code, const std::string& where);

}  // namespace heed
