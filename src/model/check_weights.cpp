#include "model/check_weights.h"

#include <algorithm>

#include "base/nearest.h"
#include "model/file_name.h"

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
  WeightCheck(const ModelConfig& config, const std::map<std::string, WeightInfo>& weights, ErrorCode code,
              const std::string& where)
      : config_(config), weights_(weights), code_(code), where_(where), expected_(weight_shapes(config)) {}

  void run() const {
    for (const WeightShape& weight : expected_) check(weight);
    if (weights_.size() != expected_.size()) refuse_extra();
  }

 private:
  void check(const WeightShape& weight) const {
    const auto found = weights_.find(weight.name);
    if (found == weights_.end()) {
      fail(weight.name, to_string(weight.shape) + " as config.json says", "none");
    }
    if (found->second.shape != weight.shape) {
      fail(weight.name, "shape " + to_string(weight.shape) + " as config.json says",
           to_string(found->second.shape) + label_hint(config_, weight.name));
    }
    const DataType type = found->second.type;
    if (type != DataType::f32 && type != DataType::bf16) fail(weight.name, "F32 or BF16", to_string(type));
  }

  void refuse_extra() const {
    std::vector<std::string> known;
    for (const WeightShape& weight : expected_) known.push_back(weight.name);
    std::sort(known.begin(), known.end());
    for (const auto& item : weights_) {
      if (std::binary_search(known.begin(), known.end(), item.first)) continue;
      fail(item.first, "only the weights of config.json", "one more" + did_you_mean(item.first, known));
    }
  }

  [[noreturn]] void fail(const std::string& name, const std::string& expected,
                         const std::string& found) const {
    throw Error(code_, where_ + ": weight " + quote_name(name) + ": expected " + expected + ", found " +
                           found + "; copy or export the model again");
  }

  const ModelConfig& config_;
  const std::map<std::string, WeightInfo>& weights_;
  ErrorCode code_;
  const std::string& where_;
  std::vector<WeightShape> expected_;
};

}  // namespace

void check_weights(const ModelConfig& config, const std::map<std::string, WeightInfo>& weights,
                   ErrorCode code, const std::string& where) {
  WeightCheck(config, weights, code, where).run();
}

}  // namespace heed
