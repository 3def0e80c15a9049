#pragma once

#include <cstdint>
#include <string>

#include "data/table.h"
#include "train/recipe.h"

// Rows that stand in training and in validation or test too.
namespace heed::train {

// The columns that make two rows the same: source and target, or the text.
std::vector<std::string> key_columns(const Recipe& recipe);

// Throws invalid_argument, naming the rows of `held_out` that `train` holds too; with data.drop_leaked
// removes them from `train` instead. Returns how many it removed.
int64_t refuse_or_drop_leaks(const Recipe& recipe, data::Table& train, const data::Table& held_out);

// Removes from `texts` the rows whose `column` a row of `held_out` holds too. Returns how many.
int64_t leave_out_held_out(data::Table& texts, const data::Table& held_out, const std::string& column);

// For a translation, one line of the report about held-out sources that training knows with another target;
// "" where there is nothing to say.
std::string shared_sources(const Recipe& recipe, const data::Table& train, const data::Table& held_out);

}  // namespace heed::train
