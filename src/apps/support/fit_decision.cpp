#include "apps/support/fit_decision.h"

#include <algorithm>
#include <cmath>

#include "apps/console.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/random.h"
#include "metrics/conformal.h"

namespace heed::apps::support {
namespace {

constexpr size_t kFewest = kFewestToFit / 2;
constexpr size_t kEnergy = 2;  // its place among the figures

// Texts as the figures that everything is fitted from.
struct Figures {
  std::vector<double> values;        // [N, kFigures]
  std::vector<uint8_t> right;        // the likeliest intent is the text's
  std::vector<uint8_t> elsewhere;    // the text is out of scope
  std::vector<std::string> intents;  // the likeliest ones

  size_t size() const { return right.size(); }
  std::span<const double> row(size_t i) const { return std::span(values).subspan(i * kFigures, kFigures); }
  void add(const Figures& from, size_t i) {
    values.insert(values.end(), from.row(i).begin(), from.row(i).end());
    right.push_back(from.right[i]);
    elsewhere.push_back(from.elsewhere[i]);
    intents.push_back(from.intents[i]);
  }
};

Figures figures_of(std::span<const JudgedText> texts, std::span<const std::string> labels) {
  Figures all;
  for (const JudgedText& text : texts) {
    const std::vector<double> row = figures(text.evidence, labels);
    all.values.insert(all.values.end(), row.begin(), row.end());
    all.intents.push_back(likeliest_intent(text.evidence, labels));
    all.right.push_back(all.intents.back() == text.intent);
    all.elsewhere.push_back(text.intent == kOutOfScope);
  }
  return all;
}

// A model that says the same of every text: where there is nothing to learn from.
metrics::LogisticModel constant(double share) {
  return {.mean = std::vector<double>(kFigures, 0.0),
          .scale = std::vector<double>(kFigures, 1.0),
          .weights = std::vector<double>(kFigures, 0.0),
          .bias = std::log(share / (1 - share))};
}

metrics::LogisticModel learn_right(const Figures& from) {
  const auto count = static_cast<double>(from.size());
  const auto right = static_cast<double>(std::ranges::count(from.right, 1));
  if (right == 0 || right == count) return constant((right + 1) / (count + 2));
  return metrics::fit_logistic(from.values, from.right, kFigures);
}

// How far the energy is below what is usual in scope, in deviations.
metrics::LogisticModel low_energy(const Figures& from) {
  double sum = 0, squares = 0;
  for (size_t i = 0; i < from.size(); ++i) sum += from.row(i)[kEnergy];
  const double mean = sum / static_cast<double>(from.size());
  for (size_t i = 0; i < from.size(); ++i) squares += std::pow(from.row(i)[kEnergy] - mean, 2);
  metrics::LogisticModel model = constant(0.5);
  model.mean[kEnergy] = mean;
  model.scale[kEnergy] = std::max(std::sqrt(squares / static_cast<double>(from.size())), 1e-9);
  model.weights[kEnergy] = -1;
  return model;
}

metrics::LogisticModel learn_elsewhere(const Figures& from) {
  const auto examples = static_cast<size_t>(std::ranges::count(from.elsewhere, 1));
  if (examples < kFewest) return low_energy(from);
  return metrics::fit_logistic(from.values, from.elsewhere, kFigures, {.ridge = 1, .balanced = true});
}

// The log odds that a share `kept` of the texts in scope stays below.
double threshold_of_elsewhere(const metrics::LogisticModel& model, const Figures& texts, double kept) {
  std::vector<double> in_scope;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts.elsewhere[i] == 0) in_scope.push_back(model.log_odds(texts.row(i)));
  }
  std::ranges::sort(in_scope);
  const auto place = static_cast<size_t>(std::ceil(kept * static_cast<double>(in_scope.size())));
  return place < in_scope.size() ? in_scope[place] : std::nextafter(in_scope.back(), INFINITY);
}

// What a rule does with texts: its confidence in those that are not out of scope, and whether it is right.
struct Judged {
  std::vector<double> confidence;
  std::vector<uint8_t> right;
};

Judged judge(const DecisionRule& rule, const Figures& texts, const std::string& intent) {
  Judged judged;
  for (size_t i = 0; i < texts.size(); ++i) {
    const bool apart = rule.intents.contains(texts.intents[i]);
    if (intent.empty() ? apart : texts.intents[i] != intent) continue;
    if (rule.says_out_of_scope(texts.row(i))) continue;
    judged.confidence.push_back(rule.right.probability(texts.row(i)));
    judged.right.push_back(texts.right[i]);
  }
  return judged;
}

// Where a fixed order of thresholds begins: this many mistakes may be among the surest texts. With fewer one
// mistake more or less decides.
constexpr int64_t kFirstMistakes = 2;

// Half of what may fail goes to Holm's rule, which finds the lowest threshold where there are many texts; the
// other half, where that accepts none, to a fixed order from the surest texts down, which few texts suffice
// for.
std::optional<double> choose_threshold(const Judged& judged, double wrong, const FitOptions& options,
                                       double* upper) {
  metrics::SelectiveOptions half = {.alpha = wrong, .delta = options.failure / 2, .steps = options.steps};
  auto chosen = metrics::selective_threshold(judged.confidence, judged.right, half);
  if (!chosen) {
    half.first_answered = std::min(metrics::fewest_answers(wrong, half.delta, kFirstMistakes),
                                   std::max<int64_t>(std::ssize(judged.right), 1));
    chosen = metrics::selective_threshold(judged.confidence, judged.right, half);
  }
  if (!chosen) return std::nullopt;
  if (upper != nullptr) *upper = chosen->upper;
  return chosen->threshold;
}

// Of one of 2, 3, … parts of a message.
std::vector<std::optional<double>> shared_thresholds(const Judged& judged, double wrong,
                                                     const FitOptions& options) {
  std::vector<std::optional<double>> thresholds;
  for (size_t parts = 2; parts <= kMostParts; ++parts)
    thresholds.push_back(choose_threshold(judged, wrong / static_cast<double>(parts), options, nullptr));
  return thresholds;
}

FitReport report_on(const DecisionRule& rule, const Figures& all, const Figures& held_out) {
  FitReport report{.texts = static_cast<int64_t>(all.size()),
                   .out_of_scope = std::ranges::count(all.elsewhere, 1),
                   .held_out = static_cast<int64_t>(held_out.size())};
  int64_t kept = 0, found = 0;
  for (size_t i = 0; i < held_out.size(); ++i) {
    const bool foreign = rule.says_out_of_scope(held_out.row(i));
    const bool answered =
        !foreign && rule.right.probability(held_out.row(i)) >= rule.threshold_of(held_out.intents[i]);
    const bool in_scope = held_out.elsewhere[i] == 0;
    report.in_scope += in_scope;
    kept += in_scope && !foreign;
    found += !in_scope && foreign;
    report.answered += answered;
    report.in_scope_answered += answered && in_scope;
    report.wrong += answered && held_out.right[i] == 0;
  }
  const int64_t elsewhere = report.held_out - report.in_scope;
  report.kept = report.in_scope > 0 ? static_cast<double>(kept) / static_cast<double>(report.in_scope) : 0.0;
  report.found = elsewhere > 0 ? static_cast<double>(found) / static_cast<double>(elsewhere) : 0.0;
  return report;
}

void check_intents(const FitOptions& options, std::span<const std::string> labels) {
  const std::vector<std::string> known(labels.begin(), labels.end());
  for (const auto& [intent, wrong] : options.intents) {
    if (std::ranges::find(known, intent) != known.end()) continue;
    throw Error(ErrorCode::invalid_argument, "--promise: expected an intent of the model, found '" + intent +
                                                 "'" + did_you_mean(intent, known));
  }
}

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

std::string percent(int64_t part, int64_t whole) {
  return whole == 0 ? "none" : percent(static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace

FittedDecision fit_decision(std::span<const JudgedText> texts, const std::string& head,
                            std::span<const std::string> labels, const FitOptions& options) {
  check_intents(options, labels);
  const Figures all = figures_of(texts, labels);
  std::vector<size_t> order(all.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  Random random(options.seed);
  random.shuffle(order);
  Figures learn, held_out;
  const auto learned = static_cast<size_t>(options.learn * static_cast<double>(order.size()));
  for (size_t i = 0; i < order.size(); ++i) (i < learned ? learn : held_out).add(all, order[i]);
  if (learn.size() < kFewest || held_out.size() < kFewest) {
    throw Error(ErrorCode::invalid_argument,
                "decision: expected at least " + std::to_string(kFewest) +
                    " texts to learn from and as many to choose thresholds by, found " +
                    std::to_string(learn.size()) + " and " + std::to_string(held_out.size()));
  }
  FittedDecision fitted;
  DecisionRule& rule = fitted.rule;
  rule.head = head;
  rule.wrong = options.wrong;
  rule.failure = options.failure;
  rule.right = learn_right(learn);
  rule.elsewhere = learn_elsewhere(learn);
  rule.out_of_scope = threshold_of_elsewhere(rule.elsewhere, learn, options.kept);
  for (const auto& [intent, wrong] : options.intents) rule.intents[intent] = std::nullopt;
  double upper = 0.0;
  const Judged others = judge(rule, held_out, "");
  rule.threshold = choose_threshold(others, options.wrong, options, &upper);
  rule.shared[""] = shared_thresholds(others, options.wrong, options);
  for (const auto& [intent, wrong] : options.intents) {
    const Judged own = judge(rule, held_out, intent);
    rule.intents[intent] = choose_threshold(own, wrong, options, nullptr);
    rule.shared[intent] = shared_thresholds(own, wrong, options);
  }
  fitted.report = report_on(rule, all, held_out);
  fitted.report.upper = upper;
  return fitted;
}

std::string describe(const FittedDecision& fitted) {
  const FitReport& report = fitted.report;
  const DecisionRule& rule = fitted.rule;
  std::string text = std::to_string(report.texts) + " messages, " + std::to_string(report.out_of_scope) +
                     " of them out of scope; thresholds from " + std::to_string(report.held_out) +
                     " of them\n";
  if (rule.threshold) {
    text += "answers alone from probability " + fixed(*rule.threshold, 2) + ": " +
            percent(report.in_scope_answered, report.in_scope) + " of the messages in scope, " +
            percent(report.wrong, report.answered) + " of the answers wrong (at most " +
            percent(report.upper) + " with confidence " + percent(1 - rule.failure) + ", " +
            percent(rule.wrong) + " promised)\n";
  } else {
    text += "answers nothing alone: no threshold keeps " + percent(rule.wrong) +
            " wrong answers with so few messages or so many mistakes; give more messages, or allow more with "
            "--wrong\n";
  }
  if (const double at = rule.threshold_of("", 2); rule.threshold)
    text += at > 1 ? "of two wishes in one message neither is answered alone: " + percent(rule.wrong / 2) +
                         " wrong answers for each cannot be promised by so few messages\n"
                   : "each of two wishes in one message from " + fixed(at, 2) + "\n";
  for (const auto& [intent, threshold] : rule.intents)
    text += "  " + intent + ": " + (threshold ? "from " + fixed(*threshold, 2) : std::string("never alone")) +
            "\n";
  text += "out of scope: " + percent(1 - report.kept) + " of the messages in scope are taken for it";
  if (report.held_out > report.in_scope) text += ", " + percent(report.found) + " of those that are";
  return text + "\n";
}

}  // namespace heed::apps::support
