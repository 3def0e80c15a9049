#pragma once

#include "search/memory_database.h"
#include "search/passage.h"

namespace heed::search {

// The columns of a passage as read_passage expects them, from column 0.
constexpr const char* kSelectPassage =
    "SELECT id, title, questions, text, source, language, tags, first, last, extra FROM passages WHERE id = "
    "?1";

// The present row of a kSelectPassage. Throws corrupt_data where it holds what put would have refused.
Passage read_passage(const Statement& row, const std::string& name);

// Throws invalid_argument or too_large, naming the passage and its field.
void check_passage(const Passage& passage);

// As they stand in their columns: questions a line each, tags as a JSON array.
std::string questions_column(const Passage& passage);
std::string tags_column(const Passage& passage);

}  // namespace heed::search
