#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace heed::store {

// A thin layer over SQLite and PostgreSQL: one SQL text for both. Parameters are written $1, $2 …, every one
// used at least once. Statements are prepared once and kept.

using Parameter = std::variant<int64_t, double, std::string_view>;
using Parameters = std::vector<Parameter>;

// One row of an answer, good until the next; columns from 0.
class Row {
 public:
  virtual ~Row() = default;
  virtual int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
};

using RowReader = std::function<void(const Row& row)>;

// One connection; used by one thread at a time. Throws Error: unavailable where the database is busy, out of
// reach, or gave up this transaction for another's sake; io (disk full …), corrupt_data, internal (wrong
// SQL).
class Database {
 public:
  virtual ~Database() = default;

  virtual const char* kind() const = 0;  // "sqlite" or "postgresql"

  // Runs one statement; how many rows it changed.
  virtual int64_t execute(std::string_view sql, const Parameters& parameters = {}) = 0;
  // Runs one statement for each of `rows`, without waiting for one before sending the next; how many rows
  // each changed.
  virtual std::vector<int64_t> execute_each(std::string_view sql, std::span<const Parameters> rows) = 0;
  virtual void query(std::string_view sql, const Parameters& parameters, const RowReader& read) = 0;
  // Several statements without parameters, ended by semicolons.
  virtual void run_script(const std::string& sql) = 0;

  // Begins a transaction that will write.
  virtual void begin() = 0;
  // Waits until no other process is migrating this database; for the rest of this transaction.
  virtual void lock_for_migration() = 0;
  // The type of a column that numbers its rows.
  virtual std::string_view row_number_type() const = 0;
  // Whether the connection was lost. The next statement connects again.
  virtual bool is_lost() const = 0;
};

// A transaction that is undone unless it is committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Database& database_;
  bool is_open_ = true;
};

// Without migrations; open_event_log says what `url` is.
std::unique_ptr<Database> open_database(const std::string& url);

// `url` without its password, for messages.
std::string shown_url(const std::string& url);

}  // namespace heed::store
