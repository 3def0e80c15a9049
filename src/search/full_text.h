#pragma once

#include <sqlite3.h>

namespace heed::search {

// Gives FTS5 on this connection the tokenizer `heed 1`, which cuts documents into the terms of terms.h.
// Throws unsupported where SQLite was built without FTS5.
void add_full_text(sqlite3* connection);

}  // namespace heed::search
