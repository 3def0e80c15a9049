#pragma once

#include <cstdint>
#include <string>

#include "store/database.h"

namespace heed::store {

// Replaces a person's name by "" in the ledger's postings and balances (economy/ledger.h): sums stay, and
// what was booked still balances; who it was does not. How many postings. Inside the caller's transaction.
int64_t forget_postings_of(Database& database, const std::string& tenant, const std::string& person);

}  // namespace heed::store
