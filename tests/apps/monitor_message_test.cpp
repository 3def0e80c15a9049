#include <gtest/gtest.h>

#include "apps/monitor/message.h"
#include "base/error.h"

namespace heed::apps::monitor {
namespace {

constexpr int64_t kNoon = int64_t{1'583'755'200} * 1'000'000;  // 2020-03-09 12:00 UTC

std::string refusal(const std::string& line) {
  try {
    parse_message(line);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(MonitorMessage, reads_the_fields_of_a_line_in_both_languages) {
  const Message message = parse_message(
      R"({"ts":"2020-03-09T12:00:00Z","source":"news","id":"7","text":"股市大跌 markets fall","url":"http://a/7","author":"u","lang":"zh","more":1})");
  EXPECT_EQ(message.ts_us, kNoon);
  EXPECT_EQ(message.source, "news");
  EXPECT_EQ(message.id, "7");
  EXPECT_EQ(message.text, "股市大跌 markets fall");
  EXPECT_EQ(message.url, "http://a/7");
  EXPECT_EQ(message.author, "u");
  EXPECT_EQ(message.lang, "zh");
  EXPECT_FALSE(message.sentiment.has_value());
}

TEST(MonitorMessage, reads_times_as_people_write_them) {
  for (const char* text :
       {"2020-03-09T12:00:00Z", "2020-03-09 12:00", "2020-03-09T13:00:00+01:00", "2020-03-09T07:00:00-0500",
        "Mon, 09 Mar 2020 12:00:00 GMT", "9 Mar 20 12:00 +0000", "Mon, 09 Mar 2020 08:00:00 EDT",
        "1583755200", "1583755200000", "1583755200000000"})
    EXPECT_EQ(parse_time(text), kNoon) << text;
  EXPECT_EQ(parse_time("2020-03-09"), kNoon - int64_t{12} * 3600 * 1'000'000);
  EXPECT_EQ(parse_time("2020-03-09T12:00:00.250Z"), kNoon + 250'000);
  EXPECT_EQ(time_of_number(1583755200), kNoon);
  EXPECT_EQ(format_time(kNoon), "2020-03-09T12:00:00Z");
  for (const char* text : {"", "yesterday", "2020-13-01", "2020-02-30", "2020-03-09T25:00Z",
                           "2020-03-09T12:00:00+99:00", "1e300", "-5", "nan", "昨天"})
    EXPECT_FALSE(parse_time(text).has_value()) << text;
}

TEST(MonitorMessage, says_what_is_wrong_with_a_line) {
  EXPECT_NE(refusal("{\"ts\":1,").find("mend the line"), std::string::npos);
  EXPECT_NE(refusal("[1]").find("expected a JSON object"), std::string::npos);
  EXPECT_NE(refusal(R"({"text":"a"})").find("field 'ts': expected a time"), std::string::npos);
  EXPECT_NE(refusal(R"({"ts":"soon","text":"a"})").find("found \"soon\""), std::string::npos);
  EXPECT_NE(refusal(R"({"ts":1,"text":"  "})").find("field 'text'"), std::string::npos);
  EXPECT_NE(refusal(R"({"ts":1,"text":7})").find("field 'text': expected a text"), std::string::npos);
  EXPECT_NE(refusal(R"({"ts":1,"text":"a","sentiment":3})").find("from -1 to 1"), std::string::npos);
  EXPECT_NE(refusal(R"({"ts":1,"text":"a","topic":"*"})").find("'*' means all"), std::string::npos);
  EXPECT_NE(refusal("{\"ts\":1,\"text\":\"\xff\"}"), "");
}

TEST(MonitorMessage, makes_an_id_that_is_the_same_for_the_same_message) {
  const Message a = parse_message(R"({"ts":1,"text":"same","source":"x"})"),
                b = parse_message(R"({"ts":1,"text":"same","source":"x"})");
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.id.size(), 32U);
  EXPECT_NE(a.id, parse_message(R"({"ts":2,"text":"same","source":"x"})").id);
  EXPECT_NE(a.id, parse_message(R"({"ts":1,"text":"same","source":"y"})").id);
}

}  // namespace
}  // namespace heed::apps::monitor
