#include "base/json.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"

namespace heed {
namespace {

TEST(Json, broken_text_is_named_with_line_and_column) {
  expect_error(ErrorCode::corrupt_data, {"c.json:2:", "expected JSON"},
               [] { parse_json("{\n\"a\": }", "c.json"); });
  expect_error(ErrorCode::corrupt_data, {"c.json:1:0"}, [] { parse_json("", "c.json"); });
}

TEST(Json, deep_nesting_is_refused_before_it_is_parsed) {
  expect_error(ErrorCode::corrupt_data, {"at most 64 deep"},
               [] { parse_json(std::string(100000, '['), "bomb"); });
  EXPECT_NO_THROW(parse_json("\"[[[[\"", "text", 2));
}

TEST(Json, fields_are_checked_for_their_type) {
  const Json json =
      parse_json(R"({"n": 3, "x": 2.5, "s": "文", "b": true, "big": 18446744073709551615})", "c.json");
  EXPECT_EQ(json_field<int64_t>(json, "n", "c.json"), 3);
  EXPECT_EQ(json_field<double>(json, "n", "c.json"), 3.0);
  EXPECT_EQ(json_field<std::string>(json, "s", "c.json"), "文");
  EXPECT_EQ(json_field<bool>(json, "absent", "c.json", true), true);
  expect_error(ErrorCode::corrupt_data, {"c.json", "'x'", "a whole number"},
               [&] { json_field<int64_t>(json, "x", "c.json"); });
  expect_error(ErrorCode::corrupt_data, {"'absent'", "found none"},
               [&] { json_field<int64_t>(json, "absent", "c.json"); });
  expect_error(ErrorCode::corrupt_data, {"'big'"}, [&] { json_field<int64_t>(json, "big", "c.json"); });
}

}  // namespace
}  // namespace heed
