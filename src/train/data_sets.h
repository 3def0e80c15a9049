#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/table.h"
#include "train/recipe.h"

// The tables of a recipe's data sets. Where data.sets names several, their rows stand in one table, joined:
// the text, the name of the row's set, and the columns of each head, empty in the rows of a set that does not
// label it. So whatever reads rows (tokenizers, leaks, predictions) sees one table.
namespace heed::train {

// The files that names of the recipe mean, within data.folder; * ? [ match, in order. Throws not_found where
// nothing matches.
std::vector<std::filesystem::path> data_files(const Recipe& recipe, const std::vector<std::string>& names);

// Of a corpus's tables, the column with a head's labels, and of a matching head the other texts'.
std::string label_column(const Recipe& recipe, const HeadRecipe& head);
std::string other_column(const Recipe& recipe, const HeadRecipe& head);

// The number in recipe.sets() of a row's set.
int32_t set_of(const Recipe& recipe, const data::Table& table, const data::Row& row);

struct Tables {
  data::Table train, valid, test;
  int64_t dropped_leaks = 0;
};

// Reads every set and splits validation off those without files for it. Refuses leaks within and across the
// sets, or drops them (data.drop_leaked). Throws what is wrong with file, line and cure; a set that has no
// rows left to train on or for validation.
Tables read_sets(const Recipe& recipe);

// The rows of one set.
data::Table rows_of(const Recipe& recipe, const data::Table& table, int32_t set);

}  // namespace heed::train
