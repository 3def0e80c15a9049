#pragma once

#include <span>
#include <string>

#include <sqlite3.h>

namespace heed::search {

// What FTS5 gets of ours on this connection:
//   the tokenizer `heed 1`  cuts documents as terms.h says; of a query each phrase is one term that was cut
//                           before (match_any)
//   the function heed_bm25(table, k1, b, title_weight, questions_weight, text_weight)  what index.h says of
//   Bm25
// Throws unsupported where SQLite was built without FTS5.
void add_full_text(sqlite3* connection);

// The FTS5 query for the rows that have any of these terms, none of which is ever syntax. Not of none.
std::string match_any(std::span<const std::string> terms);

}  // namespace heed::search
