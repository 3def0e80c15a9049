#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "model/model_directory.h"
#include "model/weight_values.h"

namespace heed::test {

inline std::vector<float> floats_of(const Tensor& tensor) {
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

inline Tensor tensor_of(const std::string& name, const std::vector<float>& values) {
  Tensor tensor{name, DataType::f32, {static_cast<int64_t>(values.size())}, {}};
  tensor.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  return tensor;
}

// Every weight [R, C] that may be I8 becomes it, each row scaled by its greatest number.
inline ModelContents int8_contents(ModelContents contents) {
  const std::vector<WeightShape> list = weight_shapes(contents.config);
  for (size_t i = 0; i < list.size(); ++i) {
    if (!list[i].by_row) continue;
    Tensor& weight = contents.weights[i];
    const std::vector<float> values = floats_of(weight);
    const auto rows = static_cast<size_t>(list[i].shape[0]), cols = values.size() / rows;
    std::vector<float> scales;
    std::string quantised;
    for (size_t r = 0; r < rows; ++r) {
      const auto row = std::span(values).subspan(r * cols, cols);
      float greatest = 0;
      for (const float value : row) greatest = std::max(greatest, std::abs(value));
      scales.push_back(greatest / 127);
      for (const float value : row) quantised += static_cast<char>(std::lround(value / scales.back()));
    }
    weight = {list[i].name, DataType::i8, list[i].shape, quantised};
    contents.weights.push_back(tensor_of(scale_name(list[i].name), scales));
  }
  return contents;
}

}  // namespace heed::test
