#include "store/sqlite.h"

#include <cerrno>
#include <cstring>
#include <map>

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/error.h"
#include "base/files.h"

namespace heed::store {
namespace {

// How long a statement waits for another process that writes, before it is refused as unavailable.
constexpr int kBusyTimeoutMs = 5000;

ErrorCode code_of(int status) {
  switch (status & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorCode::unavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::corrupt_data;
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return ErrorCode::io;
    case SQLITE_TOOBIG:
      return ErrorCode::too_large;
    default:
      return ErrorCode::internal;
  }
}

std::string_view cure_of(int status) {
  switch (status & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another process is writing: try again";
    case SQLITE_CORRUPT:
      return "the file is damaged: restore it from a copy, or recover it with sqlite3's .recover";
    case SQLITE_NOTADB:
      return "the file is no SQLite database: name another one";
    case SQLITE_FULL:
      return "the disk is full: make room";
    default:
      return "look at the file, its folder and their permissions";
  }
}

class SqliteRow : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
  double real(int column) const override { return sqlite3_column_double(statement_, column); }
  std::string_view text(int column) const override {
    const void* bytes = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
  }

 private:
  sqlite3_stmt* statement_;
};

struct StatementDeleter {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, StatementDeleter>;

struct ConnectionDeleter {
  void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};

// An empty file of our own first: SQLite would make it readable by everyone.
void make_private_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    if (errno == EEXIST) return;
    throw Error(
        errno == ENOENT ? ErrorCode::not_found : ErrorCode::io,
        fmt::format("{}: expected a database or a place to make one, found: {}; make its folder or name "
                    "another path",
                    path.string(), std::strerror(errno)));
  }
  ::close(descriptor);
  sync_folder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

class Sqlite : public Database {
 public:
  explicit Sqlite(const std::filesystem::path& path) : name_(path.string()) {
    if (name_.empty() || name_.find('\0') != name_.npos || name_.starts_with(":memory:")) {
      throw Error(ErrorCode::invalid_argument, "event log: expected the path of a file, found '" +
                                                   name_.substr(0, name_.find('\0')) + "'");
    }
    make_private_file(path);
    sqlite3* connection = nullptr;
    // "./" keeps a name such as "file:x" from being read as a URI.
    const std::string file = path.is_absolute() ? name_ : "./" + name_;
    const int status =
        sqlite3_open_v2(file.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    connection_.reset(connection);
    check(status, "opening it");
    sqlite3_extended_result_codes(connection, 1);
    sqlite3_busy_timeout(connection, kBusyTimeoutMs);
    use_write_ahead_log();
    // secure_delete: what was deleted for a person's sake is overwritten, not left in free pages.
    run_script(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864;"
        " PRAGMA trusted_schema = OFF;");
  }

  ~Sqlite() override { statements_.clear(); }

  const char* kind() const override { return "sqlite"; }

  int64_t execute(std::string_view sql, const Parameters& parameters) override {
    sqlite3_stmt* statement = prepare(sql);
    const Reset reset{statement};
    bind(statement, parameters);
    int status = sqlite3_step(statement);
    while (status == SQLITE_ROW) status = sqlite3_step(statement);
    if (status != SQLITE_DONE) check(status, sql);
    return sqlite3_changes64(connection_.get());
  }

  std::vector<int64_t> execute_each(std::string_view sql, std::span<const Parameters> rows) override {
    std::vector<int64_t> changed;
    changed.reserve(rows.size());
    for (const Parameters& row : rows) changed.push_back(execute(sql, row));
    return changed;
  }

  void query(std::string_view sql, const Parameters& parameters, const RowReader& read) override {
    sqlite3_stmt* statement = prepare(sql);
    const Reset reset{statement};
    bind(statement, parameters);
    const SqliteRow row(statement);
    int status = sqlite3_step(statement);
    for (; status == SQLITE_ROW; status = sqlite3_step(statement)) read(row);
    if (status != SQLITE_DONE) check(status, sql);
  }

  void run_script(const std::string& sql) override {
    check(sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr), sql);
  }

  // Takes the write lock at once: a transaction that began by reading could not wait for it.
  void begin() override { execute("BEGIN IMMEDIATE", {}); }
  void lock_for_migration() override {}  // begin holds the only write lock
  std::string_view row_number_type() const override { return "INTEGER PRIMARY KEY"; }
  bool is_lost() const override { return false; }

 private:
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  };

  void use_write_ahead_log() {
    std::string mode;
    query("PRAGMA journal_mode = WAL", {}, [&](const Row& row) { mode = row.text(0); });
    if (mode == "wal") return;
    throw Error(ErrorCode::unsupported, name_ +
                                            ": expected a file system that a write-ahead log works on, found "
                                            "one that only allows '" +
                                            mode + "'; use a local disk");
  }

  sqlite3_stmt* prepare(std::string_view sql) {
    const auto known = statements_.find(sql);
    if (known != statements_.end()) return known->second.get();
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                             SQLITE_PREPARE_PERSISTENT, &statement, nullptr),
          sql);
    statements_.emplace(std::string(sql), statement);
    return statement;
  }

  // "$2" is a name to SQLite, numbered as it is met: ask which number it got.
  void bind(sqlite3_stmt* statement, const Parameters& parameters) {
    for (size_t i = 0; i < parameters.size(); ++i) {
      const std::string name = "$" + std::to_string(i + 1);
      const int index = sqlite3_bind_parameter_index(statement, name.c_str());
      const int status =
          std::visit([&](const auto& value) { return bind_one(statement, index, value); }, parameters[i]);
      check(status, sqlite3_sql(statement));
    }
  }
  static int bind_one(sqlite3_stmt* statement, int index, int64_t value) {
    return sqlite3_bind_int64(statement, index, value);
  }
  static int bind_one(sqlite3_stmt* statement, int index, double value) {
    return sqlite3_bind_double(statement, index, value);
  }
  // The caller's text outlives the statement's run.
  static int bind_one(sqlite3_stmt* statement, int index, std::string_view value) {
    const char* text = value.data() ? value.data() : "";
    return sqlite3_bind_text64(statement, index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  }

  void check(int status, std::string_view action) const {
    if (status == SQLITE_OK) return;
    const char* reason = connection_ ? sqlite3_errmsg(connection_.get()) : sqlite3_errstr(status);
    throw Error(code_of(status), fmt::format("{}: expected to run '{}', found: {}; {}", name_,
                                             action.substr(0, std::min<size_t>(action.find('\n'), 80)),
                                             reason, cure_of(status)));
  }

  std::string name_;
  std::unique_ptr<sqlite3, ConnectionDeleter> connection_;
  std::map<std::string, Statement, std::less<>> statements_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::filesystem::path& path) {
  return std::make_unique<Sqlite>(path);
}

}  // namespace heed::store
