#include "search/index_writer.h"

#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/files.h"
#include "base/temporary_folder.h"
#include "search/bank.h"
#include "search/index.h"

namespace heed::search {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class Writing : public testing::Test {
 protected:
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "bank.sqlite";
};

TEST_F(Writing, a_passage_of_the_same_id_takes_the_place_of_the_old_one) {
  write_bank(path_);
  {
    IndexWriter writer(path_);
    EXPECT_EQ(writer.size(), 5);
    writer.put({.id = "fees", .title = "Exchange rates", .text = "汇率每天更新。", .tags = {"rates"}});
    EXPECT_EQ(writer.size(), 5);
    writer.commit();
  }
  const Index index = Index::open(path_);
  EXPECT_THAT(index.find("transfer"), IsEmpty());
  EXPECT_THAT(index.find("汇率"), SizeIs(1));
  EXPECT_THAT(index.find("rates", {.tags = {"payments"}}), IsEmpty());
  EXPECT_THAT(index.find("rates", {.tags = {"rates"}}), SizeIs(1));
}

TEST_F(Writing, what_is_removed_is_not_found_and_not_in_the_file) {
  write_bank(path_);
  EXPECT_THAT(read_file(path_), HasSubstr("two euros"));
  {
    IndexWriter writer(path_);
    EXPECT_TRUE(writer.remove("fees"));
    EXPECT_FALSE(writer.remove("fees"));
    EXPECT_FALSE(writer.remove("' OR ''='"));
    writer.commit();
  }
  const Index index = Index::open(path_);
  EXPECT_EQ(index.size(), 4);
  EXPECT_THAT(index.find("transfer"), IsEmpty());
  EXPECT_THAT(read_file(path_), Not(HasSubstr("two euros")));
}

TEST_F(Writing, an_index_grown_in_steps_answers_as_one_built_at_once) {
  const std::vector<Passage> passages = bank_passages();
  write_bank(folder_ / "whole.sqlite");
  for (const Passage& passage : passages) {
    IndexWriter writer(path_);
    writer.put(passage);
    writer.put({.id = "passing", .text = "card card card"});
    writer.remove("passing");
    writer.commit();
  }
  const Index whole = Index::open(folder_ / "whole.sqlite"), grown = Index::open(path_);
  for (const char* query : {"lost card", "转账多少钱", "transfer 500 euros", "钱包"}) {
    EXPECT_THAT(whole.find(query), Not(IsEmpty()));
    EXPECT_EQ(grown.find(query), whole.find(query)) << query;
  }
}

TEST_F(Writing, one_refused_passage_refuses_them_all) {
  IndexWriter writer(path_);
  writer.put({.id = "kept", .text = "card"});
  const std::vector<Passage> passages = {{.id = "good", .text = "card"}, {.id = "bad", .text = "card \xFF"}};
  expect_error(ErrorCode::invalid_argument, {"'bad'", "text", "broken byte at 5"},
               [&] { writer.put(passages); });
  EXPECT_EQ(writer.size(), 1);
}

TEST_F(Writing, passages_that_cannot_be_kept_are_refused_by_name) {
  IndexWriter writer(path_);
  const auto refused = [&](const Passage& passage, ErrorCode code, const std::vector<std::string>& parts) {
    expect_error(code, parts, [&] { writer.put(passage); });
  };
  refused({.text = "x"}, ErrorCode::invalid_argument, {"id", "found 0"});
  refused({.id = std::string(300, 'i')}, ErrorCode::invalid_argument, {"id", "found 300"});
  refused({.id = "a", .text = std::string(kMaxPassageBytes + 1, 'x')}, ErrorCode::too_large,
          {"'a'", "split it first"});
  refused({.id = "a", .tags = std::vector<std::string>(65, "t")}, ErrorCode::invalid_argument,
          {"at most 64 tags"});
  refused({.id = "a", .tags = {""}}, ErrorCode::invalid_argument, {"tags of 1 to"});
  refused({.id = "a", .begin = 5, .end = 4}, ErrorCode::invalid_argument, {"[5, 4)"});
  refused({.id = "a", .extra = Json::array()}, ErrorCode::invalid_argument, {"extra", "object"});
  EXPECT_EQ(writer.size(), 0);
}

TEST_F(Writing, nothing_is_written_without_a_commit) {
  { IndexWriter(path_).put({.id = "a", .text = "card"}); }
  EXPECT_FALSE(std::filesystem::exists(path_));
  write_bank(path_);
  const std::string before = read_file(path_);
  { IndexWriter(path_).clear(); }
  EXPECT_EQ(read_file(path_), before);
  EXPECT_THAT(std::vector<std::filesystem::path>(std::filesystem::directory_iterator(folder_.path()), {}),
              SizeIs(1));
}

TEST_F(Writing, the_second_of_two_writers_is_refused_and_loses_nothing) {
  write_bank(path_);
  IndexWriter first(path_), second(path_);
  first.put({.id = "first", .text = "card"});
  second.put({.id = "second", .text = "card"});
  first.commit();
  expect_error(ErrorCode::unavailable, {"bank.sqlite", "another program"}, [&] { second.commit(); });
  const Index index = Index::open(path_);
  EXPECT_TRUE(index.get("first").has_value());
  EXPECT_FALSE(index.get("second").has_value());
}

TEST_F(Writing, a_folder_that_is_not_there_is_named) {
  IndexWriter writer(folder_ / "none" / "i.sqlite");
  writer.put({.id = "a", .text = "card"});
  expect_error(ErrorCode::not_found, {"none/i.sqlite"}, [&] { writer.commit(); });
}

TEST_F(Writing, questions_are_kept_a_line_each) {
  {
    IndexWriter writer(path_);
    writer.put({.id = "a", .questions = {"one\ntwo", "", "三"}, .tags = {"b", "a", "b"}});
    writer.commit();
  }
  const Passage passage = Index::open(path_).get("a").value();
  EXPECT_THAT(passage.questions, ElementsAre("one two", "三"));
  EXPECT_THAT(passage.tags, ElementsAre("a", "b"));
}

}  // namespace
}  // namespace heed::search
