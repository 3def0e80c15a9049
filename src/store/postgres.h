#pragma once

#include <memory>
#include <string>

#include "store/database.h"

namespace heed::store {

// A PostgreSQL server, by libpq's URL; connected at once. The environment (PGPASSWORD, PGSSLMODE …) and
// ~/.pgpass count as for psql. A lost connection is made again by the statement that follows.
std::unique_ptr<Database> open_postgres(const std::string& url);

}  // namespace heed::store
