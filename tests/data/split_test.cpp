#include "data/split.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"

namespace heed::data {
namespace {

Table numbered(size_t rows, size_t labels = 10) {
  Table table{{"text", "label"}, {}, {"in.csv"}};
  for (size_t i = 0; i < rows; ++i) {
    const std::string text = (i % 2 ? "question " : "问题 ") + std::to_string(i);
    table.rows.push_back({{text, std::to_string(i % labels)}, 0, static_cast<int64_t>(i) + 2});
  }
  return table;
}

std::set<std::string> texts_of(const Table& table) {
  std::set<std::string> texts;
  for (const Row& row : table.rows) texts.insert(row.fields[0]);
  return texts;
}

TEST(Split, holds_out_about_the_share_and_loses_no_row) {
  const auto [train, held_out] = split_off(numbered(5000), 0.1, {"text"}, "", 1);
  EXPECT_EQ(train.rows.size() + held_out.rows.size(), 5000u);
  EXPECT_NEAR(static_cast<double>(held_out.rows.size()), 500, 90);
  EXPECT_TRUE(std::is_sorted(train.rows.begin(), train.rows.end(),
                             [](const Row& a, const Row& b) { return a.line < b.line; }));
}

TEST(Split, depends_on_the_seed_and_on_nothing_else) {
  const auto once = split_off(numbered(500), 0.2, {"text"}, "", 3);
  EXPECT_EQ(texts_of(once.second), texts_of(split_off(numbered(500), 0.2, {"text"}, "", 3).second));
  EXPECT_NE(texts_of(once.second), texts_of(split_off(numbered(500), 0.2, {"text"}, "", 4).second));
}

TEST(Split, more_rows_move_none_of_the_others) {
  const std::set<std::string> few = texts_of(split_off(numbered(500), 0.2, {"text"}, "", 3).second);
  const std::set<std::string> more = texts_of(split_off(numbered(900), 0.2, {"text"}, "", 3).second);
  EXPECT_TRUE(std::includes(more.begin(), more.end(), few.begin(), few.end()));
}

TEST(Split, equal_texts_stay_on_one_side) {
  Table table = numbered(300);
  for (size_t i = 0; i < 300; ++i) {
    Row copy = table.rows[i];
    copy.fields[0] = " " + copy.fields[0] + " ";
    if (copy.fields[0][1] == 'q') copy.fields[0][1] = 'Q';
    table.rows.push_back(copy);
  }
  const auto [train, held_out] = split_off(table, 0.3, {"text"}, "", 1);
  EXPECT_TRUE(find_leaks(train, held_out, {"text"}).empty());
  EXPECT_GT(held_out.rows.size(), 50u);
}

TEST(Split, every_label_keeps_a_training_row) {
  const auto [train, held_out] = split_off(numbered(200, 100), 0.9, {"text"}, "label", 1);
  std::set<std::string> labels;
  for (const Row& row : train.rows) labels.insert(row.fields[1]);
  EXPECT_EQ(labels.size(), 100u);
  EXPECT_GT(held_out.rows.size(), 50u);
}

TEST(Split, neither_side_is_empty) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto [train, held_out] = split_off(numbered(2), 0.01, {"text"}, "", seed);
    EXPECT_EQ(train.rows.size(), 1u);
    EXPECT_EQ(held_out.rows.size(), 1u);
  }
}

TEST(Split, what_a_split_left_is_split_again_with_another_seed_alone) {
  const Table left = split_off(numbered(5000), 0.2, {"text"}, "", 1).first;
  for (const double share : {0.1, 0.2, 0.3}) {
    SCOPED_TRACE(share);
    EXPECT_THAT(
        error_of(ErrorCode::invalid_argument, [&] { split_off(left, share, {"text"}, "", 1); }),
        testing::AllOf(testing::HasSubstr("share: expected about"), testing::HasSubstr("name another seed")));
    const auto held_out = static_cast<double>(split_off(left, share, {"text"}, "", 2).second.rows.size());
    EXPECT_NEAR(held_out, share * 4000, 150);
  }
  const Table few = split_off(numbered(200), 0.2, {"text"}, "", 1).first;
  EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { split_off(few, 0.2, {"text"}, "", 1); }),
              testing::HasSubstr("found 0"));
}

TEST(Split, an_impossible_share_is_refused) {
  for (const double share : {0.0, 1.0, -0.5}) {
    EXPECT_THAT(
        error_of(ErrorCode::invalid_argument, [&] { split_off(numbered(3), share, {"text"}, "", 1); }),
        testing::HasSubstr("share: expected more than 0 and less than 1"));
  }
}

Table of_texts(const std::string& file, const std::vector<std::string>& texts) {
  Table table{{"text"}, {}, {file}};
  for (const auto& text : texts)
    table.rows.push_back({{text}, 0, static_cast<int64_t>(table.rows.size()) + 1});
  return table;
}

TEST(Leaks, are_found_whatever_case_width_and_spaces) {
  const Table train = of_texts("train.csv", {"Hello  world", "你好", "other", "HELLO WORLD"});
  const Table test = of_texts("test.csv", {"new", "hello world ", "你 好", "Ｈello world"});
  const auto leaks = find_leaks(train, test, {"text"});
  EXPECT_EQ(leaks, (std::vector<std::pair<size_t, size_t>>{{0, 1}, {3, 1}, {0, 3}}));
  EXPECT_THAT(
      describe_leaks(train, test, leaks),
      testing::AllOf(testing::HasSubstr("found 2 of 4 in the training rows too: test.csv:2 is train.csv:1; "
                                        "test.csv:4 is train.csv:1"),
                     testing::HasSubstr("--drop-leaked")));
}

TEST(Leaks, dropping_them_leaves_none) {
  Table train = of_texts("train.csv", {"a", "b", "A", "c"});
  const Table test = of_texts("test.csv", {"a", "c"});
  EXPECT_EQ(drop_leaked(train, test, {"text"}), 3u);
  EXPECT_EQ(texts_of(train), std::set<std::string>{"b"});
  EXPECT_TRUE(find_leaks(train, test, {"text"}).empty());
}

TEST(Leaks, a_source_with_another_target_is_told_apart_from_a_leak) {
  const auto pairs = [](const std::string& file, const std::vector<std::vector<std::string>>& rows) {
    Table table{{"source", "target"}, {}, {file}};
    for (const auto& row : rows) table.rows.push_back({row, 0, static_cast<int64_t>(table.rows.size()) + 1});
    return table;
  };
  const Table train = pairs("train", {{"open", "打开"}, {"close", "关闭"}, {"save", "保存"}});
  const Table test = pairs("test", {{"Open", "开启"}, {"close", "关闭"}, {"new", "新建"}});
  EXPECT_EQ(describe_shared_sources(train, test, "source", "target"),
            "1 of 3 held-out sources stand in the training rows with another translation: test:1 is train:1");
  EXPECT_EQ(describe_shared_sources(train, pairs("x", {{"new", "新建"}}), "source", "target"), "");
}

TEST(Leaks, at_most_five_are_named) {
  std::vector<std::string> texts;
  for (int i = 0; i < 9; ++i) texts.push_back("text " + std::to_string(i));
  const Table train = of_texts("train.csv", texts), test = of_texts("test.csv", texts);
  const std::string message = describe_leaks(train, test, find_leaks(train, test, {"text"}));
  EXPECT_THAT(message, testing::HasSubstr("test.csv:5 is train.csv:5; and 4 more;"));
  EXPECT_EQ(message.find("test.csv:6"), std::string::npos);
}

}  // namespace
}  // namespace heed::data
