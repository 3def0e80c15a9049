#include "tune/distillation.h"

#include <numeric>

#include <fmt/format.h>

#include "tune/kept_answers.h"
#include "tune/model.h"

namespace heed::tune {
namespace {

void say(const ModelDirectory& teacher, size_t texts, train::ProgressBar& progress) {
  progress.say(fmt::format("asking {} about {} texts", teacher.path.string(), texts));
}

// The rows of a split that teacher `t` answers for.
std::vector<int64_t> rows_of(const train::Split& split, int64_t t, const std::vector<int64_t>& answers) {
  std::vector<int64_t> rows(split.examples.size());
  std::iota(rows.begin(), rows.end(), 0);
  if (!answers.empty()) std::erase_if(rows, [&](int64_t row) { return answers[row] != t; });
  return rows;
}

bool ask_classifiers(const train::Recipe& recipe, const Teaching& teaching, const Asking& asking,
                     train::ProgressBar& progress, train::Corpus& corpus) {
  const double share = 1.0 / static_cast<double>(teaching.teachers.size());
  for (train::Split* split : {&corpus.train, &corpus.valid, &corpus.test}) {
    for (train::Example& example : split->examples)
      example.soft_labels.clear();  // of a part that was stopped
  }
  for (size_t t = 0; t < teaching.teachers.size(); ++t) {
    const ModelDirectory& teacher = teaching.teachers[t];
    const auto rows = rows_of(corpus.train, static_cast<int64_t>(t), teaching.answers);
    say(teacher, rows.size() + corpus.valid.examples.size() + corpus.test.examples.size(), progress);
    if (!add_soft_labels(teacher, teaching.answers.empty() ? share : 1.0, rows, recipe, corpus.config, asking,
                         corpus.train)) {
      return false;
    }
    for (train::Split* split : {&corpus.valid, &corpus.test}) {
      if (!add_soft_labels(teacher, share, rows_of(*split, 0, {}), recipe, corpus.config, asking, *split))
        return false;
    }
  }
  return true;
}

bool learn_labels(const train::Recipe& recipe, const std::function<Teaching()>& ask, const Asking& asking,
                  const std::filesystem::path& folder, train::ProgressBar& progress, train::Corpus& corpus) {
  const uint64_t fingerprint = corpus_fingerprint(corpus);
  if (read_soft_labels(folder, fingerprint, corpus)) return true;
  const Teaching teaching = ask();
  if (teaching.teachers.empty() || !ask_classifiers(recipe, teaching, asking, progress, corpus)) return false;
  keep_soft_labels(folder, corpus, fingerprint);
  return true;
}

bool learn_targets(const train::Recipe& recipe, const std::function<Teaching()>& ask, const Asking& asking,
                   const std::filesystem::path& folder, train::ProgressBar& progress, train::Corpus& corpus) {
  const uint64_t fingerprint = corpus_fingerprint(corpus);
  std::vector<std::string> targets;
  if (!read_targets(folder, fingerprint, corpus.train.examples.size(), targets)) {
    const Teaching teaching = ask();
    say(teaching.teachers.front(), corpus.train.examples.size(), progress);
    targets = teacher_translations(teaching.teachers.front(), corpus.train, recipe, asking);
    if (targets.empty()) return false;
    keep_targets(folder, targets, fingerprint);
  }
  const size_t rows = corpus.train.examples.size();
  train::add_targets(recipe, targets, recipe.train.teacher_share == 1.0, corpus);
  progress.say(fmt::format("{} training rows with the teacher's translations, {} without",
                           corpus.train.examples.size(), rows));
  return true;
}

}  // namespace

bool distil(const train::Recipe& recipe, const std::function<Teaching()>& ask, const Asking& asking,
            const std::filesystem::path& folder, train::ProgressBar& progress, train::Corpus& corpus) {
  return (recipe.translation() ? learn_targets : learn_labels)(recipe, ask, asking, folder, progress, corpus);
}

}  // namespace heed::tune
