#include "cli/labelled_texts.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/nearest.h"
#include "cli/model_heads.h"
#include "data/table.h"

namespace heed::cli {
namespace {

// The head to measure: the one asked for, the one named like the label column, or the only one.
size_t choose_head(const ModelDirectory& model, const EvaluateClassification& settings) {
  const auto& heads = model.config.classification_heads;
  std::string name = settings.head;
  if (name.empty() && std::ranges::count(heads, settings.label_column, &HeadConfig::name) == 1)
    name = settings.label_column;
  const std::vector<size_t> chosen = choose_heads(model, name);
  if (chosen.size() > 1) {
    std::string message = model.path.string() + ": expected --head with one of";
    for (const HeadConfig& head : heads) message += " " + head.name;
    throw Error(ErrorCode::invalid_argument, message + ", found none");
  }
  return chosen[0];
}

// The numbers of each row's labels.
std::vector<std::vector<int32_t>> read_truth(const data::Table& table, size_t column, const HeadConfig& head,
                                             const std::string& separator) {
  std::map<std::string, int32_t> numbers;
  for (const std::string& label : head.labels) numbers.emplace(label, static_cast<int32_t>(numbers.size()));
  std::vector<std::vector<int32_t>> truth;
  for (const data::Row& row : table.rows) {
    const std::string& field = row.fields[column];
    truth.emplace_back();
    for (const std::string& label :
         head.multi_label ? data::split_items(field, separator) : std::vector<std::string>{field}) {
      const auto found = numbers.find(label);
      if (found == numbers.end()) {
        throw Error(ErrorCode::invalid_argument,
                    table.where(row) + ": column '" + table.columns[column] + "': expected one of the " +
                        std::to_string(head.labels.size()) + " labels of head '" + head.name + "', found '" +
                        label + "'" + did_you_mean(label, head.labels));
      }
      truth.back().push_back(found->second);
    }
  }
  return truth;
}

}  // namespace

LabelledTexts read_labelled_texts(const EvaluateClassification& settings, const ModelDirectory& model) {
  LabelledTexts set{.head = choose_head(model, settings), .texts = {}, .labels = {}};
  const HeadConfig& head = model.config.classification_heads[set.head];
  const data::Table table = data::read_table(settings.data);
  const size_t text = table.column(settings.text_column);
  const size_t label = table.column(settings.label_column.empty() ? head.name : settings.label_column);
  set.labels = read_truth(table, label, head, settings.separator);
  for (const data::Row& row : table.rows) set.texts.push_back(row.fields[text]);
  return set;
}

std::vector<float> predict(const infer::Classifier& classifier, const std::vector<std::string>& texts,
                           size_t number, const HeadConfig& head) {
  std::map<std::string, size_t> places;
  for (const std::string& label : head.labels) places.emplace(label, places.size());
  std::vector<float> probabilities;
  for (const infer::ClassificationResult& result : classifier.classify(texts)) {
    std::vector<float> row(head.labels.size());
    for (const auto& [label, probability] : result.heads[number].labels) {
      row[places.at(label)] = static_cast<float>(probability);
    }
    probabilities.insert(probabilities.end(), row.begin(), row.end());
  }
  return probabilities;
}

}  // namespace heed::cli
