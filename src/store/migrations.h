#pragma once

#include <span>
#include <string>
#include <string_view>

#include "store/database.h"

namespace heed::store {

// A step of the schema. Once released it never changes; what must change is another step.
struct Migration {
  int64_t number;  // 1, 2, 3 … without a gap
  std::string_view name;
  std::string_view sql;  // statements for both databases; "{row number}" is the type of a numbering column
};

// All of this program, in their order: later tables (models, alerts, ledgers) add theirs at the end.
std::span<const Migration> migrations();

// Runs those that `database` lacks, each in a transaction of its own, one process at a time. Throws
// unsupported where it has one that this program does not know. `where` names the database in messages.
void migrate(Database& database, std::span<const Migration> steps, const std::string& where);

// Opens the database of `url` (open_event_log says what that is) and runs what it lacks of migrations(); its
// kind. Before anything else prepares a statement.
const char* prepare_database(const std::string& url);

}  // namespace heed::store
