#include "search/full_text.h"

#include <cstring>
#include <exception>
#include <new>
#include <string>

#include "base/error.h"
#include "search/terms.h"

namespace heed::search {
namespace {

using AddToken = int (*)(void*, int, const char*, int, int, int);

int create_tokenizer(void*, const char** words, int count, Fts5Tokenizer** tokenizer) {
  static int only_one = 0;  // it has no state: any address does
  if (count != 1 || std::strcmp(words[0], "1") != 0) return SQLITE_ERROR;
  *tokenizer = reinterpret_cast<Fts5Tokenizer*>(&only_one);
  return SQLITE_OK;
}

// Places in the text are not given: nothing here asks FTS5 to highlight.
int tokenize(Fts5Tokenizer*, void* context, int, const char* text, int size, AddToken add) {
  try {
    for (const std::string& term : terms({text, static_cast<size_t>(size)})) {
      const int status = add(context, 0, term.data(), static_cast<int>(term.size()), 0, 0);
      if (status != SQLITE_OK) return status;
    }
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  } catch (const std::exception&) {
    return SQLITE_ERROR;
  }
  return SQLITE_OK;
}

fts5_api* fts5_of(sqlite3* connection) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  return api;
}

}  // namespace

void add_full_text(sqlite3* connection) {
  fts5_api* api = fts5_of(connection);
  if (api == nullptr) {
    throw Error(ErrorCode::unsupported,
                "SQLite: expected one with FTS5, found one built without; install libsqlite3-0");
  }
  fts5_tokenizer tokenizer{create_tokenizer, [](Fts5Tokenizer*) {}, tokenize};
  if (api->xCreateTokenizer(api, "heed", nullptr, &tokenizer, nullptr) != SQLITE_OK)
    throw Error(ErrorCode::internal, "SQLite: expected FTS5 to take a tokenizer, found it does not");
}

}  // namespace heed::search
