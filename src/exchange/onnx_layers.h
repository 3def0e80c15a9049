#pragma once

#include <functional>
#include <string>

#include "exchange/onnx_builder.h"
#include "model/config.h"

// The layers of docs/formats.md, "From text to logits", as nodes. Rows are [N, columns]; `scope` is where a
// layer's weights stand.
namespace heed::exchange {

// x W^T + b
OnnxBuilder::Value linear(OnnxBuilder& graph, const OnnxBuilder::Value& x, const std::string& scope);

OnnxBuilder::Value layer_norm(OnnxBuilder& graph, const OnnxBuilder::Value& x, const std::string& scope);

// A block between its norm (SCOPE.norm) and its residual connection: x + compute(norm(x)), or post-norm
// norm(x + compute(x)).
using Compute = std::function<OnnxBuilder::Value(const OnnxBuilder::Value&)>;
OnnxBuilder::Value block(OnnxBuilder& graph, const OnnxBuilder::Value& x, const std::string& scope,
                         bool post_norm, const Compute& compute);

// down(activation(up(x))); `activation` is the configuration's.
OnnxBuilder::Value feed_forward(OnnxBuilder& graph, const OnnxBuilder::Value& x, const std::string& scope,
                                const std::string& activation);

}  // namespace heed::exchange
