#include "store/forget_person.h"

#include <string_view>
#include <vector>

namespace heed::store {

int64_t forget_postings_of(Database& database, const std::string& tenant, const std::string& person) {
  if (person.empty()) return 0;
  std::vector<Parameters> sums;
  database.query("SELECT stage, milliseconds FROM balances WHERE tenant = $1 AND person = $2",
                 {tenant, person}, [&](const Row& row) {
                   sums.push_back({tenant, std::string_view(""), row.integer(0), row.integer(1)});
                 });
  database.execute_each(
      "INSERT INTO balances (tenant, person, stage, milliseconds) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (tenant, person, stage) DO UPDATE SET milliseconds = balances.milliseconds +"
      " excluded.milliseconds",
      sums);
  database.execute("DELETE FROM balances WHERE tenant = $1 AND person = $2", {tenant, person});
  return database.execute("UPDATE postings SET person = '' WHERE tenant = $1 AND person = $2",
                          {tenant, person});
}

}  // namespace heed::store
