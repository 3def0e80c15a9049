#pragma once

#include <torch/torch.h>

#include "train/batches.h"
#include "train/layers.h"

// What stands between the embedding and the heads or the output table: where architectures differ.
namespace heed::train {

class EncoderStack {
 public:
  virtual ~EncoderStack() = default;
  // embedded rows [N, D] -> encoded rows [N, D]
  virtual torch::Tensor encode(torch::Tensor x, const PackedTexts& texts, DropoutPlan& dropout) const = 0;
};

class DecoderStack {
 public:
  virtual ~DecoderStack() = default;
  // embedded rows [M, D] over encoded rows [N, D] -> rows [M, D] whose product with the output table are the
  // logits
  virtual torch::Tensor decode(torch::Tensor y, const PackedTexts& target, const torch::Tensor& memory,
                               const PackedTexts& source, DropoutPlan& dropout) const = 0;
};

}  // namespace heed::train
