#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::run_heed;
using testing::AllOf;
using testing::HasSubstr;

namespace {

constexpr const char* kFeed =
    "<rss><channel><item><guid>1</guid><title>Oil prices fall</title></item>"
    "<item><guid>2</guid><title>新款手机电池续航提升</title></item>"
    "<item><guid>3</guid><title>Striker scores twice in the final</title></item></channel></rss>";

TEST(DigestCommand, chooses_learns_from_the_history_and_writes_every_format) {
  const test::ScratchFolder folder;
  const std::string feed = (folder / "feed.xml").string(), history = (folder / "history").string();
  write_file_atomically(feed, kFeed);
  const auto text = run_heed({"digest", feed, "--topics", "oil,电池", "--minutes", "20"});
  ASSERT_EQ(text.status, 0) << text.error;
  EXPECT_THAT(text.output, AllOf(HasSubstr("Oil prices fall"), HasSubstr("电池"), HasSubstr("worth")));
  const auto json = run_heed({"digest", feed, "--format", "json"});
  ASSERT_EQ(json.status, 0) << json.error;
  const std::string id = Json::parse(json.output)["stories"][0]["id"];
  ASSERT_EQ(run_heed({"digest", feed, "--history", history, "--skip", id}).status, 0);
  const auto again = run_heed({"digest", feed, "--history", history, "--format", "json"});
  EXPECT_EQ(Json::parse(again.output)["stories"].size(), 2U);
  EXPECT_THAT(run_heed({"digest", feed, "--format", "html", "--language", "zh"}).output,
              HasSubstr("您的摘要"));
  EXPECT_THAT(run_heed({"digest", feed, "--format", "feed"}).output, HasSubstr("jsonfeed.org/version/1.1"));
}

// Nobody listens on port 1.
TEST(DigestCommand, an_address_that_does_not_answer_is_named_and_files_of_a_list_are_read_all_the_same) {
  const auto alone = run_heed({"digest", "http://127.0.0.1:1/feed.xml"});
  EXPECT_NE(alone.status, 0);
  EXPECT_THAT(alone.error, HasSubstr("127.0.0.1:1"));
  const test::ScratchFolder folder;
  write_file_atomically(folder / "feed.xml", kFeed);
  const std::string list = (folder / "list.opml").string();
  write_file_atomically(list,
                        "<opml version=\"2.0\"><body><outline xmlUrl=\"http://127.0.0.1:1/a.xml\"/>"
                        "<outline xmlUrl=\"feed.xml\"/></body></opml>");
  const auto asked = run_heed({"digest", list, "--ask", "--format", "json"});
  ASSERT_EQ(asked.status, 0) << asked.error;
  EXPECT_THAT(asked.error, HasSubstr("127.0.0.1:1"));
  EXPECT_EQ(Json::parse(asked.output)["stories"].size(), 3U);
  EXPECT_THAT(run_heed({"digest", list}).error, HasSubstr("1 of its feeds are not asked: with --ask"));
}

TEST(DigestCommand, says_what_is_wrong_with_its_input) {
  const auto html = run_heed({"digest", "-"}, "<!DOCTYPE html><html></html>");
  EXPECT_NE(html.status, 0);
  EXPECT_THAT(html.error, HasSubstr("an HTML page"));
  const auto none = run_heed({"digest", "-", "--minutes", "0"}, kFeed);
  EXPECT_EQ(none.status, 0) << none.error;
  EXPECT_THAT(none.error, HasSubstr("no minutes"));
  EXPECT_THAT(run_heed({"digest", "-", "--save", "nobody"}, kFeed).error, HasSubstr("'nobody'"));
}

}  // namespace
