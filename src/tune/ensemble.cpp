#include "tune/ensemble.h"

#include <fmt/format.h>

#include "train/folds.h"
#include "train/linear_branch.h"
#include "train/masked_tokens.h"

namespace heed::tune {
namespace {

namespace fs = std::filesystem;

// Teacher `number` of 1 to train.ensemble.
train::Recipe teacher_recipe(const train::Recipe& recipe, int64_t number) {
  train::Recipe teacher = recipe;
  teacher.train.ensemble = 0;
  teacher.train.seed += number;
  teacher.train.refit = false;  // what the student is validated on must not reach it
  teacher.train.snapshot_minutes.clear();
  teacher.output.model = (recipe.run_folder() / "teachers" / std::to_string(number)).string();
  teacher.output.description = fmt::format("Teacher {} of {}.", number, recipe.train.ensemble);
  teacher.output.predictions = 0;
  return teacher;
}

// What it trains on; `left_out` < 0: all rows.
train::Corpus teacher_corpus(const train::Recipe& recipe, const train::Corpus& corpus,
                             const std::vector<int64_t>& folds, int64_t left_out) {
  train::Corpus part = corpus;
  part.test.table.rows.clear();
  part.test.examples.clear();
  if (left_out < 0) return part;
  part.train.table.rows.clear();
  part.train.examples.clear();
  for (size_t i = 0; i < folds.size(); ++i) {
    if (folds[i] == left_out) continue;
    part.train.table.rows.push_back(corpus.train.table.rows[i]);
    part.train.examples.push_back(corpus.train.examples[i]);
  }
  train::fit_linear_branches(recipe, part);  // the one at hand has seen the fold
  return part;
}

// False where it was asked to stop.
bool train_teacher(const train::Recipe& recipe, const train::Corpus& corpus, FitOptions options) {
  options.corpus = &corpus;
  options.start = fs::exists(recipe.run_folder() / "recipe.toml") ? Start::resume : Start::fresh;
  Model model(recipe, options);
  model.fit();
  if (!model.finished()) return false;
  model.save();
  return true;
}

}  // namespace

Teaching train_ensemble(const train::Recipe& recipe, const train::Corpus& corpus, const FitOptions& options,
                        train::ProgressBar& progress) {
  const int64_t count = recipe.train.ensemble;
  Teaching teaching;
  if (recipe.train.ensemble_folds)
    teaching.answers = train::stratified_folds(corpus.train.examples, count, recipe.train.seed);
  for (int64_t i = 0; i < count; ++i) {
    const train::Recipe teacher = teacher_recipe(recipe, i + 1);
    FitOptions of_teacher = options;
    if (recipe.pretrain.epochs > 0)
      of_teacher.pretrained = train::pretraining_phase(recipe).phase_folder() / "best.safetensors";
    of_teacher.title = fmt::format("teacher {}/{}  ", i + 1, count);
    if (!fs::exists(fs::path(teacher.output.model) / "current")) {
      const train::Corpus part =
          teacher_corpus(teacher, corpus, teaching.answers, recipe.train.ensemble_folds ? i : -1);
      progress.say(fmt::format("{}trains on {} rows with seed {}", of_teacher.title,
                               part.train.examples.size(), teacher.train.seed));
      if (!train_teacher(teacher, part, of_teacher)) return {};
      fs::remove_all(teacher.run_folder());
    }
    teaching.teachers.push_back(open_model(teacher.output.model));
  }
  return teaching;
}

}  // namespace heed::tune
