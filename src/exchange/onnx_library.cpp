#include "exchange/onnx_library.h"

#include "base/module.h"

namespace heed::exchange {
namespace {

const OnnxLibrary* load_library() {
  void* entry = open_module({.file = "libheed_onnx.so", .entry = "heed_onnx_library", .rival = ""});
  return reinterpret_cast<const OnnxLibrary* (*)()>(entry)();
}

}  // namespace

const OnnxLibrary& onnx_library() {
  static const OnnxLibrary* const library = load_library();
  return *library;
}

}  // namespace heed::exchange
