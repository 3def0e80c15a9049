#include "data/clean.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heed::data {
namespace {

Table sample() {
  Table table{{"text", "label"}, {}, {"in.csv"}};
  int64_t line = 2;
  for (const auto& [text, label] :
       std::vector<std::pair<std::string, std::string>>{{"卡丢了", "lost"},
                                                        {"卡丢了 ", "lost"},
                                                        {"", "lost"},
                                                        {"my money", "a"},
                                                        {"My money", "b"},
                                                        {"I lost my card", "lost"}}) {
    table.rows.push_back({{text, label}, 0, line++});
  }
  return table;
}

std::vector<int64_t> lines_of(const Table& table) {
  std::vector<int64_t> lines;
  for (const Row& row : table.rows) lines.push_back(row.line);
  return lines;
}

TEST(Clean, removes_duplicates_and_empties_by_default) {
  Table table = sample();
  const CleanResult result = clean(table, {.report = {.text_column = "text", .label_columns = {"label"}}});
  EXPECT_THAT(lines_of(table), testing::ElementsAre(2, 5, 6, 7));
  EXPECT_EQ(result.counts, (std::map<std::string, int64_t>{{"duplicate", 1}, {"empty", 1}}));
  ASSERT_EQ(result.removed.size(), 2u);
  EXPECT_EQ(result.removed[0].where, "in.csv:3");
  EXPECT_EQ(result.removed[1].reason, "empty");
}

TEST(Clean, removes_all_rows_of_a_conflict_when_asked) {
  Table table = sample();
  const CleanResult result = clean(table, {.report = {.text_column = "text", .label_columns = {"label"}},
                                           .duplicates = false,
                                           .empty = false,
                                           .conflicting_labels = true});
  EXPECT_THAT(lines_of(table), testing::ElementsAre(2, 3, 4, 7));
  EXPECT_EQ(result.counts.at("conflicting_labels"), 2);
}

TEST(Clean, twice_finds_nothing_more) {
  Table table = sample();
  const CleanOptions options{.report = {.text_column = "text", .label_columns = {"label"}},
                             .conflicting_labels = true};
  clean(table, options);
  EXPECT_TRUE(clean(table, options).removed.empty());
}

}  // namespace
}  // namespace heed::data
