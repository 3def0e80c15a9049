#include "cli/model_heads.h"

#include <numeric>

#include "base/error.h"
#include "base/nearest.h"

namespace heed::cli {

std::vector<size_t> choose_heads(const ModelDirectory& model, const std::string& name) {
  const std::vector<HeadConfig>& heads = model.config.classification_heads;
  if (heads.empty()) {
    throw Error(
        ErrorCode::invalid_argument,
        model.path.string() + ": expected a model with classification heads, found " +
            (model.config.sequence ? "a sequence of items; heed recommend is for it"
                                   : to_string(model.config.architecture) + "; heed translate is for it"));
  }
  std::vector<size_t> chosen(heads.size());
  std::iota(chosen.begin(), chosen.end(), size_t{0});
  if (name.empty()) return chosen;
  std::vector<std::string> known;
  for (size_t i = 0; i < heads.size(); ++i) {
    if (heads[i].name == name) return {i};
    known.push_back(heads[i].name);
  }
  std::string message = model.path.string() + ": expected a head '" + name + "', found";
  for (const std::string& each : known) message += " " + each;
  throw Error(ErrorCode::not_found, message + did_you_mean(name, known));
}

}  // namespace heed::cli
