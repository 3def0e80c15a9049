#pragma once

#include <filesystem>
#include <memory>

#include "store/database.h"

namespace heed::store {

// A SQLite file in WAL mode, flushed to the disk at each commit. Made, readable by its owner alone, where it
// is missing.
std::unique_ptr<Database> open_sqlite(const std::filesystem::path& path);

}  // namespace heed::store
