#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/console.h"
#include "base/json.h"
#include "cli/evaluation.h"
#include "cli/labelled_texts.h"
#include "metrics/calibration.h"
#include "metrics/classification.h"
#include "metrics/confusion_table.h"
#include "metrics/significance.h"

namespace heed::cli {
namespace {

constexpr size_t kWarmTexts = 8;

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
  double log_loss = 0;
};

OneLabelFigures one_label_figures(const std::vector<std::vector<int32_t>>& labels,
                                  const std::vector<float>& probabilities, int64_t classes) {
  std::vector<int32_t> truth;
  for (const auto& row : labels) truth.push_back(row.front());
  return {metrics::confusion_matrix(truth, metrics::highest_classes(probabilities, classes), classes),
          metrics::expected_calibration_error(probabilities, truth, classes),
          metrics::log_loss(probabilities, truth, classes)};
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

std::vector<Figure> compared(const OneLabelFigures& figures) {
  using Kind = Figure::Kind;
  return {{"accuracy", "accuracy", Kind::share, metrics::accuracy(figures.matrix)},
          {"macro_f1", "macro-F1", Kind::share, metrics::macro_f1(figures.matrix)},
          {"ece", "ECE", Kind::share, figures.calibration_error},
          {"loss", "log loss", Kind::loss, figures.log_loss}};
}

std::vector<Figure> compared(const metrics::MultiLabelScores& figures) {
  using Kind = Figure::Kind;
  return {{"exact_match", "exact match", Kind::share, figures.exact_match},
          {"micro_f1", "micro-F1", Kind::share, figures.micro_f1},
          {"macro_f1", "macro-F1", Kind::share, figures.macro_f1},
          {"hamming_loss", "Hamming loss", Kind::share, figures.hamming_loss}};
}

// 1 for each text whose label, or whose labels to the last, are right: accuracy or exact match of one row.
std::vector<double> right_rows(const std::vector<std::vector<int32_t>>& labels,
                               const std::vector<float>& probabilities, const HeadConfig& head) {
  const size_t classes = head.labels.size();
  std::vector<double> right;
  for (size_t row = 0; row < labels.size(); ++row) {
    const std::vector<float> own(probabilities.begin() + static_cast<int64_t>(row * classes),
                                 probabilities.begin() + static_cast<int64_t>((row + 1) * classes));
    const auto count = static_cast<int64_t>(classes);
    right.push_back(head.multi_label
                        ? multi_label_figures({labels[row]}, own, count).exact_match
                        : metrics::accuracy(one_label_figures({labels[row]}, own, count).matrix));
  }
  return right;
}

}  // namespace

void evaluate_classification(const EvaluateClassification& settings, bool json) {
  const ModelDirectory model = open_model(settings.model);
  const LabelledTexts set = read_labelled_texts(settings, model);
  const HeadConfig& head = model.config.classification_heads[set.head];
  const auto classes = static_cast<int64_t>(head.labels.size());
  const std::vector<float> probabilities = predict(infer::Classifier(model), set.texts, set.head, head);
  if (head.multi_label) {
    const auto figures = multi_label_figures(set.labels, probabilities, classes);
    apps::print(json ? to_json(figures, head, set.texts.size()).dump() + "\n"
                     : to_text(figures, head, set.texts.size()));
  } else {
    const auto figures = one_label_figures(set.labels, probabilities, classes);
    apps::print(json ? to_json(figures, head).dump() + "\n" : to_text(figures, head));
  }
}

Measure measure_classification(const EvaluateClassification& settings, const ModelDirectory& like) {
  return [set = read_labelled_texts(settings, like)](const ModelDirectory& model) {
    const HeadConfig& head = model.config.classification_heads.at(set.head);
    const infer::Classifier classifier(model);
    classifier.classify(std::span(set.texts).first(std::min(kWarmTexts, set.texts.size())));
    const auto start = std::chrono::steady_clock::now();
    const std::vector<float> probabilities = predict(classifier, set.texts, set.head, head);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const auto classes = static_cast<int64_t>(head.labels.size());
    const auto share_right = [right = right_rows(set.labels, probabilities, head)](
                                 std::span<const size_t> rows) { return metrics::mean_of_rows(right)(rows); };
    return Measured{.figures = head.multi_label
                                   ? compared(multi_label_figures(set.labels, probabilities, classes))
                                   : compared(one_label_figures(set.labels, probabilities, classes)),
                    .first = share_right,
                    .rows = set.texts.size(),
                    .seconds = seconds};
  };
}

}  // namespace heed::cli
