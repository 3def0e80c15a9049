#include "apps/support/test_report.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include <fmt/format.h>

#include "apps/console.h"
#include "base/error.h"
#include "data/place.h"
#include "metrics/calibration.h"
#include "metrics/confusion_table.h"

namespace heed::apps::support {
namespace {

constexpr int64_t kBars = 10;

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

void fill_histogram(const metrics::TopPredictions& top, TestReport& report) {
  for (int64_t i = 0; i < kBars; ++i) {
    report.histogram.push_back({static_cast<double>(i) / kBars, static_cast<double>(i + 1) / kBars});
  }
  for (size_t i = 0; i < top.confidence.size(); ++i) {
    const auto bar =
        std::clamp<int64_t>(static_cast<int64_t>(std::ceil(top.confidence[i] * kBars)) - 1, 0, kBars - 1);
    ++(top.correct[i] ? report.histogram[static_cast<size_t>(bar)].right
                      : report.histogram[static_cast<size_t>(bar)].wrong);
  }
}

// A point where the confidence falls, so that equal ones are answered together.
void fill_curve(const metrics::TopPredictions& top, TestReport& report) {
  std::vector<size_t> order(top.confidence.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](size_t i) { return top.confidence[i]; });
  double wrong = 0;
  for (size_t i = 0; i < order.size(); ++i) {
    wrong += top.correct[order[i]] ? 0 : 1;
    const double confidence = top.confidence[order[i]];
    if (i + 1 < order.size() && top.confidence[order[i + 1]] == confidence) continue;
    const auto answered = static_cast<double>(i + 1);
    report.curve.push_back({confidence, answered / static_cast<double>(order.size()), wrong / answered});
  }
}

void fill_mistakes(const metrics::TopPredictions& top, const std::vector<int32_t>& predicted,
                   TestReport& report) {
  for (size_t i = 0; i < predicted.size(); ++i) {
    if (top.correct[i]) continue;
    report.mistakes.push_back({i, report.intents[static_cast<size_t>(predicted[i])], top.confidence[i]});
  }
  std::ranges::stable_sort(report.mistakes, std::greater<>(), &TestReport::Wrong::confidence);
}

}  // namespace

TestReport::Point TestReport::best_coverage(double error) const {
  Point best{1, 0, 0};
  for (const Point& point : curve) {
    if (point.error <= error) best = point;
  }
  return best;
}

TestReport make_test_report(const CrossValidation& answers, std::string how) {
  if (answers.labels.empty())
    throw Error(ErrorCode::invalid_argument, "expected examples to test on, found none");
  TestReport report{.how = std::move(how), .intents = answers.intents};
  const auto classes = static_cast<int64_t>(answers.intents.size());
  const std::vector<int32_t> predicted = metrics::highest_classes(answers.probabilities, classes);
  report.matrix = metrics::confusion_matrix(answers.labels, predicted, classes);
  report.scores = metrics::class_scores(report.matrix);
  report.accuracy = metrics::accuracy(report.matrix);
  report.macro_f1 = metrics::macro_f1(report.matrix);
  report.calibration_error =
      metrics::expected_calibration_error(answers.probabilities, answers.labels, classes);
  int64_t right = 0;
  for (int64_t y = 0; y < classes; ++y) right += report.matrix.at(y, y);
  report.accuracy_interval = metrics::wilson_interval(right, report.matrix.total());
  const metrics::TopPredictions top =
      metrics::top_predictions(answers.probabilities, answers.labels, classes);
  fill_histogram(top, report);
  fill_curve(top, report);
  fill_mistakes(top, predicted, report);
  return report;
}

std::string to_text(const TestReport& report, const std::vector<LabelledText>& examples, size_t most) {
  std::string text = report.how + "\n\n";
  text += fmt::format("examples     {} of {} intents\n", examples.size(), report.intents.size());
  text += fmt::format("accuracy     {} (95 %: {} to {})\n", percent(report.accuracy),
                      percent(report.accuracy_interval.lower), percent(report.accuracy_interval.upper));
  text += "macro-F1     " + percent(report.macro_f1) + "\n";
  text += "ECE          " + percent(report.calibration_error) + "\n\n" +
          bold("Answered, if at most so many answers may be wrong") + "\n";
  for (const double error : {0.01, 0.02, 0.05, 0.1}) {
    const TestReport::Point point = report.best_coverage(error);
    text += fmt::format("  {:>5}  {:>7} of the questions, from a confidence of {}\n", percent(error),
                        percent(point.coverage), fixed(point.threshold, 2));
  }
  text += "\n" + bold("How sure, and how often wrong") + "\n";
  int64_t highest = 1;
  for (const auto& bar : report.histogram) highest = std::max(highest, bar.right + bar.wrong);
  for (const auto& bar : report.histogram) {
    const auto width = [&](int64_t count) {
      return static_cast<size_t>((count * 50 + highest - 1) / highest);
    };
    text += fmt::format("  {:>4}-{:<4} {}{} {}, {} wrong\n", fixed(bar.lower, 1), fixed(bar.upper, 1),
                        std::string(width(bar.right), '#'), std::string(width(bar.wrong), 'x'),
                        bar.right + bar.wrong, bar.wrong);
  }
  text += "\n" + bold("Intents, the worst first") + "\nprecision %  recall %    F1 %  examples  intent\n";
  std::vector<size_t> order(report.intents.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, {}, [&](size_t i) { return report.scores[i].f1; });
  for (size_t i = 0; i < std::min(most, order.size()); ++i) {
    const metrics::ClassScores& scores = report.scores[order[i]];
    text += fmt::format("{:11.1f}{:10.1f}{:8.1f}{:10}  {}\n", 100 * scores.precision, 100 * scores.recall,
                        100 * scores.f1, scores.support, report.intents[order[i]]);
  }
  if (order.size() > most) text += fmt::format("… and {} more (--all shows them)\n", order.size() - most);
  text += "\n" + bold("Taken for each other") + "\n" +
          metrics::confusion_table(report.matrix, report.intents, {.mistakes = static_cast<int64_t>(most)});
  text += "\n" + bold("Sure and wrong") + "\n";
  for (size_t i = 0; i < std::min(most, report.mistakes.size()); ++i) {
    const auto& wrong = report.mistakes[i];
    const LabelledText& example = examples[wrong.example];
    text += fmt::format("  {}  {}: {} {} taken for {}\n", fixed(wrong.confidence, 2), example.where,
                        example.intent, data::shown(example.text, 80), wrong.predicted);
  }
  return text;
}

Json to_json(const TestReport& report, const std::vector<LabelledText>& examples) {
  Json json{{"how", report.how},
            {"examples", examples.size()},
            {"accuracy", report.accuracy},
            {"accuracy_95", Json::array({report.accuracy_interval.lower, report.accuracy_interval.upper})},
            {"macro_f1", report.macro_f1},
            {"ece", report.calibration_error}};
  for (size_t i = 0; i < report.intents.size(); ++i) {
    const metrics::ClassScores& scores = report.scores[i];
    json["intents"][report.intents[i]] = {{"precision", rounded(scores.precision)},
                                          {"recall", rounded(scores.recall)},
                                          {"f1", rounded(scores.f1)},
                                          {"examples", scores.support}};
  }
  for (const double error : {0.01, 0.02, 0.05, 0.1}) {
    const TestReport::Point point = report.best_coverage(error);
    json["coverage"].push_back(
        {{"error_at_most", error}, {"coverage", point.coverage}, {"threshold", point.threshold}});
  }
  json["confusions"] = Json::array();
  for (int64_t truth = 0; truth < report.matrix.classes; ++truth) {
    for (int64_t given = 0; given < report.matrix.classes; ++given) {
      if (truth == given || report.matrix.at(truth, given) == 0) continue;
      json["confusions"].push_back({{"intent", report.intents[static_cast<size_t>(truth)]},
                                    {"taken_for", report.intents[static_cast<size_t>(given)]},
                                    {"count", report.matrix.at(truth, given)}});
    }
  }
  for (const auto& bar : report.histogram) {
    json["histogram"].push_back(
        {{"from", bar.lower}, {"to", bar.upper}, {"right", bar.right}, {"wrong", bar.wrong}});
  }
  for (const auto& point : report.curve) {
    json["curve"].push_back(
        Json::array({rounded(point.threshold), rounded(point.coverage), rounded(point.error)}));
  }
  json["mistakes"] = Json::array();
  for (const auto& wrong : report.mistakes) {
    const LabelledText& example = examples[wrong.example];
    json["mistakes"].push_back({{"where", example.where},
                                {"text", example.text},
                                {"intent", example.intent},
                                {"taken_for", wrong.predicted},
                                {"confidence", rounded(wrong.confidence)}});
  }
  return json;
}

}  // namespace heed::apps::support
