#include "model/weight_values.h"

#include <algorithm>

#include "base/error.h"
#include "model/file_name.h"

namespace heed {
namespace {

bool has_type(const SafetensorsFile& file, DataType type) {
  return std::ranges::any_of(file.tensors(), [&](const auto& item) { return item.second.type == type; });
}

}  // namespace

std::vector<float> weight_values(const SafetensorsFile& file, const std::string& name) {
  if (file.at(name).type != DataType::i8) return file.at(name).to_floats();
  const std::span<const int8_t> quantised = int8_values(file, name);
  const std::vector<float> scales = file.at(scale_name(name)).to_floats();
  const size_t cols = quantised.size() / scales.size();
  std::vector<float> values(quantised.size());
  for (size_t i = 0; i < values.size(); ++i) values[i] = scales[i / cols] * static_cast<float>(quantised[i]);
  return values;
}

std::span<const int8_t> int8_values(const SafetensorsFile& file, const std::string& name) {
  const TensorView& view = file.at(name);
  if (view.type != DataType::i8) {
    throw Error(ErrorCode::unsupported, file.path().string() + ": weight " + quote_name(name) +
                                            ": expected I8, found " + to_string(view.type));
  }
  return {reinterpret_cast<const int8_t*>(view.bytes.data()), view.bytes.size()};
}

std::string to_string(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return "fp32";
    case Precision::bf16:
      return "bf16";
    case Precision::int8:
      return "int8";
  }
  return "";
}

Precision weight_precision(const SafetensorsFile& file) {
  if (has_type(file, DataType::i8)) return Precision::int8;
  return has_type(file, DataType::bf16) ? Precision::bf16 : Precision::fp32;
}

}  // namespace heed
