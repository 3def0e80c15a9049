#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/error.h"
#include "store/database.h"

namespace heed::store {

// A connection that threads take in turn.
class SharedDatabase {
 public:
  explicit SharedDatabase(const std::string& url) : database_(open_database(url)) {}

  // Runs `work`; once more where the connection was lost under it, as after a restart of the server. So
  // `work` must be something that can be done twice.
  template <class Work>
  auto run(const Work& work) {
    const std::lock_guard lock(mutex_);
    try {
      return work(*database_);
    } catch (const Error&) {
      if (!database_->is_lost()) throw;
    }
    return work(*database_);
  }

  template <class Work>
  auto run_in_transaction(const Work& work) {
    return run([&](Database& database) {
      Transaction transaction(database);
      auto answer = work(database);
      transaction.commit();
      return answer;
    });
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<Database> database_;
};

}  // namespace heed::store
