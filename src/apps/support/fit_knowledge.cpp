#include "apps/support/fit_knowledge.h"

#include <algorithm>

#include "apps/console.h"
#include "base/random.h"
#include "metrics/conformal.h"

namespace heed::apps::support {
namespace {

// Quotations from which on a threshold may be accepted: with fewer one mistake more or less decides.
constexpr int64_t kFirstQuoted = 60;

// The candidates of one question, as what is fitted sees them.
struct Asked {
  std::vector<std::vector<double>> figures;
  std::vector<uint8_t> right;  // whether the candidate answers it
  bool answerable = false;
};

// A long row of knowledge is cut into passages ID#1, ID#2, ….
bool is_part_of(const std::string& passage, const std::string& row) {
  return passage == row || passage.starts_with(row + "#");
}

Asked ask(const Knowledge& knowledge, const AskedQuestion& question) {
  Asked asked{.figures = {}, .right = {}, .answerable = !question.passage.empty()};
  for (Candidate& candidate : knowledge.candidates(
           {.text = question.text, .vector = question.vector, .language = question.language})) {
    asked.right.push_back(asked.answerable && is_part_of(candidate.passage.id, question.passage));
    asked.figures.push_back(std::move(candidate.figures));
  }
  return asked;
}

metrics::LogisticModel learn(std::span<const Asked> questions) {
  std::vector<double> figures;
  std::vector<uint8_t> right;
  for (const Asked& question : questions) {
    for (const auto& row : question.figures) figures.insert(figures.end(), row.begin(), row.end());
    right.insert(right.end(), question.right.begin(), question.right.end());
  }
  const auto count = std::ranges::count(right, 1);
  if (count == 0 || count == std::ssize(right)) return our_rule().answers;
  return metrics::fit_logistic(figures, right, kFitFigures);
}

// The likeliest candidates of questions, and whether they answer them.
struct Best {
  std::vector<double> probability;
  std::vector<uint8_t> right;
};

Best best_of(const metrics::LogisticModel& model, std::span<const Asked> questions) {
  Best best;
  for (const Asked& question : questions) {
    double greatest = 0.0;
    uint8_t right = 0;
    for (size_t i = 0; i < question.figures.size(); ++i) {
      const double probability = model.probability(question.figures[i]);
      if (probability > greatest) greatest = probability, right = question.right[i];
    }
    best.probability.push_back(greatest);
    best.right.push_back(right);
  }
  return best;
}

std::string percent(double share) { return fixed(100 * share, 1) + " %"; }

std::string percent(int64_t part, int64_t whole) {
  return whole == 0 ? "none" : percent(static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace

FittedKnowledge fit_knowledge(const Knowledge& knowledge, std::span<const AskedQuestion> questions,
                              const FitKnowledgeOptions& options) {
  FittedKnowledge fitted{.rule = our_rule(), .report = {}};
  KnowledgeReport& report = fitted.report;
  report.questions = std::ssize(questions);
  report.answered_by_one = report.questions - std::ranges::count(questions, "", &AskedQuestion::passage);
  if (questions.size() < kFewestQuestions || 5 * report.answered_by_one < report.questions) return fitted;
  std::vector<Asked> asked;
  for (const AskedQuestion& question : questions) asked.push_back(ask(knowledge, question));
  Random random(options.seed);
  random.shuffle(asked);
  const auto middle = static_cast<size_t>(options.learn * static_cast<double>(asked.size()));
  const auto learned = std::span(asked).first(middle), held_out = std::span(asked).subspan(middle);
  KnowledgeRule& rule = fitted.rule;
  rule = {.answers = learn(learned),
          .threshold = std::nullopt,
          .wrong = options.wrong,
          .failure = options.failure,
          .questions = report.questions};
  const Best best = best_of(rule.answers, held_out);
  const auto chosen = metrics::selective_threshold(best.probability, best.right,
                                                   {.alpha = options.wrong,
                                                    .delta = options.failure,
                                                    .steps = options.steps,
                                                    .first_answered = kFirstQuoted});
  if (chosen) {
    rule.threshold = chosen->threshold;
    report.quoted = chosen->answered;
    report.wrong = chosen->wrong;
    report.upper = chosen->upper;
  }
  report.held_out = std::ssize(held_out);
  report.answerable = std::ranges::count(held_out, true, &Asked::answerable);
  report.first = std::ranges::count(best.right, 1);
  return fitted;
}

std::string describe(const FittedKnowledge& fitted) {
  const KnowledgeReport& report = fitted.report;
  const KnowledgeRule& rule = fitted.rule;
  if (rule.questions == 0)
    return "knowledge: " + std::to_string(report.questions) + " questions to learn from, " +
           std::to_string(kFewestQuestions) + " are needed: passages are quoted from probability " +
           fixed(rule.quoted_from(), 2) + ", which promises nothing\n";
  std::string text = "knowledge: of " + std::to_string(report.held_out) + " questions, " +
                     std::to_string(report.answerable) +
                     " of which a passage answers, the right one comes first for " +
                     percent(report.first, report.answerable) + "\n";
  if (!rule.threshold)
    return text + "no passage is quoted without a person: no threshold keeps " + percent(rule.wrong) +
           " wrong quotations; more examples, or allow more with --wrong-quotes\n";
  return text + "passages are quoted from probability " + fixed(*rule.threshold, 2) + ": for " +
         percent(report.quoted - report.wrong, report.answerable) + " of those that one answers, " +
         percent(report.wrong, report.quoted) + " of the quotations wrong (at most " + percent(report.upper) +
         " with confidence " + percent(1 - rule.failure) + ", " + percent(rule.wrong) + " promised)\n";
}

}  // namespace heed::apps::support
