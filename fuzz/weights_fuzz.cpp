// A weights file from anyone: refused with heed::Error, or every tensor can be read.

#include "base/error.h"
#include "memory_file.h"
#include "model/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const heed::fuzz::MemoryFile file(bytes, size);
  try {
    const heed::SafetensorsFile weights(file.path());
    for (const auto& [name, tensor] : weights.tensors()) {
      if (tensor.type == heed::DataType::f32 || tensor.type == heed::DataType::bf16) tensor.to_floats();
    }
  } catch (const heed::Error&) {
  }
  return 0;
}
