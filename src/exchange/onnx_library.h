#pragma once

#include <string>

#include "exchange/onnx_model.h"

namespace heed::exchange {

// What Heed asks of ONNX's library, which is loaded as a module of its own (onnx_module.cpp): linked into
// `heed`, it and its protobuf would add a quarter to the start of every command (decision 20).
struct OnnxLibrary {
  // The bytes of an ONNX file, which ONNX's own checker and shape inference have passed. False, with the
  // reason, where they have not.
  bool (*serialise)(const OnnxModel& model, std::string* bytes, std::string* reason);
};

// Opens the module, libheed_onnx.so, at the first call. Thread-safe. Throws what open_module does.
const OnnxLibrary& onnx_library();

}  // namespace heed::exchange
