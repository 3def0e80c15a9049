#pragma once

#include <filesystem>
#include <string>

#include "model/safetensors.h"

namespace heed::train {

// Names and bytes of every tensor of a file, so that two files can be held against each other.
inline std::string tensor_bytes(const std::filesystem::path& path) {
  std::string bytes;
  const SafetensorsFile file(path);
  for (const auto& [name, view] : file.tensors()) bytes += name + std::string(view.bytes);
  return bytes;
}

}  // namespace heed::train
