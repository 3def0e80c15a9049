#pragma once

#include <initializer_list>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "exchange/onnx_model.h"
#include "model/safetensors.h"

namespace heed::exchange {

// Builds an OnnxModel node by node. A value is known by its name: an input's, a weight's
// ("encoder.norm.bias"), or one given here, which has a colon ("MatMul:12"), so that nothing that a user
// named can have the same.
class OnnxBuilder {
 public:
  using Value = std::string;
  using Attributes = std::map<std::string, OnnxAttribute>;

  // `weights` must outlive the builder.
  explicit OnnxBuilder(const SafetensorsFile& weights) : weights_(weights) {}

  // Throws invalid_argument where an input or output already has this name.
  Value input(const OnnxValue& input);
  void output(const Value& value, const OnnxValue& output);

  // A weight of the model as fp32, under its own name; once, however often it is asked for.
  Value weight(const std::string& name);
  bool has_weight(const std::string& name) const { return weights_.tensors().contains(name); }

  Value constant(const std::vector<int64_t>& shape, std::span<const float> values);
  Value scalar(float value) { return constant({}, {&value, 1}); }
  Value integers(const std::vector<int64_t>& values);  // [n]
  Value integer(int64_t value);                        // a scalar

  // A node with one output, or with several.
  Value node(const std::string& operation, const std::vector<Value>& inputs,
             const Attributes& attributes = {});
  std::vector<Value> nodes(const std::string& operation, const std::vector<Value>& inputs, int64_t outputs,
                           const Attributes& attributes = {});

  // What was built, without name, version and metadata.
  OnnxModel take() { return std::move(model_); }

 private:
  Value new_name(const std::string& kind);
  Value add_constant(DataType type, const std::vector<int64_t>& shape, std::span<const std::byte> bytes);
  void reserve(const std::string& name);

  const SafetensorsFile& weights_;
  OnnxModel model_;
  std::set<std::string> outer_names_, used_weights_;
  int64_t count_ = 0;
};

}  // namespace heed::exchange
