#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace heed {

enum class DataType { f32, bf16, i8, i32, i64, u8, f64 };
size_t size_of(DataType type);
std::string to_string(DataType type);  // the format's own name: "F32"

// A named array that owns its bytes (row-major, little endian).
struct Tensor {
  std::string name;
  DataType type = DataType::f32;
  std::vector<int64_t> shape;
  std::string bytes;
};

// A named array inside a mapped file.
struct TensorView {
  DataType type = DataType::f32;
  std::vector<int64_t> shape;
  std::string_view bytes;  // not necessarily aligned to the type

  int64_t elements() const;
  std::vector<float> to_floats() const;  // f32 or bf16, else throws unsupported
};

// "[8000, 256]", for messages and listings.
std::string to_string(const std::vector<int64_t>& shape);

// What a safetensors file holds; views point into its bytes.
struct SafetensorsContent {
  std::map<std::string, TensorView> tensors;
  std::map<std::string, std::string> metadata;
};

// Reads a safetensors file (8-byte little-endian header size, JSON header, data) that lies in memory,
// checking header size, JSON, types, offsets in order without holes or overlaps, shapes that match their byte
// counts without overflow. Throws corrupt_data naming the file (`where`), the tensor, what was expected and
// found. At most 100 MB of header.
SafetensorsContent parse_safetensors(std::string_view bytes, const std::string& where);

// A safetensors file, mapped and checked by parse_safetensors. The file must not be changed in place while it
// is mapped.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::filesystem::path& path);

  const std::map<std::string, TensorView>& tensors() const { return content_.tensors; }
  const std::map<std::string, std::string>& metadata() const { return content_.metadata; }
  // Throws not_found naming the nearest known name.
  const TensorView& at(const std::string& name) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  MappedFile file_;
  SafetensorsContent content_;
};

// The bytes of such a file, as write_safetensors writes them; `where` names it in messages.
std::string to_safetensors(const std::vector<Tensor>& tensors, const std::string& where,
                           const std::map<std::string, std::string>& metadata = {});

// Writes atomically; the data begins at a multiple of 64 bytes, wider types first so that each array is
// aligned to its own type. Throws invalid_argument where two names are equal or a shape does not match its
// bytes.
void write_safetensors(const std::filesystem::path& path, const std::vector<Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace heed
