#pragma once

#include <string>
#include <vector>

#include "exchange/onnx_builder.h"

namespace heed::exchange {

// Hashed n-grams as the graph takes them. Text cannot be hashed in a graph of token ids, so the caller finds
// them (text/ngrams.h): buckets and values, the places that a row does not need with bucket 0 and value 0.
class OnnxNgrams {
 public:
  // Adds the inputs NAME_buckets and NAME_values of this shape, the last dimension counting n-grams.
  OnnxNgrams(OnnxBuilder& graph, const std::string& name, const std::vector<OnnxDimension>& shape);

  // The sum of values * rows of the weight `table` [buckets, D]: [..., D].
  OnnxBuilder::Value sum(const std::string& table) const;

 private:
  OnnxBuilder* graph_;
  OnnxBuilder::Value buckets_, values_;
};

}  // namespace heed::exchange
