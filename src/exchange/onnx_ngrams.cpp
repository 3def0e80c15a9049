#include "exchange/onnx_ngrams.h"

namespace heed::exchange {

OnnxNgrams::OnnxNgrams(OnnxBuilder& graph, const std::string& name, const std::vector<OnnxDimension>& shape)
    : graph_(&graph) {
  buckets_ = graph.input({.name = name + "_buckets", .type = DataType::i64, .shape = shape});
  const auto values = graph.input({.name = name + "_values", .type = DataType::f32, .shape = shape});
  values_ = graph.node("Unsqueeze", {values, graph.integers({-2})});  // [..., 1, n]
}

OnnxBuilder::Value OnnxNgrams::sum(const std::string& table) const {
  const auto rows = graph_->node("Gather", {graph_->weight(table), buckets_});  // [..., n, D]
  return graph_->node("Squeeze", {graph_->node("MatMul", {values_, rows}), graph_->integers({-2})});
}

}  // namespace heed::exchange
