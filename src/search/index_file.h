#pragma once

#include <string>
#include <string_view>

#include "search/memory_database.h"

namespace heed::search {

// The file of an index (docs/formats.md): a SQLite database whose header says what it is (application_id) and
// holds the checksum of all other bytes (user_version).

void create_schema(MemoryDatabase& database);

// `bytes` with checksum and application_id set: what is written to the disk.
std::string sealed(std::string_view bytes);

// Throws corrupt_data or unsupported, in one line that begins with `name`, where `bytes` are no index, one of
// another version, cut, or changed.
void check_seal(std::string_view bytes, const std::string& name);

// Throws corrupt_data where tables, columns or indexes are not those of create_schema.
void check_schema(MemoryDatabase& database);

}  // namespace heed::search
