#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/model_directory.h"
#include "model/weight_values.h"

namespace heed::bench {

// What the rows of the serving engine measure: an encoder classifier of 4 layers, D 256, FFN 1024, 4 heads
// and 8000 pieces with random weights, written as any model is, and texts of 32 tokens. Gone from the disk
// with the object.
class ServingModel {
 public:
  static constexpr int64_t kTokens = 32;  // of a text, </s> included

  // fp32 or int8; the exported file and what LibTorch reads are then the numbers that int8 means.
  explicit ServingModel(Precision precision);
  ~ServingModel();
  ServingModel(const ServingModel&) = delete;
  ServingModel& operator=(const ServingModel&) = delete;

  const ModelDirectory& directory() const { return directory_; }
  const std::filesystem::path& onnx() const { return onnx_; }  // the same model, exported

  struct Text {
    std::string line;
    std::vector<int32_t> ids;  // without </s>
  };
  // Another one for each number.
  Text text(uint64_t number) const;

 private:
  std::filesystem::path folder_, onnx_;
  ModelDirectory directory_;
};

// Multiplications and additions of the matrix products that such a text takes, those of attention included.
double products_of_a_text(const ModelConfig& config);

}  // namespace heed::bench
