#include "apps/support/cross_validation.h"

#include <algorithm>
#include <map>
#include <set>

#include "apps/support/linear_model.h"
#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "data/row_key.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

constexpr size_t kMaxCells = size_t{1} << 32;

// Texts of one intent in an order that only texts and seed decide, equal ones as one.
using Groups = std::map<std::pair<uint64_t, std::string>, std::vector<size_t>>;

std::map<std::string, Groups> groups_by_intent(const std::vector<LabelledText>& examples, uint64_t seed) {
  std::map<std::string, std::vector<size_t>> by_text;
  for (size_t i = 0; i < examples.size(); ++i) {
    by_text[normalise(examples[i].text, {.lowercase = true})].push_back(i);
  }
  std::map<std::string, Groups> groups;
  for (auto& [text, rows] : by_text) {
    groups[examples[rows[0]].intent][{data::hash_text(text, seed), text}] = std::move(rows);
  }
  return groups;
}

}  // namespace

std::vector<int64_t> folds_of(const std::vector<LabelledText>& examples, int64_t folds, uint64_t seed) {
  std::vector<int64_t> fold(examples.size());
  int64_t next = 0;  // goes on from intent to intent, so that small intents do not all begin in fold 0
  for (const auto& [intent, groups] : groups_by_intent(examples, seed)) {
    for (const auto& [key, rows] : groups) {
      for (const size_t row : rows) fold[row] = next % folds;
      ++next;
    }
  }
  return fold;
}

CrossValidation cross_validate(const std::vector<LabelledText>& examples, int64_t folds, int64_t threads,
                               uint64_t seed) {
  CrossValidation result;
  std::set<std::string> names;
  for (const LabelledText& example : examples) names.insert(example.intent);
  result.intents.assign(names.begin(), names.end());
  const size_t classes = result.intents.size();
  if (classes < 2 || folds < 2) {
    throw Error(ErrorCode::invalid_argument, "expected two intents and two folds or more, found " +
                                                 std::to_string(classes) + " and " + std::to_string(folds));
  }
  if (examples.size() > kMaxCells / classes) {
    throw Error(ErrorCode::too_large, "cross-validation of " + std::to_string(examples.size()) +
                                          " examples of " + std::to_string(classes) +
                                          " intents needs too much memory; give fewer examples");
  }
  std::vector<std::string> texts;
  for (const LabelledText& example : examples) {
    texts.push_back(example.text);
    const auto name = std::lower_bound(result.intents.begin(), result.intents.end(), example.intent);
    result.labels.push_back(static_cast<int32_t>(name - result.intents.begin()));
  }
  const TextNgrams ngrams(texts);
  const std::vector<int64_t> fold = folds_of(examples, folds, seed);
  result.folds = folds;
  result.probabilities.resize(examples.size() * classes);
  on_threads(threads)(folds, [&](int64_t begin, int64_t end) {
    for (int64_t held = begin; held < end; ++held) {
      std::vector<size_t> rows;
      for (size_t i = 0; i < examples.size(); ++i) {
        if (fold[i] != held) rows.push_back(i);
      }
      const LinearModel model(ngrams, result.labels, rows, static_cast<int64_t>(classes), {.seed = seed});
      for (size_t i = 0; i < examples.size(); ++i) {
        if (fold[i] != held) continue;
        std::ranges::copy(model.predict(ngrams, i),
                          result.probabilities.begin() + static_cast<int64_t>(i * classes));
      }
    }
  });
  return result;
}

}  // namespace heed::apps::support
