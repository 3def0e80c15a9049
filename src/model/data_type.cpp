#include "model/data_type.h"

#include <array>
#include <string>

namespace heed {
namespace {

struct TypeInfo {
  std::string_view name;
  size_t size;
};

constexpr std::array<TypeInfo, 7> kTypes = {
    {{"F32", 4}, {"BF16", 2}, {"I8", 1}, {"I32", 4}, {"I64", 8}, {"U8", 1}, {"F64", 8}}};  // as the
                                                                                           // enumerators

}  // namespace

size_t size_of(DataType type) { return kTypes.at(static_cast<size_t>(type)).size; }

std::string to_string(DataType type) { return std::string(kTypes.at(static_cast<size_t>(type)).name); }

std::optional<DataType> find_data_type(std::string_view name) {
  for (size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].name == name) return static_cast<DataType>(i);
  }
  return std::nullopt;
}

std::optional<uint64_t> byte_count(DataType type, const std::vector<int64_t>& shape) {
  int64_t count = static_cast<int64_t>(size_of(type));
  for (const int64_t side : shape) {
    if (side < 0 || __builtin_mul_overflow(count, side, &count)) return std::nullopt;
  }
  return static_cast<uint64_t>(count);
}

std::string to_string(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace heed
