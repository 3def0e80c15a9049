#include "store/database.h"

#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/expect_error.h"
#include "base/files.h"
#include "store/databases.h"
#include "store/migrations.h"
#include "store/sample_events.h"

namespace heed::store {
namespace {

class Databases : public OnDatabases {};
INSTANTIATE_TEST_SUITE_P(On, Databases, kDatabases, database_name);

int64_t number_of(Database& database, const std::string& sql) {
  int64_t number = -1;
  database.query(sql, {}, [&](const Row& row) { number = row.integer(0); });
  return number;
}

TEST_P(Databases, bind_parameters_by_number_in_any_order) {
  const auto database = open_database(url_);
  database->run_script("CREATE TABLE t (a BIGINT, b TEXT, c DOUBLE PRECISION); CREATE TABLE u (x BIGINT);");
  EXPECT_EQ(database->execute("INSERT INTO t (c, b, a) VALUES ($3, $2, $1)", {int64_t{-7}, "文字", 0.1}), 1);
  int rows = 0;
  database->query("SELECT a, b, c FROM t WHERE b = $2 AND a = $1", {int64_t{-7}, "文字"},
                  [&](const Row& row) {
                    EXPECT_EQ(row.integer(0), -7);
                    EXPECT_EQ(row.text(1), "文字");
                    EXPECT_EQ(row.real(2), 0.1);
                    ++rows;
                  });
  EXPECT_EQ(rows, 1);
}

TEST_P(Databases, tell_of_each_row_whether_it_changed_something) {
  const auto database = open_database(url_);
  database->run_script("CREATE TABLE t (a BIGINT PRIMARY KEY);");
  std::vector<Parameters> rows;
  for (int64_t i = 0; i < 700; ++i) rows.push_back({i / 2});  // more than a pipeline holds
  const auto changed =
      database->execute_each("INSERT INTO t (a) VALUES ($1) ON CONFLICT (a) DO NOTHING", rows);
  ASSERT_EQ(changed.size(), 700u);
  for (size_t i = 0; i < changed.size(); ++i) EXPECT_EQ(changed[i], i % 2 == 0) << i;
}

TEST_P(Databases, undo_what_is_not_committed_and_go_on) {
  const auto database = open_database(url_);
  database->run_script("CREATE TABLE t (a BIGINT PRIMARY KEY);");
  const std::vector<Parameters> rows = {{int64_t{1}}, {int64_t{2}}, {int64_t{1}}, {int64_t{3}}};
  EXPECT_THROW(
      {
        Transaction transaction(*database);
        database->execute_each("INSERT INTO t (a) VALUES ($1)", rows);
        transaction.commit();
      },
      Error);
  EXPECT_EQ(number_of(*database, "SELECT COUNT(*) FROM t"), 0);
  {
    Transaction transaction(*database);
    database->execute("INSERT INTO t (a) VALUES ($1)", {int64_t{5}});
  }
  EXPECT_EQ(number_of(*database, "SELECT COUNT(*) FROM t"), 0);
}

TEST_P(Databases, say_what_was_wrong_with_a_statement) {
  const auto database = open_database(url_);
  expect_error(ErrorCode::internal, {"SELECT nonsense", "nonsense"},
               [&] { database->query("SELECT nonsense FROM nowhere", {}, [](const Row&) {}); });
}

TEST_P(Databases, migrate_step_by_step_and_once) {
  const auto database = open_database(url_);
  const std::vector<Migration> steps = {
      {1, "one", "CREATE TABLE one (n {row number}, a BIGINT);"},
      {2, "two", "ALTER TABLE one ADD COLUMN b TEXT; CREATE TABLE two (a BIGINT);"}};
  migrate(*database, std::span(steps).first(1), "db");
  database->execute("INSERT INTO one (a) VALUES ($1)", {int64_t{4}});
  migrate(*database, steps, "db");
  migrate(*database, steps, "db");
  EXPECT_EQ(number_of(*database, "SELECT n FROM one WHERE b IS NULL"), 1);
  EXPECT_EQ(number_of(*database, "SELECT COUNT(*) FROM migrations"), 2);
}

TEST_P(Databases, leave_nothing_of_a_step_that_fails) {
  const auto database = open_database(url_);
  const std::vector<Migration> steps = {
      {1, "one", "CREATE TABLE one (a BIGINT);"},
      {2, "bad", "CREATE TABLE two (a BIGINT); CREATE TABLE one (a BIGINT);"}};
  EXPECT_THROW(migrate(*database, steps, "db"), Error);
  EXPECT_EQ(number_of(*database, "SELECT MAX(number) FROM migrations"), 1);
  EXPECT_THROW(number_of(*database, "SELECT COUNT(*) FROM two"), Error);
}

TEST_P(Databases, of_a_newer_program_are_refused) {
  open();
  const auto last = migrations().back().number;
  open_database(url_)->execute("INSERT INTO migrations (number, name, ts) VALUES ($1, $2, $3)",
                               {last + 3, "of the future", int64_t{0}});
  expect_error(
      ErrorCode::unsupported,
      {"at most migration " + std::to_string(last), "found " + std::to_string(last + 3), "newer heed"},
      [&] { open(); });
}

TEST_P(Databases, are_made_by_several_programs_at_once) {
  std::vector<std::thread> threads;
  std::vector<std::string> problems(6);
  for (std::string& problem : problems) {
    threads.emplace_back([&] {
      try {
        open()->append(std::vector<Event>{sample_decision("d" + std::to_string(&problem - problems.data()))});
      } catch (const Error& error) {
        problem = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(problems, testing::Each(""));
  EXPECT_EQ(open()->count().decisions, 6);
}

TEST(Migrations, are_numbered_without_a_gap) {
  int64_t number = 0;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.number, ++number) << migration.name;
}

TEST(Sqlite, makes_a_file_that_others_cannot_read) {
  const TemporaryFolder folder;
  const auto path = folder / "events.db";
  const auto log = open_event_log(path.string());
  log->append(std::vector<Event>{sample_decision("d1")});
  for (const char* end : {"", "-wal", "-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat((path.string() + end).c_str(), &status), 0) << end;
    EXPECT_EQ(status.st_mode & 0777, 0600) << end;
  }
}

TEST(Sqlite, refuses_what_is_no_database) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "text.db", std::string(5000, 'x'));
  expect_error(ErrorCode::corrupt_data, {"text.db", "no SQLite database"},
               [&] { open_event_log((folder / "text.db").string()); });
  expect_error(ErrorCode::not_found, {"none/events.db", "make its folder"},
               [&] { open_event_log((folder / "none/events.db").string()); });
  expect_error(ErrorCode::io, {folder.path().string()}, [&] { open_event_log(folder.path().string()); });
  for (const std::string url : {"", "sqlite:", ":memory:", "sqlite::memory:", "mysql://host/db"}) {
    expect_error(ErrorCode::invalid_argument, {"event log: expected"}, [&] { open_event_log(url); });
  }
}

TEST(Sqlite, is_unavailable_while_another_process_holds_it) {
  const TemporaryFolder folder;
  const auto one = open_database((folder / "events.db").string());
  const auto two = open_database((folder / "events.db").string());
  one->run_script("CREATE TABLE t (a BIGINT);");
  const Transaction transaction(*one);
  expect_error(ErrorCode::unavailable, {"events.db", "locked", "try again"}, [&] { two->begin(); });
  EXPECT_EQ(number_of(*two, "SELECT COUNT(*) FROM t"), 0) << "reading does not wait";
}

TEST(Sqlite, overwrites_what_is_deleted) {
  const TemporaryFolder folder;
  const auto path = folder / "events.db";
  {
    const auto log = open_event_log(path.string());
    Decision decision = sample_decision("d1");
    decision.reason = "SECRET-REASON-OF-ONE-PERSON";
    log->append(std::vector<Event>{decision, sample_decision("d2")});
    EXPECT_EQ(log->delete_subject("", "读者-7"), 2);
  }
  EXPECT_EQ(read_file(path).find("SECRET-REASON"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(path.string() + "-wal"))
      << "emptied into the file by the last to close";
}

TEST(Postgres, that_is_not_there_is_unavailable_and_its_password_is_not_told) {
  try {
    open_event_log("postgresql://me:geheim@127.0.0.1:1/db?password=geheim2&connect_timeout=2");
    FAIL() << "connected to nothing";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unavailable);
    EXPECT_THAT(error.what(), testing::HasSubstr("postgresql://me:***@127.0.0.1:1/db?password=***"));
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("geheim")));
  }
}

TEST(Postgres, must_hold_any_text) {
  if (!PrivatePostgres::is_installed())
    GTEST_SKIP() << "PostgreSQL is not installed: apt-get install postgresql";
  PrivatePostgres& cluster = PrivatePostgres::shared();
  open_database(cluster.url("postgres"))
      ->run_script("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0;");
  expect_error(ErrorCode::unsupported, {"expected a database in UTF8, found LATIN1"},
               [&] { open_event_log(cluster.url("latin")); });
}

TEST(Postgres, commits_to_the_disk_even_where_the_server_would_not) {
  if (!PrivatePostgres::is_installed())
    GTEST_SKIP() << "PostgreSQL is not installed: apt-get install postgresql";
  const std::string url = PrivatePostgres::shared().new_database();
  open_database(url)->run_script("ALTER ROLE heed SET synchronous_commit = off;");
  std::string setting;
  open_database(url)->query("SHOW synchronous_commit", {}, [&](const Row& row) { setting = row.text(0); });
  EXPECT_EQ(setting, "on");
}

}  // namespace
}  // namespace heed::store
