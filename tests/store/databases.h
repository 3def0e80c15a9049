#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "store/event_log.h"
#include "store/private_postgres.h"

namespace heed::store {

// A test that runs on both databases, each time with one of its own:
//   class Something : public OnDatabases {};
//   INSTANTIATE_TEST_SUITE_P(On, Something, kDatabases, database_name);
class OnDatabases : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "postgresql" && !PrivatePostgres::is_installed()) {
      GTEST_SKIP() << "PostgreSQL is not installed: apt-get install postgresql";
    }
    url_ = GetParam() == "sqlite" ? "sqlite:" + (folder_ / "events.db").string()
                                  : PrivatePostgres::shared().new_database();
  }

  std::unique_ptr<EventLog> open() const { return open_event_log(url_); }

  TemporaryFolder folder_;
  std::string url_;
};

inline const auto kDatabases = testing::Values("sqlite", "postgresql");
inline std::string database_name(const testing::TestParamInfo<std::string>& info) { return info.param; }

}  // namespace heed::store
