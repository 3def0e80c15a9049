#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/weight_values.h"

namespace heed::infer {

// The weights of a model seen from one scope of their names, so that layers are built as the weight tree
// reads: weights / "encoder" / "norm". A view: the file must outlive it.
class Weights {
 public:
  explicit Weights(const SafetensorsFile& file) : file_(&file) {}

  Weights operator/(const std::string& name) const { return {*file_, path(name)}; }
  Weights operator/(int64_t number) const { return *this / std::to_string(number); }

  // A copy of the weight `name` of this scope, I8 as the numbers that it means; throws not_found, or for find
  // returns nothing.
  std::vector<float> at(const std::string& name) const { return weight_values(*file_, path(name)); }
  std::vector<float> find(const std::string& name) const {
    return file_->tensors().contains(path(name)) ? at(name) : std::vector<float>();
  }
  bool contains(const std::string& name) const { return file_->tensors().contains(path(name)); }
  // As the file names it.
  std::string full_name(const std::string& name) const { return path(name); }
  const std::vector<int64_t>& shape(const std::string& name) const { return file_->at(path(name)).shape; }

  // A weight [R, C] stored as I8, for products of int8: q [R * C] in [-127, 127] where it lies in the
  // mapping, and R scales; its values are scales[r] * q[r * C + c]. The latter two throw unsupported or
  // not_found where is_int8 says no.
  bool is_int8(const std::string& name) const { return file_->at(path(name)).type == DataType::i8; }
  std::span<const int8_t> int8(const std::string& name) const { return int8_values(*file_, path(name)); }
  std::vector<float> scales(const std::string& name) const {
    return file_->at(path(scale_name(name))).to_floats();
  }

 private:
  Weights(const SafetensorsFile& file, std::string scope) : file_(&file), scope_(std::move(scope)) {}
  std::string path(const std::string& name) const { return scope_.empty() ? name : scope_ + "." + name; }

  const SafetensorsFile* file_;
  std::string scope_;
};

}  // namespace heed::infer
