#include "base/error.h"

#include <set>

#include <gtest/gtest.h>

namespace heed {
namespace {

TEST(ErrorTable, gives_every_code_its_own_name_and_exit_status) {
  std::set<std::string_view> names;
  std::set<int> statuses;
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    const ErrorInfo& info = error_info(static_cast<ErrorCode>(code));
    EXPECT_EQ(info.code, static_cast<ErrorCode>(code));
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_TRUE(statuses.insert(info.exit_status).second) << info.name;
    EXPECT_NE(info.exit_status, 0);
    EXPECT_GE(info.http_status, 400);
    EXPECT_LT(info.http_status, 600);
  }
}

TEST(ErrorTable, maps_as_a_client_expects) {
  EXPECT_EQ(error_info(ErrorCode::invalid_argument).http_status, 400);
  EXPECT_EQ(error_info(ErrorCode::not_found).http_status, 404);
  EXPECT_EQ(error_info(ErrorCode::overloaded).http_status, 429);
  EXPECT_EQ(error_info(ErrorCode::unavailable).http_status, 503);
}

TEST(Error, carries_its_code_and_message) {
  const Error error(ErrorCode::too_large, "a.csv: expected at most 5 bytes, found 6");
  EXPECT_EQ(error.code(), ErrorCode::too_large);
  EXPECT_STREQ(error.what(), "a.csv: expected at most 5 bytes, found 6");
}

}  // namespace
}  // namespace heed
