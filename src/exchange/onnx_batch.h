#pragma once

#include <map>
#include <string>

#include "exchange/onnx_builder.h"
#include "model/config.h"

namespace heed::exchange {

// A padded batch in the graph: the inputs `ids` [B, T], </s> at each text's end, and `lengths` [B]. Its rows
// stand one text after another as [B * T, D], padding included; no row of a text sees padding.
class OnnxBatch {
 public:
  using Value = OnnxBuilder::Value;

  explicit OnnxBatch(OnnxBuilder& graph);

  const Value& ids() const { return ids_; }
  const Value& positions() const { return positions_; }  // [T]: 0, 1, ...
  const Value& valid() const { return valid_; }          // bool [B, T]: not padding

  // [T, T] at query t and key s: s - t.
  const Value& offsets();

  // What is added to scores [B, H, T, S]: 0, and where a key is not seen, less than any score. A `window` of
  // 0 is none.
  Value hidden_keys(int64_t window);

  // [B T, heads * width] -> [B, heads, T, width], and back.
  Value split(const Value& rows, int64_t heads, int64_t width);
  Value join(const Value& heads, int64_t columns);

  // [B T, D] -> [B, T, D], with 0 in the rows of padding.
  Value texts(const Value& rows, int64_t columns);

 private:
  OnnxBuilder& graph_;
  Value ids_, lengths_, shape_, positions_, valid_, offsets_;
  std::map<std::vector<int64_t>, Value> shapes_;  // [B, T, ...] by what follows
};

}  // namespace heed::exchange
