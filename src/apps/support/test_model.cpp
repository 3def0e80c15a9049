#include "apps/support/test_model.h"

#include <algorithm>
#include <map>

#include "apps/console.h"
#include "apps/support/train_model.h"
#include "apps/support/work_folder.h"
#include "apps/support/write_dataset.h"
#include "base/error.h"
#include "base/nearest.h"
#include "infer/classifier.h"
#include "model/model_directory.h"

namespace heed::apps::support {
namespace {

size_t intent_head(const ModelDirectory& model) {
  const auto& heads = model.config.classification_heads;
  const auto found = std::ranges::find_if(
      heads, [](const HeadConfig& head) { return head.name == "intent" && !head.multi_label; });
  if (found == heads.end()) {
    throw Error(
        ErrorCode::not_found,
        model.path.string() + ": expected a head 'intent', which `heed support train` makes, found none");
  }
  return static_cast<size_t>(found - heads.begin());
}

// A model that has not seen an intent gives it no probability.
void put_rows(const CrossValidation& part, const std::vector<size_t>& rows, CrossValidation& whole) {
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t y = 0; y < part.intents.size(); ++y) {
      const auto at = std::lower_bound(whole.intents.begin(), whole.intents.end(), part.intents[y]) -
                      whole.intents.begin();
      whole.probabilities[rows[i] * whole.intents.size() + static_cast<size_t>(at)] = part.row(i)[y];
    }
  }
}

}  // namespace

CrossValidation ask_model(const std::filesystem::path& path, const std::vector<LabelledText>& examples) {
  const ModelDirectory model = open_model(path);
  const size_t number = intent_head(model);
  CrossValidation result{.intents = model.config.classification_heads[number].labels};
  std::map<std::string, int32_t> places;
  for (const std::string& label : result.intents) places.emplace(label, static_cast<int32_t>(places.size()));
  std::vector<std::string> texts;
  for (const LabelledText& example : examples) {
    const auto place = places.find(example.intent);
    if (place == places.end()) {
      throw Error(ErrorCode::invalid_argument, example.where + ": the intent '" + example.intent +
                                                   "' is none of the model's" +
                                                   did_you_mean(example.intent, result.intents));
    }
    result.labels.push_back(place->second);
    texts.push_back(example.text);
  }
  result.probabilities.resize(examples.size() * result.intents.size());
  const infer::Classifier classifier(model);
  const auto answers = classifier.classify(texts);
  for (size_t i = 0; i < answers.size(); ++i) {
    for (const infer::LabelScore& score : answers[i].heads[number].labels) {
      result.probabilities[i * result.intents.size() + static_cast<size_t>(places.at(score.label))] =
          static_cast<float>(score.probability);
    }
  }
  return result;
}

CrossValidation cross_validate_trained(const std::vector<LabelledText>& examples,
                                       const TrainedFolds& options) {
  const std::vector<int64_t> fold = folds_of(examples, options.folds, options.seed);
  CrossValidation whole{.intents = Dataset{.examples = examples}.intents(), .folds = options.folds};
  for (const LabelledText& example : examples) {
    whole.labels.push_back(
        static_cast<int32_t>(std::lower_bound(whole.intents.begin(), whole.intents.end(), example.intent) -
                             whole.intents.begin()));
  }
  whole.probabilities.resize(examples.size() * whole.intents.size());
  for (int64_t held = 0; held < options.folds; ++held) {
    const WorkFolder work;
    Dataset seen;
    std::vector<LabelledText> unseen;
    std::vector<size_t> rows;
    for (size_t i = 0; i < examples.size(); ++i) {
      if (fold[i] != held) {
        seen.examples.push_back(examples[i]);
      } else {
        rows.push_back(i);
      }
    }
    const std::vector<std::string> known = seen.intents();
    std::erase_if(rows, [&](size_t i) { return !std::ranges::binary_search(known, examples[i].intent); });
    for (const size_t i : rows) unseen.push_back(examples[i]);
    write_dataset(seen, work.path());
    const std::filesystem::path model = work.path() / "model";
    print_report("fold " + std::to_string(held + 1) + " of " + std::to_string(options.folds) +
                 ": training on " + std::to_string(seen.examples.size()) + " examples\n");
    train_model({.folder = work.path().string(),
                 .model = model.string(),
                 .overrides = options.overrides,
                 .quiet = true});
    put_rows(ask_model(model, unseen), rows, whole);
  }
  return whole;
}

}  // namespace heed::apps::support
