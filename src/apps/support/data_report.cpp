#include "apps/support/data_report.h"

#include <algorithm>
#include <functional>
#include <set>
#include <unordered_map>

#include "apps/support/cross_validation.h"
#include "apps/support/suspects.h"
#include "data/minhash.h"
#include "metrics/calibration.h"
#include "metrics/classification.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

constexpr double kConfusedShare = 0.02;
constexpr int64_t kConfusedCount = 3, kMarkedOften = 3;
// Of one example with others of its group, which a template can make thousands long.
constexpr size_t kMostCompared = 64;
// A second language counts where an example in twenty has it.
constexpr double kLanguageShare = 0.05;

std::string key_of(const std::string& text) { return normalise(text, {.lowercase = true}); }

void count(const Dataset& dataset, const DataReportOptions& options, DataReport& report) {
  for (const LabelledText& example : dataset.examples) {
    ++report.intents[example.intent];
    ++report.languages[example.language];
    ++report.intent_languages[example.intent][example.language];
    for (const MarkedEntity& entity : example.entities) ++report.entities[entity.entity];
  }
  for (const auto& [intent, examples] : report.intents) {
    if (examples < options.min_examples) report.small.push_back(intent);
    if (!dataset.answers.empty() && !dataset.answers.has(intent)) report.unanswered.push_back(intent);
    for (const auto& [language, all] : report.languages) {
      const bool spoken =
          static_cast<double>(all) >= kLanguageShare * static_cast<double>(dataset.examples.size());
      if (spoken && !report.intent_languages[intent].contains(language))
        report.one_language.emplace_back(intent, language);
    }
  }
}

// Groups of equal texts, by their first example.
void find_equal(const Dataset& dataset, DataReport& report) {
  std::unordered_map<std::string, size_t> numbers;
  std::vector<std::vector<size_t>> groups;
  for (size_t i = 0; i < dataset.examples.size(); ++i) {
    const auto [number, is_new] = numbers.try_emplace(key_of(dataset.examples[i].text), groups.size());
    if (is_new) groups.emplace_back();
    groups[number->second].push_back(i);
  }
  for (std::vector<size_t>& group : groups) {
    std::set<std::string> intents;
    for (const size_t i : group) intents.insert(dataset.examples[i].intent);
    report.duplicates += static_cast<int64_t>(group.size() - intents.size());
    if (intents.size() > 1)
      report.contradictions.push_back({dataset.examples[group[0]].text, std::move(group)});
  }
}

void find_near(const Dataset& dataset, const DataReportOptions& options, DataReport& report) {
  std::vector<std::string> texts;
  for (const LabelledText& example : dataset.examples) texts.push_back(example.text);
  for (const auto& group : data::near_duplicates(texts, {.threshold = options.similarity})) {
    for (size_t a = 0; a < group.size(); ++a) {
      size_t compared = 0;
      for (size_t b = a + 1; b < group.size() && compared < kMostCompared; ++b) {
        if (dataset.examples[group[a]].intent == dataset.examples[group[b]].intent) continue;
        ++compared;
        const std::string first = key_of(texts[group[a]]), second = key_of(texts[group[b]]);
        if (first == second) continue;
        const double similarity = data::shingle_similarity(first, second);
        if (similarity >= options.similarity) report.near.push_back({group[a], group[b], similarity});
      }
    }
  }
  std::ranges::stable_sort(report.near, std::greater<>(), &DataReport::Near::similarity);
}

void find_confusions(const metrics::ConfusionMatrix& matrix, const std::vector<std::string>& names,
                     DataReport& report) {
  for (int64_t a = 0; a < matrix.classes; ++a) {
    for (int64_t b = a + 1; b < matrix.classes; ++b) {
      const int64_t confused = matrix.at(a, b) + matrix.at(b, a);
      const std::string &first = names[static_cast<size_t>(a)], &second = names[static_cast<size_t>(b)];
      const double share = static_cast<double>(confused) /
                           static_cast<double>(report.intents.at(first) + report.intents.at(second));
      if (confused >= kConfusedCount && share >= kConfusedShare)
        report.confusions.push_back({first, second, confused, share});
    }
  }
  std::ranges::stable_sort(report.confusions, std::greater<>(), &DataReport::Confusion::share);
}

void cross_validate_labels(const Dataset& dataset, const DataReportOptions& options, DataReport& report) {
  if (options.folds < 2 || report.intents.size() < 2) return;
  const CrossValidation validation = cross_validate(dataset.examples, options.folds, options.threads);
  const auto classes = static_cast<int64_t>(validation.intents.size());
  const auto matrix = metrics::confusion_matrix(
      validation.labels, metrics::highest_classes(validation.probabilities, classes), classes);
  report.accuracy = metrics::accuracy(matrix);
  report.macro_f1 = metrics::macro_f1(matrix);
  find_confusions(matrix, validation.intents, report);
  std::set<size_t> contradictory;
  for (const auto& each : report.contradictions)
    contradictory.insert(each.examples.begin(), each.examples.end());
  for (const Suspect& suspect : find_suspects(validation)) {
    if (contradictory.contains(suspect.example)) continue;
    report.mislabelled.push_back({suspect.example, validation.intents[static_cast<size_t>(suspect.predicted)],
                                  suspect.given_probability, suspect.predicted_probability});
  }
}

// Parts marked at least three times with one entity, and the examples of sources that mark entities which
// hold them with no mark there.
void find_unmarked(const Dataset& dataset, DataReport& report) {
  std::map<std::pair<std::string, std::string>, int64_t> parts;
  for (const LabelledText& example : dataset.examples) {
    for (const MarkedEntity& entity : example.entities)
      ++parts[{key_of(part_of(example.text, entity)), entity.entity}];
  }
  std::erase_if(parts, [](const auto& part) {
    return part.second < kMarkedOften || count_width(part.first.first) < 3;
  });
  std::map<std::pair<std::string, std::string>, std::vector<size_t>> bare;
  for (size_t i = 0; i < dataset.examples.size(); ++i) {
    const LabelledText& example = dataset.examples[i];
    if (!example.marked) continue;
    const std::string text = " " + key_of(example.text) + " ";
    for (const auto& [part, marked] : parts) {
      // A Latin word is looked for whole, a Chinese one anywhere.
      const bool whole = language_of(part.first, "en") == "en";
      if (text.find(whole ? " " + part.first + " " : part.first) == std::string::npos) continue;
      const bool is_marked = std::ranges::any_of(example.entities, [&](const MarkedEntity& entity) {
        return key_of(part_of(example.text, entity)).find(part.first) != std::string::npos;
      });
      if (!is_marked) bare[part].push_back(i);
    }
  }
  for (auto& [part, examples] : bare) {
    report.unmarked.push_back({part.first, part.second, parts.at(part), std::move(examples)});
  }
  std::ranges::stable_sort(report.unmarked, {},
                           [](const auto& each) { return -static_cast<int64_t>(each.bare.size()); });
}

}  // namespace

double DataReport::imbalance() const {
  if (intents.empty()) return 0;
  std::vector<int64_t> counts;
  for (const auto& [intent, examples] : intents) counts.push_back(examples);
  std::ranges::sort(counts);
  return static_cast<double>(counts.back()) / static_cast<double>(counts[counts.size() / 2]);
}

DataReport make_report(const Dataset& dataset, const DataReportOptions& options) {
  DataReport report;
  count(dataset, options, report);
  find_equal(dataset, report);
  find_near(dataset, options, report);
  cross_validate_labels(dataset, options, report);
  find_unmarked(dataset, report);
  return report;
}

}  // namespace heed::apps::support
