#include "exchange/onnx_builder.h"

#include <utility>

#include "base/error.h"
#include "model/weight_values.h"

namespace heed::exchange {
namespace {

std::string to_bytes(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void OnnxBuilder::reserve(const std::string& name) {
  if (outer_names_.insert(name).second) return;
  throw Error(ErrorCode::invalid_argument,
              "ONNX graph: expected every input and output to have its own name, found '" + name +
                  "' twice; a head of this name must be renamed (heads/" + name +
                  ".json, config.json and its weights)");
}

std::string OnnxBuilder::new_name(const std::string& kind) { return kind + ":" + std::to_string(count_++); }

OnnxBuilder::Value OnnxBuilder::input(const OnnxValue& input) {
  reserve(input.name);
  model_.inputs.push_back(input);
  return input.name;
}

void OnnxBuilder::output(const Value& value, const OnnxValue& output) {
  reserve(output.name);
  model_.outputs.push_back(output);
  model_.nodes.push_back({"Identity", {value}, {output.name}, {}});
}

OnnxBuilder::Value OnnxBuilder::weight(const std::string& name) {
  if (!used_weights_.insert(name).second) return name;
  const std::vector<float> values = weight_values(weights_, name);
  model_.constants.push_back(
      {name, DataType::f32, weights_.at(name).shape, to_bytes(std::as_bytes(std::span(values)))});
  return name;
}

OnnxBuilder::Value OnnxBuilder::add_constant(DataType type, const std::vector<int64_t>& shape,
                                             std::span<const std::byte> bytes) {
  model_.constants.push_back({new_name("constant"), type, shape, to_bytes(bytes)});
  return model_.constants.back().name;
}

OnnxBuilder::Value OnnxBuilder::constant(const std::vector<int64_t>& shape, std::span<const float> values) {
  return add_constant(DataType::f32, shape, std::as_bytes(values));
}

OnnxBuilder::Value OnnxBuilder::integers(const std::vector<int64_t>& values) {
  return add_constant(DataType::i64, {static_cast<int64_t>(values.size())}, std::as_bytes(std::span(values)));
}

OnnxBuilder::Value OnnxBuilder::integer(int64_t value) {
  return add_constant(DataType::i64, {}, std::as_bytes(std::span(&value, 1)));
}

OnnxBuilder::Value OnnxBuilder::node(const std::string& operation, const std::vector<Value>& inputs,
                                     const Attributes& attributes) {
  return nodes(operation, inputs, 1, attributes).front();
}

std::vector<OnnxBuilder::Value> OnnxBuilder::nodes(const std::string& operation,
                                                   const std::vector<Value>& inputs, int64_t outputs,
                                                   const Attributes& attributes) {
  std::vector<Value> names;
  for (int64_t i = 0; i < outputs; ++i) names.push_back(new_name(operation));
  model_.nodes.push_back({operation, inputs, names, attributes});
  return names;
}

}  // namespace heed::exchange
