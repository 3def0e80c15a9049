#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "model/safetensors.h"

// An ONNX model as plain data, in the terms of ONNX's own specification (IR version 8, operator set 17): what
// the module of onnx_library.h turns into bytes.
namespace heed::exchange {

using OnnxAttribute = std::variant<int64_t, float, std::vector<int64_t>>;

struct OnnxNode {
  std::string operation;  // of the default operator set: "MatMul"
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, OnnxAttribute> attributes;
};

// A dimension is a number, or a name where it is the caller's choice.
using OnnxDimension = std::variant<int64_t, std::string>;

struct OnnxValue {
  std::string name;
  DataType type = DataType::f32;
  std::vector<OnnxDimension> shape;
};

struct OnnxModel {
  std::string name;
  int64_t version = 0;
  std::vector<Tensor> constants;  // f32 or i64
  std::vector<OnnxNode> nodes;    // each after those whose outputs it takes
  std::vector<OnnxValue> inputs, outputs;
  std::map<std::string, std::string> metadata;
};

}  // namespace heed::exchange
