#include "exchange/onnx_attention.h"

#include <cmath>

#include "attention/place.h"
#include "exchange/onnx_layers.h"
#include "kernels/rotary.h"

namespace heed::exchange {
namespace {

using Value = OnnxBuilder::Value;

const std::vector<int64_t> kSwapLast = {0, 1, 3, 2};  // [.., T, K] -> [.., K, T]

Value scaled(OnnxBuilder& graph, const Value& scores, int64_t width) {
  const auto factor = static_cast<float>(1.0 / std::sqrt(static_cast<double>(width)));
  return graph.node("Mul", {scores, graph.scalar(factor)});
}

// A factor a head, [H] -> [H, 1, 1].
Value by_head(OnnxBuilder& graph, const Value& factors) {
  return graph.node("Unsqueeze", {factors, graph.integers({1, 2})});
}

// Minus ALiBi's slopes, [H, 1, 1].
Value falling_slopes(OnnxBuilder& graph, int64_t heads) {
  std::vector<float> slopes;
  for (int64_t h = 0; h < heads; ++h) slopes.push_back(static_cast<float>(-attention::alibi_slope(h, heads)));
  return graph.constant({heads, 1, 1}, slopes);
}

}  // namespace

OnnxAttention::OnnxAttention(OnnxBuilder& graph, OnnxBatch& batch, const ModelConfig& config)
    : graph_(graph), batch_(batch), c_(config), padding_(batch.hidden_keys(0)) {
  hidden_ = c_.attention.window > 0 ? batch_.hidden_keys(c_.attention.window) : padding_;
  if (c_.attention.bias == "alibi") {
    const Value distance = graph_.node("Abs", {batch_.offsets()});
    const Value floats = graph_.node("Cast", {distance}, {{"to", int64_t{1}}});  // FLOAT
    alibi_ = graph_.node("Mul", {floats, falling_slopes(graph_, c_.heads)});
  }
  if (c_.positions == "rotary") {
    const int64_t width = c_.head_width();
    const kernels::Rotation rotation({0, c_.max_length - 1}, width);
    const Value table = graph_.constant({c_.max_length, width}, rotation.turns);
    const Value turns = graph_.node("Gather", {table, batch_.positions()});
    const std::vector<Value> halves = graph_.nodes("Split", {turns}, 2, {{"axis", int64_t{-1}}});
    cosines_ = halves[0];
    sines_ = halves[1];
  }
}

// kernels/rotary.h's formula on [B, H, T, K].
Value OnnxAttention::rotate(const Value& heads) {
  if (cosines_.empty()) return heads;
  const std::vector<Value> halves = graph_.nodes("Split", {heads}, 2, {{"axis", int64_t{-1}}});
  const auto times = [&](const Value& a, const Value& b) { return graph_.node("Mul", {a, b}); };
  const Value low = graph_.node("Sub", {times(halves[0], cosines_), times(halves[1], sines_)});
  const Value high = graph_.node("Add", {times(halves[0], sines_), times(halves[1], cosines_)});
  return graph_.node("Concat", {low, high}, {{"axis", int64_t{-1}}});
}

// Each of the key heads, [B, Hkv, T, K], as often as query heads share it: [B, H, T, K].
Value OnnxAttention::repeat(const Value& heads) {
  if (c_.key_heads == c_.heads) return heads;
  const Value apart = graph_.node("Unsqueeze", {heads, graph_.integers({2})});
  const Value times = graph_.integers({1, 1, c_.heads / c_.key_heads, 1, 1});
  const Value repeated = graph_.node("Expand", {apart, times});
  return graph_.node("Reshape", {repeated, graph_.integers({0, c_.heads, -1, c_.head_width()})});
}

// (scores + bias) / temperature, and unseen keys hidden.
Value OnnxAttention::biased(Value scores, const std::string& scope) {
  if (!alibi_.empty()) scores = graph_.node("Add", {scores, alibi_});
  if (c_.attention.bias == "relative") {
    const Value reach = graph_.integer(c_.attention.relative_reach);
    const Value offset =
        graph_.node("Clip", {batch_.offsets(), graph_.integer(-c_.attention.relative_reach), reach});
    const Value column = graph_.node("Add", {offset, reach});
    const Value bias =
        graph_.node("Gather", {graph_.weight(scope + ".relative_bias"), column}, {{"axis", int64_t{1}}});
    scores = graph_.node("Add", {scores, bias});
  }
  if (c_.attention.learned_temperature) {
    const Value temperature = graph_.node("Exp", {graph_.weight(scope + ".log_temperature")});
    scores = graph_.node("Div", {scores, by_head(graph_, temperature)});
  }
  return graph_.node("Add", {scores, hidden_});
}

Value OnnxAttention::self(const Value& x, const std::string& scope) {
  const int64_t width = c_.head_width();
  const Value query = batch_.split(linear(graph_, x, scope + ".query"), c_.heads, width);
  const Value key = batch_.split(linear(graph_, x, scope + ".key"), c_.key_heads, width);
  const Value value = c_.attention.values == "keys"
                          ? key
                          : batch_.split(linear(graph_, x, scope + ".value"), c_.key_heads, width);
  const Value turned = graph_.node("Transpose", {repeat(rotate(key))}, {{"perm", kSwapLast}});
  Value scores = graph_.node("MatMul", {rotate(query), turned});
  if (c_.attention.score == "scaled_dot") scores = scaled(graph_, scores, width);
  const Value weights = graph_.node("Softmax", {biased(scores, scope)}, {{"axis", int64_t{-1}}});
  const Value attended = graph_.node("MatMul", {weights, repeat(value)});
  return linear(graph_, batch_.join(attended, c_.heads * width), scope + ".output");
}

Value OnnxAttention::pool(const Value& encoded, const std::string& scope) {
  const int64_t width = c_.head_width();
  const Value key = batch_.split(linear(graph_, encoded, scope + ".key"), c_.pool_heads(), width);
  const Value query = graph_.node("Unsqueeze", {graph_.weight(scope + ".query"), graph_.integers({1})});
  const Value turned = graph_.node("Transpose", {key}, {{"perm", kSwapLast}});
  const Value scores = scaled(graph_, graph_.node("MatMul", {query, turned}), width);  // [B, H, 1, T]
  const Value hidden = graph_.node("Add", {scores, padding_});
  const Value weights = graph_.node("Softmax", {hidden}, {{"axis", int64_t{-1}}});
  const Value pooled = graph_.node("MatMul", {weights, batch_.split(encoded, c_.pool_heads(), width)});
  return graph_.node("Reshape", {pooled, graph_.integers({-1, c_.dim})});
}

}  // namespace heed::exchange
