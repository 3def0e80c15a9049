#include "search/memory_database.h"

#include <algorithm>
#include <cstring>
#include <new>

#include <fmt/format.h>

#include "base/error.h"
#include "search/full_text.h"

namespace heed::search {
namespace {

constexpr sqlite3_int64 kMaxBytes = sqlite3_int64{1} << 36;  // SQLite's own default is 1 GiB

ErrorCode code_of(int status) {
  switch (status & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:  // what a file in memory is called that wants a log beside it
      return ErrorCode::corrupt_data;
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
    case SQLITE_NOMEM:
      return ErrorCode::too_large;
    default:
      return ErrorCode::internal;
  }
}

}  // namespace

Statement::Statement(MemoryDatabase& database, const char* sql) : database_(&database) {
  sqlite3_stmt* statement = nullptr;
  const int status =
      sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  statement_.reset(statement);
  database.check(status);
}

Statement& Statement::bind(int index, std::string_view text) {
  const char* bytes = text.data() ? text.data() : "";
  database_->check(
      sqlite3_bind_text64(statement_.get(), index, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(int index, int64_t value) {
  database_->check(sqlite3_bind_int64(statement_.get(), index, value));
  return *this;
}

Statement& Statement::bind(int index, double value) {
  database_->check(sqlite3_bind_double(statement_.get(), index, value));
  return *this;
}

bool Statement::step() {
  const int status = sqlite3_step(statement_.get());
  if (status == SQLITE_ROW) return true;
  reset();
  if (status != SQLITE_DONE) database_->check(status);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

std::string_view Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
}

MemoryDatabase::MemoryDatabase(unsigned char* bytes, int64_t size, unsigned flags, const std::string& name)
    : name_(name) {
  sqlite3* connection = nullptr;
  const int status =
      sqlite3_open_v2(":memory:", &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  connection_.reset(connection);
  if (status != SQLITE_OK && (flags & SQLITE_DESERIALIZE_FREEONCLOSE) != 0) sqlite3_free(bytes);
  check(status);
  sqlite3_extended_result_codes(connection, 1);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  check(sqlite3_deserialize(connection, "main", bytes, size, std::max<int64_t>(size, 1), flags));
  sqlite3_int64 limit = kMaxBytes;
  check(sqlite3_file_control(connection, "main", SQLITE_FCNTL_SIZE_LIMIT, &limit));
  add_full_text(connection);
  run("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;");
}

MemoryDatabase MemoryDatabase::view(std::string_view bytes, const std::string& name) {
  // It is opened read-only, so that nothing is written through this pointer.
  auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  MemoryDatabase database(data, static_cast<int64_t>(bytes.size()), SQLITE_DESERIALIZE_READONLY, name);
  database.run("PRAGMA mmap_size = 1099511627776;");  // pages are read where they are, without a copy
  return database;
}

MemoryDatabase MemoryDatabase::copy(std::string_view bytes, const std::string& name) {
  auto* data = static_cast<unsigned char*>(sqlite3_malloc64(std::max<size_t>(bytes.size(), 1)));
  if (data == nullptr) throw std::bad_alloc();
  if (!bytes.empty()) std::memcpy(data, bytes.data(), bytes.size());
  return {data, static_cast<int64_t>(bytes.size()),
          SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE, name};
}

void MemoryDatabase::run(const char* sql) {
  check(sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr));
}

std::string_view MemoryDatabase::bytes() {
  sqlite3_int64 size = 0;
  const unsigned char* data = sqlite3_serialize(connection_.get(), "main", &size, SQLITE_SERIALIZE_NOCOPY);
  if (data == nullptr)
    throw Error(ErrorCode::internal, name_ + ": expected a database in memory, found none");
  return {reinterpret_cast<const char*>(data), static_cast<size_t>(size)};
}

void MemoryDatabase::check(int status) const {
  if (status == SQLITE_OK) return;
  const char* reason = connection_ ? sqlite3_errmsg(connection_.get()) : sqlite3_errstr(status);
  const ErrorCode code = code_of(status);
  throw Error(code, fmt::format("{}: expected a search index, found: {}{}", name_, reason,
                                code == ErrorCode::corrupt_data ? "; build it again" : ""));
}

}  // namespace heed::search
