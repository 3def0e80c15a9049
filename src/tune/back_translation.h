#pragma once

#include <string>
#include <vector>

#include "data/table.h"
#include "train/recipe.h"

namespace heed::tune {

// Pairs of data.monolingual and what the model data.back_translation makes of it (arXiv:1511.06709): a table
// of data.source and data.target, beam and length penalty as eval has them. Texts that are the target of a
// `held_out` row are left out, and those that translate to nothing. Throws invalid_argument where no text or
// no translation is left, or the model does not translate.
data::Table back_translate(const train::Recipe& recipe, const std::vector<const data::Table*>& held_out,
                           bool quiet);

}  // namespace heed::tune
