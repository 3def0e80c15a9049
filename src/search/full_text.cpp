#include "search/full_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "search/terms.h"

namespace heed::search {
namespace {

constexpr int kFields = 3;  // title, questions, text

using AddToken = int (*)(void*, int, const char*, int, int, int);

int create_tokenizer(void*, const char** words, int count, Fts5Tokenizer** tokenizer) {
  static int only_one = 0;  // it has no state: any address does
  if (count != 1 || std::strcmp(words[0], "1") != 0) return SQLITE_ERROR;
  *tokenizer = reinterpret_cast<Fts5Tokenizer*>(&only_one);
  return SQLITE_OK;
}

// Places in the text are not given: nothing here asks FTS5 to highlight.
int tokenize(Fts5Tokenizer*, void* context, int flags, const char* text, int size, AddToken add) {
  if ((flags & FTS5_TOKENIZE_QUERY) != 0) return add(context, 0, text, size, 0, size);
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

// What stays the same for all rows of one query.
struct Ranking {
  double k1 = 0, b = 0;
  std::array<double, kFields> weights{}, mean_lengths{};
  std::vector<double> rarity;  // a phrase

  double score(const Fts5ExtensionApi* api, Fts5Context* row, int& status) const;
};

int count_row(const Fts5ExtensionApi*, Fts5Context*, void* count) {
  ++*static_cast<int64_t*>(count);
  return SQLITE_OK;
}

int begin_ranking(const Fts5ExtensionApi* api, Fts5Context* query, sqlite3_value** values, Ranking& ranking) {
  ranking.k1 = sqlite3_value_double(values[0]);
  ranking.b = sqlite3_value_double(values[1]);
  sqlite3_int64 rows = 0;
  int status = api->xRowCount(query, &rows);
  for (int field = 0; status == SQLITE_OK && field < kFields; ++field) {
    sqlite3_int64 length = 0;
    status = api->xColumnTotalSize(query, field, &length);
    const auto f = static_cast<size_t>(field);
    ranking.weights[f] = sqlite3_value_double(values[2 + field]);
    ranking.mean_lengths[f] =
        length > 0 && rows > 0 ? static_cast<double>(length) / static_cast<double>(rows) : 1;
  }
  const int phrases = api->xPhraseCount(query);
  for (int phrase = 0; status == SQLITE_OK && phrase < phrases; ++phrase) {
    int64_t with = 0;
    status = api->xQueryPhrase(query, phrase, &with, count_row);
    const auto n = static_cast<double>(std::max<sqlite3_int64>(rows, with));
    const auto found = static_cast<double>(with);
    ranking.rarity.push_back(std::log(1 + (n - found + 0.5) / (found + 0.5)));
  }
  return status;
}

double Ranking::score(const Fts5ExtensionApi* api, Fts5Context* row, int& status) const {
  std::array<double, kFields> per_occurrence{};
  for (int field = 0; field < kFields; ++field) {
    int length = 0;
    status = api->xColumnSize(row, field, &length);
    if (status != SQLITE_OK) return 0;
    const auto f = static_cast<size_t>(field);
    per_occurrence[f] = weights[f] / std::max(1e-9, 1 - b + b * length / mean_lengths[f]);
  }
  double sum = 0;
  for (size_t phrase = 0; phrase < rarity.size(); ++phrase) {
    Fts5PhraseIter places;
    int field = 0, place = 0;
    double weight = 0;
    status = api->xPhraseFirst(row, static_cast<int>(phrase), &places, &field, &place);
    if (status != SQLITE_OK) return 0;
    for (; field >= 0 && place >= 0; api->xPhraseNext(row, &places, &field, &place)) {
      if (field < kFields) weight += per_occurrence[static_cast<size_t>(field)];
    }
    if (weight > 0) sum += rarity[phrase] * weight * (k1 + 1) / (k1 + weight);
  }
  return std::isfinite(sum) ? sum : 0;
}

void bm25(const Fts5ExtensionApi* api, Fts5Context* row, sqlite3_context* answer, int count,
          sqlite3_value** values) {
  if (count != 2 + kFields)
    return sqlite3_result_error(answer, "heed_bm25 takes k1, b and three weights", -1);
  try {
    auto* ranking = static_cast<Ranking*>(api->xGetAuxdata(row, 0));
    int status = SQLITE_OK;
    if (ranking == nullptr) {
      auto made = std::make_unique<Ranking>();
      status = begin_ranking(api, row, values, *made);
      if (status == SQLITE_OK) {
        ranking = made.release();  // FTS5 deletes it, also where it cannot keep it
        status = api->xSetAuxdata(row, ranking, [](void* old) { delete static_cast<Ranking*>(old); });
      }
    }
    const double score = status == SQLITE_OK ? ranking->score(api, row, status) : 0;
    if (status != SQLITE_OK) return sqlite3_result_error_code(answer, status);
    sqlite3_result_double(answer, score);
  } catch (const std::exception&) {
    sqlite3_result_error_nomem(answer);
  }
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
  if (api->xCreateTokenizer(api, "heed", nullptr, &tokenizer, nullptr) != SQLITE_OK ||
      api->xCreateFunction(api, "heed_bm25", nullptr, bm25, nullptr) != SQLITE_OK) {
    throw Error(ErrorCode::internal,
                "SQLite: expected FTS5 to take a tokenizer and a function, found it does not");
  }
}

std::string match_any(std::span<const std::string> terms) {
  std::string query;
  for (const std::string& term : terms) {
    query += query.empty() ? "\"" : " OR \"";
    for (const char c : term) query.append(c == '"' ? 2 : 1, c);
    query += '"';
  }
  return query;
}

}  // namespace heed::search
