#include <filesystem>

#include <gmock/gmock.h>

#include "base/files.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::Outcome;
using test::run_heed;
using testing::HasSubstr;
using testing::MatchesRegex;

// heed keys: what the server's clients need, kept as digests.
namespace {

class KeysCommand : public testing::Test {
 protected:
  Outcome keys(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "keys");
    arguments.insert(arguments.end(), {"--file", file_});
    return run_heed(arguments);
  }
  void expect_refused(const std::vector<std::string>& arguments, const std::string& part) {
    const std::string before = std::filesystem::exists(file_) ? read_file(file_) : "";
    const Outcome outcome = keys(arguments);
    EXPECT_NE(outcome.status, 0);
    EXPECT_THAT(outcome.error, HasSubstr(part));
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(std::filesystem::exists(file_) ? read_file(file_) : "", before);
  }

  test::ScratchFolder folder_;
  const std::string file_ = (folder_ / "keys.txt").string();
};

}  // namespace

TEST_F(KeysCommand, a_key_is_printed_once_and_kept_as_its_digest) {
  const Outcome added = keys({"add", "网站", "--scopes", "read,feedback", "--rate", "2.5"});
  ASSERT_EQ(added.status, 0) << added.error;
  EXPECT_THAT(added.output, MatchesRegex("heed_[A-Za-z0-9_-]{44}\n"));
  const std::string text = read_file(file_);
  EXPECT_THAT(text, MatchesRegex("网站 read,feedback 2\\.5 sha256:[0-9a-f]{64}\n"));
  EXPECT_EQ(text.find(added.output.substr(5, 20)), std::string::npos);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(file_).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(KeysCommand, keys_are_listed_without_their_digests_and_removed_by_name) {
  for (const std::string name : {"website", "web", "后台"}) ASSERT_EQ(keys({"add", name}).status, 0);
  EXPECT_EQ(keys({"list"}).output, "website read -\nweb read -\n后台 read -\n");
  ASSERT_EQ(keys({"remove", "web"}).status, 0);
  EXPECT_EQ(keys({"list"}).output, "website read -\n后台 read -\n");
  ASSERT_EQ(keys({"remove", "后台"}).status, 0);
  ASSERT_EQ(keys({"remove", "website"}).status, 0);
  EXPECT_EQ(keys({"list"}).output, "");
}

TEST_F(KeysCommand, what_people_wrote_in_the_file_stays) {
  const std::string digest(64, 'b');
  write_file_atomically(file_, "# 钥匙\n\n  old\tread\t-\tsha256:" + digest);
  ASSERT_EQ(keys({"add", "new"}).status, 0);
  EXPECT_THAT(read_file(file_),
              testing::StartsWith("# 钥匙\n\n  old\tread\t-\tsha256:" + digest + "\nnew read - "));
  ASSERT_EQ(keys({"remove", "old"}).status, 0);
  EXPECT_THAT(read_file(file_), MatchesRegex("# 钥匙\n\nnew read - sha256:[0-9a-f]{64}\n"));
}

TEST_F(KeysCommand, a_name_that_could_not_be_read_again_is_refused) {
  ASSERT_EQ(keys({"add", "a"}).status, 0);
  expect_refused({"add", "a"}, "'a' again");
  for (const std::string name : {"two words", "#a", "", "b\nc", " b"})
    expect_refused({"add", name}, "NAME: expected one word");
  expect_refused({"add", "b", "--scopes", "raed"}, "raed");
  expect_refused({"add", "b", "--rate", "-1"}, "--rate");
  expect_refused({"remove", "b"}, "heed keys list shows them");
}

TEST_F(KeysCommand, a_file_that_is_no_key_file_is_left_alone) {
  expect_refused({"list"}, "keys.txt");
  expect_refused({"remove", "a"}, "keys.txt");
  write_file_atomically(file_, "root:x:0:0\n");
  expect_refused({"add", "a"}, "keys.txt:1");
  expect_refused({"list"}, "keys.txt:1");
  expect_refused({"remove", "a"}, "keys.txt:1");
}
