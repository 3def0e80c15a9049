#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/safetensors.h"

// What the reader and the writer of safetensors share.
namespace heed {

constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;  // as the format's own reader
constexpr const char* kMetadataKey = "__metadata__";

std::optional<DataType> find_data_type(std::string_view name);

// Bytes of an array of `type` and `shape`; nothing where a side is negative or the product does not fit in 63
// bits.
std::optional<uint64_t> byte_count(DataType type, const std::vector<int64_t>& shape);

}  // namespace heed
