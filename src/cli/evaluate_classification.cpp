#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

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
  return heads[number];
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

std::string text_line(const char* name, const std::string& value) {
  return metrics::fit_to_width(name, 14) + value + "\n";
}

std::string percent(double share) { return apps::fixed(100 * share, 2) + " %"; }

Json to_json(const std::vector<metrics::ClassScores>& scores, const HeadConfig& head) {
  Json labels = Json::object();
  for (size_t i = 0; i < scores.size(); ++i) {
    labels[head.labels[i]] = {{"precision", scores[i].precision},
                              {"recall", scores[i].recall},
                              {"f1", scores[i].f1},
                              {"support", scores[i].support}};
  }
  return labels;
}

// What a head that gives one label a text reaches.
struct OneLabelFigures {
  metrics::ConfusionMatrix matrix;
  double calibration_error = 0;
};

OneLabelFigures one_label_figures(const std::vector<std::vector<int32_t>>& labels,
                                  const std::vector<float>& probabilities, int64_t classes) {
  std::vector<int32_t> truth;
  for (const auto& row : labels) truth.push_back(row.front());
  return {metrics::confusion_matrix(truth, metrics::highest_classes(probabilities, classes), classes),
          metrics::expected_calibration_error(probabilities, truth, classes)};
}

Json to_json(const OneLabelFigures& figures, const HeadConfig& head) {
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
          {"labels", to_json(metrics::class_scores(figures.matrix), head)},
          {"confusions", std::move(confusions)}};
}

std::string to_text(const OneLabelFigures& figures, const HeadConfig& head) {
  return text_line("head", head.name + ", " + std::to_string(head.labels.size()) + " labels") +
         text_line("examples", std::to_string(figures.matrix.total())) +
         text_line("accuracy", percent(metrics::accuracy(figures.matrix))) +
         text_line("macro-F1", percent(metrics::macro_f1(figures.matrix))) +
         text_line("ECE", percent(figures.calibration_error) + " (at the stored temperature " +
                              apps::fixed(head.temperature, 3) + ")") +
         "\n" + metrics::confusion_table(figures.matrix, head.labels);
}

// What a head that gives any number of labels a text reaches, each from a probability of one half.
metrics::MultiLabelScores multi_label_figures(const std::vector<std::vector<int32_t>>& labels,
                                              const std::vector<float>& probabilities, int64_t classes) {
  std::vector<uint8_t> truth(probabilities.size()), predicted(probabilities.size());
  for (size_t row = 0; row < labels.size(); ++row) {
    for (const int32_t label : labels[row]) truth[row * static_cast<size_t>(classes) + label] = 1;
  }
  std::ranges::transform(probabilities, predicted.begin(), [](float p) { return p >= 0.5F ? 1 : 0; });
  return metrics::multi_label_scores(truth, predicted, classes);
}

Json to_json(const metrics::MultiLabelScores& figures, const HeadConfig& head, size_t examples) {
  return {{"head", head.name},
          {"examples", examples},
          {"micro_f1", figures.micro_f1},
          {"macro_f1", figures.macro_f1},
          {"exact_match", figures.exact_match},
          {"hamming_loss", figures.hamming_loss},
          {"temperature", head.temperature},
          {"labels", to_json(figures.labels, head)}};
}

std::string to_text(const metrics::MultiLabelScores& figures, const HeadConfig& head, size_t examples) {
  std::string text =
      text_line("head",
                head.name + ", " + std::to_string(head.labels.size()) + " labels, any number a text") +
      text_line("examples", std::to_string(examples)) + text_line("micro-F1", percent(figures.micro_f1)) +
      text_line("macro-F1", percent(figures.macro_f1)) +
      text_line("exact match", percent(figures.exact_match)) +
      text_line("Hamming loss", percent(figures.hamming_loss)) +
      "\nprecision %  recall %    F1 %  support  label\n";
  for (size_t i = 0; i < figures.labels.size(); ++i) {
    const metrics::ClassScores& label = figures.labels[i];
    text += fmt::format("{:11.2f}{:10.2f}{:8.2f}{:9}  {}\n", 100 * label.precision, 100 * label.recall,
                        100 * label.f1, label.support, head.labels[i]);
  }
  return text;
}

}  // namespace

void evaluate_classification(const EvaluateClassification& settings, bool json) {
  const ModelDirectory model = open_model(settings.model);
  size_t number = 0;
  const HeadConfig& head = choose_head(model, settings, number);
  const data::Table table = data::read_table(settings.data);
  const size_t text_column = table.column(settings.text_column);
  const size_t label_column = table.column(settings.label_column.empty() ? head.name : settings.label_column);
  const auto truth = read_truth(table, label_column, head, settings.separator);
  std::vector<std::string> texts;
  for (const data::Row& row : table.rows) texts.push_back(row.fields[text_column]);

  const auto classes = static_cast<int64_t>(head.labels.size());
  const std::vector<float> probabilities = predict(infer::Classifier(model), texts, number, head);
  if (head.multi_label) {
    const auto figures = multi_label_figures(truth, probabilities, classes);
    apps::print(json ? to_json(figures, head, texts.size()).dump() + "\n"
                     : to_text(figures, head, texts.size()));
  } else {
    const auto figures = one_label_figures(truth, probabilities, classes);
    apps::print(json ? to_json(figures, head).dump() + "\n" : to_text(figures, head));
  }
}

}  // namespace heed::cli
