#include "store/database.h"

#include "base/error.h"
#include "store/postgres.h"
#include "store/sqlite.h"

namespace heed::store {

Transaction::Transaction(Database& database) : database_(database) { database_.begin(); }

Transaction::~Transaction() {
  if (!is_open_ || database_.is_lost()) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const Error&) {
    // The database has ended it by itself, or the connection is gone, which undoes it as well.
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  is_open_ = false;
}

std::unique_ptr<Database> open_database(const std::string& url) {
  if (url.starts_with("postgresql:") || url.starts_with("postgres:")) return open_postgres(url);
  if (url.starts_with("sqlite:")) return open_sqlite(url.substr(7));
  const size_t colon = url.find("://");
  if (colon == 0 || url.empty() || colon != url.npos) {
    throw Error(ErrorCode::invalid_argument,
                "event log: expected sqlite:PATH, PATH or postgresql://…, found '" + shown_url(url) + "'");
  }
  return open_sqlite(url);
}

std::string shown_url(const std::string& url) {
  std::string shown = url;
  const size_t scheme = shown.find("://");
  if (scheme == shown.npos) return shown;
  const size_t begin = scheme + 3;
  const size_t end = std::min(shown.find_first_of("/?", begin), shown.size());
  const size_t at = shown.rfind('@', end);
  if (const size_t colon = shown.find(':', begin); at != shown.npos && at >= begin && colon < at) {
    shown.replace(colon + 1, at - colon - 1, "***");
  }
  if (const size_t word = shown.find("password="); word != shown.npos) {
    const size_t value = word + std::string_view("password=").size();
    shown.replace(value, std::min(shown.find('&', value), shown.size()) - value, "***");
  }
  return shown;
}

}  // namespace heed::store
