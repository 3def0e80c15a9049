#pragma once

#include <string>
#include <utility>
#include <vector>

#include "data/table.h"
#include "train/recipe.h"

// Texts without labels (pretrain.files) or without a source (data.monolingual).
namespace heed::train {

// The texts of `files` (within data.folder) as a table of the one column `name`: a text a line, or that
// column of a table; without empty ones and without those that `held_out` holds too, which are counted in
// `left_out`.
data::Table read_texts(const Recipe& recipe, const std::vector<std::string>& files, const std::string& name,
                       const std::vector<const data::Table*>& held_out, int64_t& left_out);

// Those of pretrain.files: a table of the one column data.text; what was left out is counted in a
// line added to `report`. Nothing where the recipe has no use for them. Throws invalid_argument where so few
// are left that nothing can be learned from them.
data::Table read_unlabelled(const Recipe& recipe, const std::vector<const data::Table*>& held_out,
                            std::string& report);

// What is pre-trained on, and a twentieth to measure it by: `unlabelled` and, with
// pretrain.include_training, the training rows. Equal texts are on one side. Throws invalid_argument where
// there are too few.
std::pair<data::Table, data::Table> split_for_pretraining(const Recipe& recipe, const data::Table& unlabelled,
                                                          const data::Table& train);

}  // namespace heed::train
