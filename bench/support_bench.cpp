// What a decision rule does with messages that it was not fitted on.
//
//   support_bench MODEL VALID TEST [ELSEWHERE_VALID ELSEWHERE_TEST]
//
// VALID and TEST: tables with columns text and intent; ELSEWHERE_*: of messages out of scope. Prints one line
// of JSON: the official split (the rule fitted on validation alone), the same promise over 100 random
// re-splits of everything pooled, coverage at 2 % error, calibration.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "apps/support/fit_decision.h"
#include "apps/support/judged_texts.h"
#include "base/error.h"
#include "base/json.h"
#include "base/random.h"
#include "metrics/calibration.h"
#include "model/model_directory.h"

namespace heed::bench {
namespace {

using namespace apps::support;
using Texts = std::vector<JudgedText>;

constexpr int kSplits = 100;
constexpr double kWrong = 0.05;

struct Tally {
  int64_t in_scope = 0, right = 0, elsewhere = 0,
          found = 0;  // right: in scope, its intent, not called out of scope
  int64_t answered = 0, wrong = 0, in_scope_answered = 0;

  double error() const {
    return answered > 0 ? static_cast<double>(wrong) / static_cast<double>(answered) : 0.0;
  }
  double coverage() const { return static_cast<double>(in_scope_answered) / static_cast<double>(in_scope); }
};

class Judge {
 public:
  Judge(std::string head, std::vector<std::string> labels)
      : head_(std::move(head)), labels_(std::move(labels)) {}

  DecisionRule fit(const Texts& texts, const FitOptions& options) const {
    return fit_decision(texts, head_, labels_, options).rule;
  }
  Verdict verdict(const DecisionRule& rule, const JudgedText& text) const {
    return decide(rule, text.evidence, labels_);
  }
  Tally tally(const DecisionRule& rule, const Texts& texts) const;
  const std::vector<std::string>& labels() const { return labels_; }

 private:
  std::string head_;
  std::vector<std::string> labels_;
};

Tally Judge::tally(const DecisionRule& rule, const Texts& texts) const {
  Tally tally;
  for (const JudgedText& text : texts) {
    const Verdict said = verdict(rule, text);
    const bool in_scope = text.intent != kOutOfScope, right = said.intent == text.intent;
    (in_scope ? tally.in_scope : tally.elsewhere) += 1;
    tally.right += in_scope && right && !said.out_of_scope;
    tally.found += !in_scope && said.out_of_scope;
    tally.answered += said.answer;
    tally.in_scope_answered += said.answer && in_scope;
    tally.wrong += said.answer && !right;
  }
  return tally;
}

Texts join(Texts texts, const Texts& more) {
  texts.insert(texts.end(), more.begin(), more.end());
  return texts;
}

// In each re-split one half of the pooled messages fits the rule and the other is answered by it. `share` of
// the messages are out of scope, drawn anew each time; 0: all of them.
Json resplit(const Judge& judge, const Texts& in_scope, const Texts& elsewhere, double share) {
  int broken = 0, silent = 0;
  std::vector<double> coverage, errors;
  for (int split = 0; split < kSplits; ++split) {
    Random random(static_cast<uint64_t>(split) + 1);
    Texts foreign = elsewhere;
    random.shuffle(foreign);
    const auto wanted =
        static_cast<size_t>(std::lround(static_cast<double>(in_scope.size()) * share / (1 - share)));
    if (share > 0) foreign.resize(std::min(foreign.size(), wanted));
    Texts pool = join(in_scope, foreign);
    random.shuffle(pool);
    const auto middle = pool.begin() + static_cast<std::ptrdiff_t>(pool.size() / 2);
    const DecisionRule rule =
        judge.fit({pool.begin(), middle}, {.wrong = kWrong, .seed = static_cast<uint64_t>(split)});
    const Tally tally = judge.tally(rule, {middle, pool.end()});
    broken += tally.error() > kWrong;
    silent += !rule.threshold;
    coverage.push_back(tally.coverage());
    errors.push_back(tally.error());
  }
  const auto mean = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  };
  return {{"splits", kSplits},
          {"broken", broken},
          {"silent", silent},
          {"coverage", mean(coverage)},
          {"error", mean(errors)}};
}

// The largest share of the messages of which at most `wrong` are wrong, the surest first.
double coverage_at(const Judge& judge, const DecisionRule& rule, const Texts& texts, double wrong) {
  std::vector<std::pair<double, bool>> sure;
  for (const JudgedText& text : texts) {
    const Verdict said = judge.verdict(rule, text);
    sure.emplace_back(-said.confidence, said.intent != text.intent);
  }
  std::ranges::sort(sure);
  size_t mistakes = 0, best = 0;
  for (size_t i = 0; i < sure.size(); ++i) {
    mistakes += sure[i].second;
    if (static_cast<double>(mistakes) <= wrong * static_cast<double>(i + 1)) best = i + 1;
  }
  return static_cast<double>(best) / static_cast<double>(sure.size());
}

// Of P(right), and of the softmax of the head at its temperature.
Json calibration(const Judge& judge, const DecisionRule& rule, const Texts& texts, double temperature) {
  metrics::TopPredictions right, plain;
  for (const JudgedText& text : texts) {
    const Verdict said = judge.verdict(rule, text);
    right.confidence.push_back(said.confidence);
    right.correct.push_back(said.intent == text.intent);
    const auto& logits = text.evidence.logits;
    const auto best = static_cast<size_t>(std::ranges::max_element(logits) - logits.begin());
    double sum = 0;
    for (const float logit : logits) sum += std::exp((logit - logits[best]) / temperature);
    plain.confidence.push_back(1 / sum);
    plain.correct.push_back(judge.labels()[best] == text.intent);
  }
  return {{"right", metrics::expected_calibration_error(metrics::reliability_table(right))},
          {"softmax", metrics::expected_calibration_error(metrics::reliability_table(plain))}};
}

Json measure(const std::vector<std::string>& words) {
  const ModelDirectory model = open_model(words.at(0));
  const infer::Classifier classifier(model);
  const HeadConfig& head = model.config.classification_heads.at(0);
  const auto read = [&](const std::string& path, const std::string& intent) {
    return judge_file({.path = path, .intent = intent}, classifier, 0, head);
  };
  const bool foreign = words.size() == 5;
  const Texts valid = read(words.at(1), "intent"), test = read(words.at(2), "intent");
  const Texts elsewhere_valid = foreign ? read(words[3], "") : Texts(),
              elsewhere_test = foreign ? read(words[4], "") : Texts();
  const Judge judge(head.name, head.labels);
  const Texts fitting = join(valid, elsewhere_valid);
  Json result;
  for (const double kept : {0.98, 0.985, 0.99, 0.995}) {
    const Tally tally =
        judge.tally(judge.fit(fitting, {.kept = kept, .learn = 0.9}), join(test, elsewhere_test));
    result["out_of_scope"].push_back(
        {{"kept", kept},
         {"accuracy", static_cast<double>(tally.right) / static_cast<double>(tally.in_scope)},
         {"recall",
          foreign ? static_cast<double>(tally.found) / static_cast<double>(tally.elsewhere) : 0.0}});
  }
  const DecisionRule rule = judge.fit(fitting, {.wrong = kWrong});
  const Tally official = judge.tally(rule, join(test, elsewhere_test));
  result["official"] = {{"answered", official.coverage()}, {"error", official.error()}};
  const DecisionRule strict = judge.fit(fitting, {.wrong = 0.02});
  const Tally strictly = judge.tally(strict, test);
  result["coverage_at_2"] = coverage_at(judge, strict, test, 0.02);
  result["promised_at_2"] = {{"answered", strictly.coverage()}, {"error", strictly.error()}};
  result["calibration"] = calibration(judge, judge.fit(valid, {.learn = 0.9}), test, head.temperature);
  const Texts in_scope = join(valid, test), elsewhere = join(elsewhere_valid, elsewhere_test);
  if (foreign) {
    result["promise"] = resplit(judge, in_scope, elsewhere, 0.1);
    result["promise_official_mix"] = resplit(judge, in_scope, elsewhere, 1000.0 / 5500);
  }
  return result;
}

}  // namespace
}  // namespace heed::bench

int main(int count, char** words) {
  try {
    if (count != 4 && count != 6) {
      fmt::print(stderr, "support_bench: expected MODEL VALID TEST [ELSEWHERE_VALID ELSEWHERE_TEST]\n");
      return 2;
    }
    fmt::print("{}\n", heed::bench::measure({words + 1, words + count}).dump());
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "support_bench: {}\n", error.what());
    return 1;
  }
}
