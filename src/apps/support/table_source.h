#pragma once

#include <string>

#include "apps/support/dataset.h"
#include "data/table.h"

namespace heed::apps::support {

// Adds the rows of a table to the data set, as examples or as knowledge by its columns (dataset.h). `text`
// and `intent` name the columns of examples; "": by their usual names. Rows without text or intent are left
// out and counted in the notes. Throws invalid_argument with the file and the columns it has where they are
// neither.
void add_table(const data::Table& table, const std::string& text, const std::string& intent,
               Dataset& dataset);

}  // namespace heed::apps::support
