#pragma once

#include <map>
#include <string>

#include "base/error.h"
#include "model/config.h"
#include "model/safetensors.h"

namespace heed {

// Checks that `weights` are exactly those of weight_shapes(config): F32, BF16, or where the list allows it I8
// from -127 to 127 with its scales beside it (NAME.scale, F32, one a row, finite and above 0), and no scale
// without. Throws `code` naming `where`, the weight, what was expected, what was found and the cure. Nothing
// of the weights' size is allocated.
void check_weights(const ModelConfig& config, const std::map<std::string, TensorView>& weights,
                   ErrorCode code, const std::string& where);

}  // namespace heed
