#pragma once

#include <memory>
#include <vector>

#include "figure.h"
#include "model/model_directory.h"
#include "model/weight_values.h"

// The rows of the serving engine that a program measures, and what stands beside Heed in them.
namespace heed::bench {

// One text, or a batch of 64, through an encoder classifier (serving_model.h) whose weights are `precision`,
// one thread: beside a plain LibTorch module and onnxruntime in fp32 with the same weights, and beside the
// core's matrix products. Of one text the engine answers ids with logits, of a batch lines with
// probabilities.
std::vector<Figure> infer_classify(Precision precision);
std::vector<Figure> infer_classify_batch(Precision precision);

// What one writes with LibTorch for the same job: modules over a batch of texts of one length.
class PlainEncoder {
 public:
  explicit PlainEncoder(const ModelDirectory& model);
  ~PlainEncoder();

  // Logits [B, labels] of the first head; texts with their </s>.
  std::vector<float> logits(const std::vector<std::vector<int64_t>>& texts);

 private:
  struct Module;
  std::unique_ptr<Module> module_;
};

}  // namespace heed::bench
