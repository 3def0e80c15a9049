#pragma once

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "base/temporary_folder.h"
#include "store/private_process.h"

// A PostgreSQL cluster of this process, in a temporary folder, on a Unix socket there and on no network; gone
// with the process.
class PrivatePostgres {
 public:
  // `flushes`: whether a commit goes to the disk, as outside tests.
  explicit PrivatePostgres(bool flushes = false) : flushes_(flushes) {
    PrivateProcess::hand_over(folder_.path());
    PrivateProcess initdb({programs() / "initdb", "-D", data(), "-U", "heed", "--auth=trust",
                           "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
                          folder_ / "log");
    if (initdb.wait() != 0) throw std::runtime_error("initdb failed: see " + (folder_ / "log").string());
    start();
  }
  ~PrivatePostgres() { server_.stop(SIGQUIT); }

  static bool is_installed() { return !programs().empty(); }

  // The one that the tests of this process share.
  static PrivatePostgres& shared() {
    static PrivatePostgres cluster;
    return cluster;
  }

  void start() {
    server_ = PrivateProcess(
        {programs() / "postgres", "-D", data(), "-k", folder_.path(), "-c", "listen_addresses=", "-c",
         "max_connections=50", "-c", flushes_ ? "fsync=on" : "fsync=off"},
        folder_ / "log");
    if (!wait_until([&] { return PQping(url("postgres").c_str()) == PQPING_OK; })) {
      throw std::runtime_error("PostgreSQL does not start: see " + (folder_ / "log").string());
    }
  }
  // As a crash would.
  void stop() { server_.stop(SIGQUIT); }

  std::string url(const std::string& database) const {
    return "postgresql:///" + database + "?host=" + folder_.path().string() + "&user=heed";
  }

  // The URL of a database that nobody has used.
  std::string new_database() {
    const std::string name = "test_" + std::to_string(++databases_);
    PGconn* connection = PQconnectdb(url("postgres").c_str());
    PGresult* result = PQexec(connection, ("CREATE DATABASE " + name).c_str());
    const bool is_made = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    PQfinish(connection);
    if (!is_made) throw std::runtime_error("CREATE DATABASE failed: see " + (folder_ / "log").string());
    return url(name);
  }

 private:
  // The newest version's folder of programs; empty where none is installed.
  static std::filesystem::path programs() {
    std::vector<std::pair<int, std::filesystem::path>> found;
    std::error_code ignored;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
      const auto folder = version.path() / "bin";
      if (std::filesystem::exists(folder / "initdb"))
        found.emplace_back(std::atoi(version.path().filename().c_str()), folder);
    }
    return found.empty() ? std::filesystem::path() : std::max_element(found.begin(), found.end())->second;
  }
  std::string data() const { return folder_ / "data"; }

  TemporaryFolder folder_;
  const bool flushes_;
  PrivateProcess server_;
  int databases_ = 0;
};
