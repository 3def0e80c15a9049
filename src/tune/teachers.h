#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "model/model_directory.h"
#include "train/examples.h"
#include "train/recipe.h"

// Models that another learns from. They are asked through the serving engine, about texts as they stand in
// the table: a teacher has its own normalisation, its own tokenizer, and any shape.
namespace heed::tune {

// The models of train.teachers. Throws, naming the teacher, where one is not there (not_found), translates
// where this recipe classifies or the other way round, lacks one of the heads of `config`, or has a head with
// other labels (the first that differs is named; their order may differ). A teacher's translations are taken
// as text, so its vocabularies may be any.
std::vector<ModelDirectory> open_teachers(const train::Recipe& recipe, const ModelConfig& config);

struct Asking {
  int64_t threads = 1;
  std::function<bool()> stop_requested = {};  // polled between parts of the work
};

// Adds `share` times a teacher's calibrated probabilities to the soft labels of these rows of a split. False
// where it was asked to stop.
bool add_soft_labels(const ModelDirectory& teacher, double share, std::span<const int64_t> rows,
                     const train::Recipe& recipe, const ModelConfig& config, const Asking& asking,
                     train::Split& split);

// A teacher's translation (eval.beam, eval.length_penalty) of each row's source; none where it was asked to
// stop.
std::vector<std::string> teacher_translations(const ModelDirectory& teacher, const train::Split& split,
                                              const train::Recipe& recipe, const Asking& asking);

}  // namespace heed::tune
