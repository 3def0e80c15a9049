#include "store/postgres.h"

#include <charconv>
#include <map>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "base/error.h"
#include "base/log.h"

namespace heed::store {
namespace {

// What stands in every session. A server may run with synchronous_commit off: here a commit is on its disk.
constexpr const char* kSession =
    "SET client_encoding TO 'UTF8'; SET statement_timeout TO '30s'; SET lock_timeout TO '10s'; "
    "SET client_min_messages TO 'warning'; "
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
    "'off'";

// Rows sent before their answers are read: what the two sides' buffers easily hold.
constexpr size_t kPipelineRows = 256;

// Advisory locks are numbers; this one is "heed" in ASCII.
constexpr int64_t kMigrationLock = 0x68656564;

// https://www.postgresql.org/docs/15/errcodes-appendix.html
ErrorCode code_of(std::string_view state) {
  if (state.empty() || state.starts_with("08") || state.starts_with("57P")) return ErrorCode::unavailable;
  if (state.starts_with("40") || state == "55P03" || state == "57014" || state == "53300" ||
      state == "25006") {
    return ErrorCode::unavailable;  // a conflict, a lock, a timeout, too many clients, a standby server
  }
  if (state.starts_with("28")) return ErrorCode::unauthenticated;
  if (state == "42501") return ErrorCode::forbidden;
  if (state.starts_with("53") || state.starts_with("58")) return ErrorCode::io;
  if (state.starts_with("22")) return ErrorCode::invalid_argument;
  if (state.starts_with("XX")) return ErrorCode::corrupt_data;
  return ErrorCode::internal;
}

std::string one_line(const char* text) {
  std::string line = text ? text : "";
  for (char& c : line) {
    if (c == '\n' || c == '\t' || c == '\r') c = ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

void log_notice(void*, const char* notice) { spdlog::debug("PostgreSQL: {}", one_line(notice)); }

struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultDeleter>;

struct ConnectionDeleter {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};

class PostgresRow : public Row {
 public:
  PostgresRow(const PGresult* result, int row) : result_(result), row_(row) {}
  int64_t integer(int column) const override { return number<int64_t>(column); }
  double real(int column) const override { return number<double>(column); }
  std::string_view text(int column) const override {
    return {PQgetvalue(result_, row_, column), static_cast<size_t>(PQgetlength(result_, row_, column))};
  }

 private:
  template <class T>
  T number(int column) const {
    const std::string_view digits = text(column);
    T value{};
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (problem != std::errc() && !digits.empty()) {
      throw Error(ErrorCode::corrupt_data,
                  fmt::format("PostgreSQL: expected a number in column '{}', found '{}'",
                              PQfname(result_, column), digits));
    }
    return value;
  }

  const PGresult* result_;
  int row_;
};

// Parameters in libpq's form: texts ended by NUL. check_event has refused texts that hold one.
class TextParameters {
 public:
  explicit TextParameters(const Parameters& parameters) {
    texts_.reserve(parameters.size());
    for (const Parameter& parameter : parameters) {
      texts_.push_back(std::visit([](const auto& value) { return fmt::format("{}", value); }, parameter));
    }
    for (const std::string& text : texts_) pointers_.push_back(text.c_str());
  }
  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* data() const { return pointers_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

class Postgres : public Database {
 public:
  explicit Postgres(const std::string& url) : url_(url), name_(shown_url(url)) { connect(); }

  const char* kind() const override { return "postgresql"; }

  int64_t execute(std::string_view sql, const Parameters& parameters) override {
    return changed_rows(run(sql, parameters).get());
  }

  std::vector<int64_t> execute_each(std::string_view sql, std::span<const Parameters> rows) override {
    std::vector<int64_t> changed;
    if (rows.empty()) return changed;
    changed.reserve(rows.size());
    const std::string statement = prepare(sql);
    while (!rows.empty()) {
      const size_t count = std::min(rows.size(), kPipelineRows);
      run_pipeline(statement, sql, rows.first(count), changed);
      rows = rows.subspan(count);
    }
    return changed;
  }

  void query(std::string_view sql, const Parameters& parameters, const RowReader& read) override {
    const Result result = run(sql, parameters);
    for (int row = 0; row < PQntuples(result.get()); ++row) read(PostgresRow(result.get(), row));
  }

  void run_script(const std::string& sql) override {
    connect();
    check(Result(PQexec(connection_.get(), sql.c_str())), sql);
  }

  void begin() override { execute("BEGIN", {}); }
  void lock_for_migration() override {
    query("SELECT pg_advisory_xact_lock($1)", {kMigrationLock}, [](const Row&) {});
  }
  std::string_view row_number_type() const override {
    return "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
  }
  bool is_lost() const override {
    return has_broken_ || !connection_ || PQstatus(connection_.get()) != CONNECTION_OK;
  }

 private:
  void connect() {
    if (!is_lost()) return;
    statements_.clear();
    has_broken_ = false;
    // Later words win: the defaults first, then what the URL says.
    const char* const words[] = {"connect_timeout", "application_name", "tcp_user_timeout", "dbname",
                                 nullptr};
    const char* const values[] = {"5", "heed", "10000", url_.c_str(), nullptr};
    connection_.reset(PQconnectdbParams(words, values, 1));
    if (is_lost()) {
      const std::string reason = one_line(PQerrorMessage(connection_.get()));
      throw Error(ErrorCode::unavailable,
                  fmt::format("{}: expected a PostgreSQL server, found: {}; start it or mend the URL", name_,
                              reason));
    }
    PQsetNoticeProcessor(connection_.get(), log_notice, nullptr);  // which would go to standard error
    check(Result(PQexec(connection_.get(), kSession)), "session settings");
    const std::string_view encoding = PQparameterStatus(connection_.get(), "server_encoding");
    if (encoding != "UTF8") {
      throw Error(
          ErrorCode::unsupported,
          fmt::format("{}: expected a database in UTF8, found {}; make one: CREATE DATABASE … ENCODING "
                      "'UTF8' TEMPLATE template0",
                      name_, encoding));
    }
  }

  // The name of the prepared statement.
  std::string prepare(std::string_view sql) {
    connect();
    const auto known = statements_.find(sql);
    if (known != statements_.end()) return known->second;
    const std::string name = fmt::format("heed_{}", statements_.size());
    check(Result(PQprepare(connection_.get(), name.c_str(), std::string(sql).c_str(), 0, nullptr)), sql);
    statements_.emplace(std::string(sql), name);
    return name;
  }

  Result run(std::string_view sql, const Parameters& parameters) {
    if (parameters.empty()) {
      connect();
      Result result(PQexec(connection_.get(), std::string(sql).c_str()));
      return check(std::move(result), sql);
    }
    const std::string statement = prepare(sql);
    const TextParameters texts(parameters);
    Result result(PQexecPrepared(connection_.get(), statement.c_str(), texts.count(), texts.data(), nullptr,
                                 nullptr, 0));
    return check(std::move(result), sql);
  }

  void run_pipeline(const std::string& statement, std::string_view sql, std::span<const Parameters> rows,
                    std::vector<int64_t>& changed) {
    PGconn* connection = connection_.get();
    bool sent = PQenterPipelineMode(connection) == 1;
    for (size_t i = 0; sent && i < rows.size(); ++i) {
      const TextParameters texts(rows[i]);
      sent = PQsendQueryPrepared(connection, statement.c_str(), texts.count(), texts.data(), nullptr, nullptr,
                                 0) == 1;
    }
    sent = sent && PQpipelineSync(connection) == 1;
    Result problem;
    for (size_t i = 0; sent && i < rows.size(); ++i) {
      Result result(PQgetResult(connection));
      Result end(PQgetResult(connection));  // nullptr after each statement's answer
      if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
        changed.push_back(changed_rows(result.get()));
      } else if (!problem) {
        problem = std::move(result);
      }
      if (is_lost()) break;
    }
    if (sent && !is_lost()) {
      const Result sync(PQgetResult(connection));
      PQexitPipelineMode(connection);
    }
    if (problem) check(std::move(problem), sql);
    if (sent && !is_lost()) return;
    has_broken_ = true;
    fail(ErrorCode::unavailable, sql, PQerrorMessage(connection));
  }

  static int64_t changed_rows(PGresult* result) {
    const std::string_view digits = PQcmdTuples(result);
    int64_t rows = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), rows);
    return rows;
  }

  // libpq calls a connection good after the statement that met its end: an error without a state of the
  // server's, or one that ends the session, tells.
  Result check(Result result, std::string_view action) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
    const char* state = result ? PQresultErrorField(result.get(), PG_DIAG_SQLSTATE) : nullptr;
    const char* severity = result ? PQresultErrorField(result.get(), PG_DIAG_SEVERITY_NONLOCALIZED) : nullptr;
    has_broken_ =
        !state ||
        (severity && (std::string_view(severity) == "FATAL" || std::string_view(severity) == "PANIC"));
    const char* reason = result ? PQresultErrorMessage(result.get()) : PQerrorMessage(connection_.get());
    fail(code_of(is_lost() || !state ? "" : state), action, reason);
  }

  [[noreturn]] void fail(ErrorCode code, std::string_view action, const char* reason) const {
    throw Error(code, fmt::format("{}: expected to run '{}', found: {}; {}", name_,
                                  action.substr(0, std::min<size_t>(action.find('\n'), 80)), one_line(reason),
                                  code == ErrorCode::unavailable ? "try again" : "look at the server's log"));
  }

  std::string url_, name_;
  std::unique_ptr<PGconn, ConnectionDeleter> connection_;
  bool has_broken_ = false;
  std::map<std::string, std::string, std::less<>> statements_;
};

}  // namespace

std::unique_ptr<Database> open_postgres(const std::string& url) { return std::make_unique<Postgres>(url); }

}  // namespace heed::store
