#include "train/start_weights.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "model/weight_values.h"

namespace heed::train {
namespace {

[[noreturn]] void fail(const ModelDirectory& model, const std::string& problem) {
  throw Error(ErrorCode::invalid_argument, "'train.start_from': " + model.path.string() + ": " + problem +
                                               "; describe the same network in [model] and [text], or leave "
                                               "train.start_from out");
}

bool same_labels(const HeadConfig& a, const HeadConfig& b) {
  return a.name == b.name && a.kind == b.kind && a.labels == b.labels && a.multi_label == b.multi_label;
}

// Whether a weight may stay as it is: of a head that the model has not with these labels, or of n-grams.
bool may_stay_fresh(const std::string& name, const ModelConfig& theirs, const ModelConfig& ours) {
  if (name == "ngrams.weight") return true;  // data, not learned
  if (name.find("ngrams") != std::string::npos && theirs.ngrams.buckets == 0) return true;
  const auto of_head = [&](const auto& own, const auto& other) {
    return own && name.starts_with("heads." + own->name + ".") && !other;
  };
  if (of_head(ours.matching, theirs.matching) || of_head(ours.tagging, theirs.tagging)) return true;
  if (ours.tagging && name.starts_with("heads." + ours.tagging->name + ".") && ours.tagging != theirs.tagging)
    return true;
  return std::any_of(
      ours.classification_heads.begin(), ours.classification_heads.end(), [&](const HeadConfig& head) {
        return name.starts_with("heads." + head.name + ".") &&
               std::none_of(theirs.classification_heads.begin(), theirs.classification_heads.end(),
                            [&](const HeadConfig& other) { return same_labels(head, other); });
      });
}

// config.json's fields that say how numbers are meant.
std::map<std::string, std::string> meaning(const ModelConfig& config, bool with_ngrams) {
  Json json = to_json(config);
  for (const char* field : {"classification_heads", "matching", "tagging", "max_length"}) json.erase(field);
  if (!with_ngrams) json.erase("ngrams");
  std::map<std::string, std::string> fields;
  const Json flat = json.flatten();
  for (const auto& [pointer, value] : flat.items()) fields[pointer.substr(1)] = value.dump();
  return fields;
}

void check_meaning(const ModelDirectory& model, const ModelConfig& config) {
  const bool ngrams = config.ngrams.buckets > 0 && model.config.ngrams.buckets > 0;
  const auto theirs = meaning(model.config, ngrams);
  for (const auto& [field, ours] : meaning(config, ngrams)) {
    const auto at = theirs.find(field);
    const std::string found = at == theirs.end() ? "nothing" : at->second;
    if (found != ours)
      fail(model, fmt::format("field '{}': expected {} of the recipe, found {}", field, ours, found));
  }
}

void take(const std::vector<float>& values, torch::Tensor weight) {
  std::copy(values.begin(), values.end(), weight.data_ptr<float>());
}

}  // namespace

void take_weights(const ModelDirectory& model, const ModelConfig& config, const Parameters& parameters) {
  const torch::NoGradGuard no_grad;
  const auto& theirs = model.weights.tensors();
  for (const auto& [name, weight] : parameters.all()) {
    if (may_stay_fresh(name, model.config, config)) continue;
    const auto at = theirs.find(name);
    const std::vector<int64_t> shape = weight.sizes().vec();
    if (at == theirs.end())
      fail(model, fmt::format("weight '{}': expected shape {}, found none", name, shape));
    if (at->second.shape != shape) {
      fail(model, fmt::format("weight '{}': expected shape {}, found {}", name, shape, at->second.shape));
    }
  }
  check_meaning(model, config);
  for (const auto& [name, weight] : parameters.all()) {
    if (!may_stay_fresh(name, model.config, config))
      take(weight_values(model.weights, name), weight.detach());
  }
}

std::map<std::string, std::string> tokenizers_of(const ModelDirectory& model) {
  std::map<std::string, std::string> files;
  for (const std::string& name : {model.config.source_tokenizer, model.config.target_tokenizer}) {
    if (!name.empty()) files[name] = model.tokenizer(name);
  }
  return files;
}

}  // namespace heed::train
