#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "apps/console.h"
#include "base/error.h"
#include "base/json.h"
#include "base/nearest.h"
#include "cli/evaluation.h"
#include "cli/model_heads.h"
#include "data/table.h"
#include "infer/classifier.h"
#include "metrics/calibration.h"
#include "metrics/classification.h"
#include "metrics/confusion_table.h"

namespace heed::cli {
namespace {

// The head to measure: the one asked for, the one named like the label column, or the only one.
const HeadConfig& choose_head(const ModelDirectory& model, const EvaluateClassification& settings,
                              size_t& number) {
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
  number = chosen[0];
  if (heads[number].multi_label) {
    throw Error(ErrorCode::unsupported, model.path.string() + ": head '" + heads[number].name +
                                            "': expected one label a text, found a multi-label head");
  }
  return heads[number];
}

std::vector<int32_t> read_truth(const data::Table& table, size_t column, const HeadConfig& head) {
  std::map<std::string, int32_t> numbers;
  for (const std::string& label : head.labels) numbers.emplace(label, static_cast<int32_t>(numbers.size()));
  std::vector<int32_t> truth;
  for (const data::Row& row : table.rows) {
    const std::string& label = row.fields[column];
    const auto found = numbers.find(label);
    if (found == numbers.end()) {
      throw Error(ErrorCode::invalid_argument,
                  table.where(row) + ": column '" + table.columns[column] + "': expected one of the " +
                      std::to_string(head.labels.size()) + " labels of head '" + head.name + "', found '" +
                      label + "'" + did_you_mean(label, head.labels));
    }
    truth.push_back(found->second);
  }
  return truth;
}

// Probabilities [N, L] in the order of the head's labels.
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

struct Figures {
  metrics::ConfusionMatrix matrix;
  double calibration_error = 0;
};

Json to_json(const Figures& figures, const HeadConfig& head) {
  Json labels = Json::object();
  const auto scores = metrics::class_scores(figures.matrix);
  for (size_t i = 0; i < scores.size(); ++i) {
    labels[head.labels[i]] = {{"precision", scores[i].precision},
                              {"recall", scores[i].recall},
                              {"f1", scores[i].f1},
                              {"support", scores[i].support}};
  }
  Json confusions = Json::array();
  for (int64_t truth = 0; truth < figures.matrix.classes; ++truth) {
    for (int64_t predicted = 0; predicted < figures.matrix.classes; ++predicted) {
      const int64_t count = figures.matrix.at(truth, predicted);
      if (truth == predicted || count == 0) continue;
      confusions.push_back(
          {{"truth", head.labels[truth]}, {"predicted", head.labels[predicted]}, {"count", count}});
    }
  }
  return {{"head", head.name},
          {"examples", figures.matrix.total()},
          {"accuracy", metrics::accuracy(figures.matrix)},
          {"macro_f1", metrics::macro_f1(figures.matrix)},
          {"ece", figures.calibration_error},
          {"temperature", head.temperature},
          {"labels", std::move(labels)},
          {"confusions", std::move(confusions)}};
}

std::string to_text(const Figures& figures, const HeadConfig& head) {
  const auto row = [](const char* name, const std::string& value) {
    return metrics::fit_to_width(name, 12) + value + "\n";
  };
  return row("head", head.name + ", " + std::to_string(head.labels.size()) + " labels") +
         row("examples", std::to_string(figures.matrix.total())) +
         row("accuracy", apps::fixed(100 * metrics::accuracy(figures.matrix), 2) + " %") +
         row("macro-F1", apps::fixed(100 * metrics::macro_f1(figures.matrix), 2) + " %") +
         row("ECE", apps::fixed(100 * figures.calibration_error, 2) + " % (at the stored temperature " +
                        apps::fixed(head.temperature, 3) + ")") +
         "\n" + metrics::confusion_table(figures.matrix, head.labels);
}

}  // namespace

void evaluate_classification(const EvaluateClassification& settings, bool json) {
  const ModelDirectory model = open_model(settings.model);
  size_t number = 0;
  const HeadConfig& head = choose_head(model, settings, number);
  const data::Table table = data::read_table(settings.data);
  const size_t text_column = table.column(settings.text_column);
  const size_t label_column = table.column(settings.label_column.empty() ? head.name : settings.label_column);
  const std::vector<int32_t> truth = read_truth(table, label_column, head);
  std::vector<std::string> texts;
  for (const data::Row& row : table.rows) texts.push_back(row.fields[text_column]);

  const auto classes = static_cast<int64_t>(head.labels.size());
  const std::vector<float> probabilities = predict(infer::Classifier(model), texts, number, head);
  Figures figures{metrics::confusion_matrix(truth, metrics::highest_classes(probabilities, classes), classes),
                  metrics::expected_calibration_error(probabilities, truth, classes)};
  apps::print(json ? to_json(figures, head).dump() + "\n" : to_text(figures, head));
}

}  // namespace heed::cli
