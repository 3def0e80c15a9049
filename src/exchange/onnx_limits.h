#pragma once

#include <string>

#include "model/config.h"

namespace heed::exchange {

// Whether the graph can say what this model computes. Throws unsupported naming the first field that it
// cannot, what it can, and the cure: "WHERE: field 'attention.normaliser': expected softmax for ONNX, found
// sparsemax; ..."; and too_large where the encoder's weights pass what one ONNX file holds.
void check_onnx_expresses(const ModelConfig& config, const std::string& where);

}  // namespace heed::exchange
