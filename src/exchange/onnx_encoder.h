#pragma once

#include "exchange/onnx_model.h"
#include "model/model_directory.h"

namespace heed::exchange {

// The encoder of a model with its classification heads as an ONNX graph (docs/formats.md, "ONNX files", has
// its inputs, outputs and metadata). Throws what check_onnx_expresses does, and invalid_argument where a head
// has the name of another output or an input.
OnnxModel onnx_encoder(const ModelDirectory& model);

}  // namespace heed::exchange
