#pragma once

#include <string>
#include <vector>

#include "model/safetensors.h"

namespace heed::infer {

// The weights of a model seen from one scope of their names, so that layers are built as the weight tree
// reads: weights / "encoder" / "norm". A view: the file must outlive it.
class Weights {
 public:
  explicit Weights(const SafetensorsFile& file) : file_(&file) {}

  Weights operator/(const std::string& name) const { return {*file_, path(name)}; }
  Weights operator/(int64_t number) const { return *this / std::to_string(number); }

  // A copy of the array `name` of this scope; throws not_found, or for find returns nothing.
  std::vector<float> at(const std::string& name) const { return file_->at(path(name)).to_floats(); }
  std::vector<float> find(const std::string& name) const {
    return file_->tensors().contains(path(name)) ? at(name) : std::vector<float>();
  }
  bool contains(const std::string& name) const { return file_->tensors().contains(path(name)); }
  const std::vector<int64_t>& shape(const std::string& name) const { return file_->at(path(name)).shape; }

 private:
  Weights(const SafetensorsFile& file, std::string scope) : file_(&file), scope_(std::move(scope)) {}
  std::string path(const std::string& name) const { return scope_.empty() ? name : scope_ + "." + name; }

  const SafetensorsFile* file_;
  std::string scope_;
};

}  // namespace heed::infer
