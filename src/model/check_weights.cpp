#include "model/check_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/nearest.h"
#include "model/file_name.h"
#include "model/weight_values.h"

namespace heed {
namespace {

// The label count of a head stands in two files, so a mismatch names both.
std::string label_hint(const ModelConfig& config, const std::string& weight) {
  for (const HeadConfig& head : config.classification_heads) {
    const std::string scope = "heads." + head.name + ".output.";
    if (weight.starts_with(scope)) {
      return "; heads/" + head.name + ".json lists " + std::to_string(head.labels.size()) + " labels";
    }
  }
  return "";
}

class WeightCheck {
 public:
  WeightCheck(const ModelConfig& config, const std::map<std::string, TensorView>& weights, ErrorCode code,
              const std::string& where)
      : config_(config), weights_(weights), code_(code), where_(where), expected_(weight_shapes(config)) {}

  void run() const {
    size_t arrays = expected_.size();
    for (const WeightShape& weight : expected_) {
      const TensorView& view = check_shape(weight.name, weight.shape);
      if (view.type == DataType::i8 && weight.by_row) {
        check_int8(weight, view);
        ++arrays;  // its scales
      } else if (view.type != DataType::f32 && view.type != DataType::bf16) {
        fail(weight.name, weight.by_row ? "F32, BF16 or I8" : "F32 or BF16", to_string(view.type));
      }
    }
    if (weights_.size() != arrays) refuse_extra();
  }

 private:
  const TensorView& check_shape(const std::string& name, const std::vector<int64_t>& shape) const {
    const auto found = weights_.find(name);
    if (found == weights_.end()) fail(name, to_string(shape) + " as config.json says", "none");
    if (found->second.shape != shape) {
      fail(name, "shape " + to_string(shape) + " as config.json says",
           to_string(found->second.shape) + label_hint(config_, name));
    }
    return found->second;
  }

  void check_int8(const WeightShape& weight, const TensorView& view) const {
    const size_t lowest = view.bytes.find('\x80');
    if (lowest != view.bytes.npos) {
      fail(weight.name, "numbers from -127 to 127", "-128 at element " + std::to_string(lowest));
    }
    check_scales(scale_name(weight.name), weight.shape[0]);
  }

  void check_scales(const std::string& name, int64_t rows) const {
    if (!weights_.contains(name)) fail(name, "the scales of an I8 weight, F32 " + to_string({rows}), "none");
    const TensorView& view = weights_.at(name);
    if (view.type != DataType::f32) fail(name, "scales in F32", to_string(view.type));
    if (view.shape != std::vector{rows})
      fail(name, "shape " + to_string({rows}) + ", a scale a row of its weight", to_string(view.shape));
    for (size_t i = 0; i < view.bytes.size() / sizeof(float); ++i) {
      float scale = 0;
      std::memcpy(&scale, view.bytes.data() + i * sizeof scale, sizeof scale);
      if (std::isfinite(scale) && scale > 0) continue;
      fail(name, "finite numbers above 0", std::to_string(scale) + " at element " + std::to_string(i));
    }
  }

  void refuse_extra() const {
    std::vector<std::string> known;
    for (const WeightShape& weight : expected_) known.push_back(weight.name);
    std::sort(known.begin(), known.end());
    const auto is_known = [&](const std::string& name) {
      return std::binary_search(known.begin(), known.end(), name);
    };
    for (const auto& item : weights_) {
      const std::string& name = item.first;
      if (is_known(name)) continue;
      const std::string owner = name.substr(0, name.size() - std::min(name.size(), kScaleSuffix.size()));
      if (name != scale_name(owner) || !is_known(owner)) {
        fail(name, "only the weights of config.json", "one more" + did_you_mean(name, known));
      }
      const DataType type = weights_.at(owner).type;
      if (type != DataType::i8) fail(name, "scales beside an I8 weight alone", "one of " + to_string(type));
    }
  }

  [[noreturn]] void fail(const std::string& name, const std::string& expected,
                         const std::string& found) const {
    throw Error(code_, where_ + ": weight " + quote_name(name) + ": expected " + expected + ", found " +
                           found + "; copy or export the model again");
  }

  const ModelConfig& config_;
  const std::map<std::string, TensorView>& weights_;
  ErrorCode code_;
  const std::string& where_;
  std::vector<WeightShape> expected_;
};

}  // namespace

void check_weights(const ModelConfig& config, const std::map<std::string, TensorView>& weights,
                   ErrorCode code, const std::string& where) {
  WeightCheck(config, weights, code, where).run();
}

}  // namespace heed
