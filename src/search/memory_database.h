#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace heed::search {

class MemoryDatabase;

// A prepared statement; parameters and columns count from 1 and from 0, as SQLite has them. Bound text must
// outlive the run.
class Statement {
 public:
  Statement(MemoryDatabase& database, const char* sql);

  Statement& bind(int index, std::string_view text);
  Statement& bind(int index, int64_t value);
  Statement& bind(int index, double value);
  // Whether there is a row. After the last one the statement can run again.
  bool step();
  // Runs to the end.
  void run();
  void reset();

  std::string_view text(int column) const;
  int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  double real(int column) const { return sqlite3_column_double(statement_.get(), column); }

 private:
  struct Finalise {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  MemoryDatabase* database_;
  std::unique_ptr<sqlite3_stmt, Finalise> statement_;
};

// A SQLite database whose file is in memory, with the tokenizer of full_text.h. One thread at a
// time. SQLite's own complaints become Error: corrupt_data, too_large, internal, each naming `name`.
class MemoryDatabase {
 public:
  // Read in place; `bytes` must outlive it.
  static MemoryDatabase view(std::string_view bytes, const std::string& name);
  // A copy of `bytes` that can be changed; of none, an empty database.
  static MemoryDatabase copy(std::string_view bytes, const std::string& name);

  void run(const char* sql);
  // The file as it stands; good until the next change. No transaction is open, no statement unfinished.
  std::string_view bytes();

  sqlite3* handle() const { return connection_.get(); }
  const std::string& name() const { return name_; }
  // Throws where `status` is no success.
  void check(int status) const;

 private:
  MemoryDatabase(unsigned char* bytes, int64_t size, unsigned flags, const std::string& name);

  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::string name_;
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace heed::search
