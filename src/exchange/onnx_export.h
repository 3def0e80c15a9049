#pragma once

#include <filesystem>

#include "exchange/onnx_model.h"
#include "model/model_directory.h"

namespace heed::exchange {

// Writes the encoder of a model as an ONNX file, to the side and then renamed; ONNX's own checker has passed
// it. Returns the graph that was written. Throws what onnx_encoder, onnx_library and write_file_atomically
// do, and internal where the checker refuses the graph.
OnnxModel export_onnx(const ModelDirectory& model, const std::filesystem::path& file);

}  // namespace heed::exchange
