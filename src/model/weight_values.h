#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/safetensors.h"

// What the arrays of a model mean as numbers (docs/formats.md, "Weights, in file order"): F32 and BF16 are
// the weight itself; an I8 weight [R, C] has R scales beside it, and its values are scale[r] * q[r][c].
namespace heed {

constexpr std::string_view kScaleSuffix = ".scale";

// The array that holds the scales of the weight `name`.
inline std::string scale_name(const std::string& name) { return name + std::string(kScaleSuffix); }

// The numbers of the weight `name` as floats, whatever it is stored as, of a file that check_weights has
// passed. Throws not_found.
std::vector<float> weight_values(const SafetensorsFile& file, const std::string& name);

// The rows of an I8 weight [R, C] where they lie in the mapping, q in [-127, 127]. Throws not_found, or
// unsupported where the weight is of another type.
std::span<const int8_t> int8_values(const SafetensorsFile& file, const std::string& name);

enum class Precision { fp32, bf16, int8 };
std::string to_string(Precision precision);

// The narrowest type that a weight of the file has.
Precision weight_precision(const SafetensorsFile& file);

}  // namespace heed
