#include "exchange/onnx_batch.h"

namespace heed::exchange {
namespace {

// Added to a score, it leaves a weight of exactly 0 after a softmax. Finite, because a row of padding may see
// no key at all, and what is not a number would reach the texts through values of weight 0.
constexpr float kHidden = -1e9F;

}  // namespace

OnnxBatch::OnnxBatch(OnnxBuilder& graph) : graph_(graph) {
  ids_ = graph_.input({.name = "ids", .type = DataType::i64, .shape = {"batch", "tokens"}});
  lengths_ = graph_.input({.name = "lengths", .type = DataType::i64, .shape = {"batch"}});
  shape_ = graph_.node("Shape", {ids_});
  const Value tokens = graph_.node("Gather", {shape_, graph_.integer(1)});
  positions_ = graph_.node("Range", {graph_.integer(0), tokens, graph_.integer(1)});
  const Value lengths = graph_.node("Unsqueeze", {lengths_, graph_.integers({1})});
  valid_ = graph_.node("Less", {positions_, lengths});
}

const OnnxBatch::Value& OnnxBatch::offsets() {
  if (offsets_.empty()) {
    const Value queries = graph_.node("Unsqueeze", {positions_, graph_.integers({1})});
    offsets_ = graph_.node("Sub", {positions_, queries});
  }
  return offsets_;
}

OnnxBatch::Value OnnxBatch::hidden_keys(int64_t window) {
  Value seen = graph_.node("Unsqueeze", {valid_, graph_.integers({1, 2})});
  if (window > 0) {
    const Value distance = graph_.node("Abs", {offsets()});
    seen = graph_.node("And", {seen, graph_.node("Less", {distance, graph_.integer(window)})});
  }
  return graph_.node("Where", {seen, graph_.scalar(0.0F), graph_.scalar(kHidden)});
}

OnnxBatch::Value OnnxBatch::split(const Value& rows, int64_t heads, int64_t width) {
  Value& shape = shapes_[{heads, width}];
  if (shape.empty())
    shape = graph_.node("Concat", {shape_, graph_.integers({heads, width})}, {{"axis", int64_t{0}}});
  const Value apart = graph_.node("Reshape", {rows, shape});
  return graph_.node("Transpose", {apart}, {{"perm", std::vector<int64_t>{0, 2, 1, 3}}});
}

OnnxBatch::Value OnnxBatch::join(const Value& heads, int64_t columns) {
  const Value beside = graph_.node("Transpose", {heads}, {{"perm", std::vector<int64_t>{0, 2, 1, 3}}});
  return graph_.node("Reshape", {beside, graph_.integers({-1, columns})});
}

OnnxBatch::Value OnnxBatch::texts(const Value& rows, int64_t columns) {
  const Value shape = graph_.node("Concat", {shape_, graph_.integers({columns})}, {{"axis", int64_t{0}}});
  const Value valid = graph_.node("Unsqueeze", {valid_, graph_.integers({2})});
  return graph_.node("Where", {valid, graph_.node("Reshape", {rows, shape}), graph_.scalar(0.0F)});
}

}  // namespace heed::exchange
