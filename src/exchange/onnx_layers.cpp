#include "exchange/onnx_layers.h"

#include <numbers>

namespace heed::exchange {
namespace {

using Value = OnnxBuilder::Value;

constexpr float kEpsilon = 1e-5F;

Value gelu(OnnxBuilder& graph, const Value& x) {
  const Value inside = graph.node("Div", {x, graph.scalar(std::numbers::sqrt2_v<float>)});
  const Value twice = graph.node("Add", {graph.node("Erf", {inside}), graph.scalar(1.0F)});
  return graph.node("Mul", {graph.node("Mul", {x, twice}), graph.scalar(0.5F)});
}

Value gate(OnnxBuilder& graph, const Value& up, const std::string& activation) {
  const std::vector<Value> halves = graph.nodes("Split", {up}, 2, {{"axis", int64_t{-1}}});
  const Value opened = activation == "geglu"
                           ? gelu(graph, halves[0])
                           : graph.node("Mul", {halves[0], graph.node("Sigmoid", {halves[0]})});
  return graph.node("Mul", {opened, halves[1]});
}

Value activate(OnnxBuilder& graph, const Value& up, const std::string& activation) {
  if (activation == "relu") return graph.node("Relu", {up});
  if (activation == "gelu") return gelu(graph, up);
  return gate(graph, up, activation);
}

}  // namespace

Value linear(OnnxBuilder& graph, const Value& x, const std::string& scope) {
  return graph.node("Gemm", {x, graph.weight(scope + ".weight"), graph.weight(scope + ".bias")},
                    {{"transB", int64_t{1}}});
}

Value layer_norm(OnnxBuilder& graph, const Value& x, const std::string& scope) {
  return graph.node("LayerNormalization", {x, graph.weight(scope + ".weight"), graph.weight(scope + ".bias")},
                    {{"axis", int64_t{-1}}, {"epsilon", kEpsilon}});
}

Value block(OnnxBuilder& graph, const Value& x, const std::string& scope, bool post_norm,
            const Compute& compute) {
  const std::string norm = scope + ".norm";
  if (post_norm) return layer_norm(graph, graph.node("Add", {x, compute(x)}), norm);
  return graph.node("Add", {x, compute(layer_norm(graph, x, norm))});
}

Value feed_forward(OnnxBuilder& graph, const Value& x, const std::string& scope,
                   const std::string& activation) {
  return linear(graph, activate(graph, linear(graph, x, scope + ".up"), activation), scope + ".down");
}

}  // namespace heed::exchange
