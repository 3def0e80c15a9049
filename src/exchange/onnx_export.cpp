#include "exchange/onnx_export.h"

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "exchange/onnx_encoder.h"
#include "exchange/onnx_library.h"

namespace heed::exchange {

OnnxModel export_onnx(const ModelDirectory& model, const std::filesystem::path& file) {
  check_can_write(file);
  OnnxModel graph = onnx_encoder(model);
  std::string bytes, reason;
  if (!onnx_library().serialise(graph, &bytes, &reason)) {
    std::ranges::replace(reason, '\n', ' ');
    throw Error(ErrorCode::internal,
                model.path.string() + ": expected ONNX's checker to pass the graph, found: " + reason);
  }
  write_file_atomically(file, bytes);
  return graph;
}

}  // namespace heed::exchange
