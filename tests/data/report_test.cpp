#include "data/report.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/column_roles.h"
#include "data/row_checks.h"
#include "files.h"

namespace heed::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Table table_of(std::vector<std::string> columns, const std::vector<std::vector<std::string>>& rows) {
  Table table{std::move(columns), {}, {"in.csv"}};
  for (const auto& fields : rows)
    table.rows.push_back({fields, 0, static_cast<int64_t>(table.rows.size()) + 2});
  return table;
}

const Finding* find(const Report& report, const std::string& kind) {
  const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                  [&](const Finding& finding) { return finding.kind == kind; });
  return found == report.findings.end() ? nullptr : &*found;
}

TEST(Report, lengths_are_in_characters) {
  const Table table = table_of({"text"}, {{"a"}, {"你好"}, {"abc"}, {"四个字符"}});
  const Report report = make_report(table, {.text_column = "text"});
  EXPECT_EQ(report.rows, 4);
  EXPECT_THAT(report.lengths.at("text"), ElementsAre(1, 2, 3, 4));
}

TEST(Report, classification_problems_are_counted_with_their_places) {
  const Table table = table_of({"text", "label"}, {{"Block my card", "block"},
                                                   {"block  MY card", "block"},
                                                   {"Where is my money", "a"},
                                                   {"where is my money", "b"},
                                                   {"", "block"},
                                                   {"冻结我的卡", ""}});
  const Report report = make_report(table, {.text_column = "text", .label_columns = {"label"}});
  ASSERT_NE(find(report, "duplicate"), nullptr);
  EXPECT_EQ(find(report, "duplicate")->count, 1);
  EXPECT_THAT(find(report, "duplicate")->examples, ElementsAre("in.csv:3: 'block MY card'"));
  EXPECT_EQ(find(report, "conflicting_labels")->count, 2);
  EXPECT_EQ(find(report, "empty")->count, 2);
  EXPECT_EQ(find(report, "rare_label")->count, 3);
  EXPECT_EQ(report.labels.at("label").at("block"), 3);
  EXPECT_EQ(find(report, "length_ratio"), nullptr);
}

TEST(Report, several_labels_in_another_order_do_not_conflict) {
  const std::string one = std::string("a") + kItemSeparator + "b",
                    other = std::string("b") + kItemSeparator + "a";
  const Table table = table_of({"text", "label"}, {{"x y z", one}, {"x y z", other}});
  const Report report =
      make_report(table, {.text_column = "text", .label_columns = {"label"}, .min_label_rows = 1});
  EXPECT_EQ(find(report, "conflicting_labels"), nullptr);
  EXPECT_EQ(find(report, "duplicate")->count, 1);
  EXPECT_EQ(report.labels.at("label").at("a"), 2);
}

TEST(Report, a_single_label_is_said) {
  const Table table = table_of({"text", "label"}, {{"a", "x"}, {"b", "x"}});
  const Report report = make_report(table, {.text_column = "text", .label_columns = {"label"}});
  ASSERT_NE(find(report, "single_label"), nullptr);
  EXPECT_THAT(find(report, "single_label")->examples, ElementsAre("label: 'x'"));
}

TEST(Report, translations_in_the_wrong_script_or_of_an_odd_length_are_found) {
  std::vector<std::vector<std::string>> rows;
  for (int i = 0; i < 20; ++i) {
    const std::string number = std::to_string(i);
    rows.push_back(
        {"The file number " + number + " could not be opened", "无法打开编号为" + number + "的文件"});
  }
  rows.push_back({"The folder is empty", "The folder is empty"});
  rows.push_back({"The connection to the server was lost while the file was being sent", "断"});
  const Report report =
      make_report(table_of({"en", "zh"}, rows), {.text_column = "en", .target_column = "zh"});
  ASSERT_NE(find(report, "wrong_script"), nullptr);
  EXPECT_THAT(find(report, "wrong_script")->examples,
              ElementsAre(HasSubstr("in.csv:22: 'The folder is empty'")));
  ASSERT_NE(find(report, "length_ratio"), nullptr);
  EXPECT_THAT(find(report, "length_ratio")->examples, ElementsAre(HasSubstr("in.csv:23:")));
  EXPECT_EQ(report.scripts.at("zh").at("Han"), 21);
}

TEST(Report, a_corpus_of_two_languages_has_no_wrong_script) {
  const Table table = table_of({"text"}, {{"Block my card"}, {"冻结我的卡"}, {"Good day"}, {"你好"}});
  EXPECT_EQ(find(make_report(table, {.text_column = "text"}), "wrong_script"), nullptr);
}

TEST(Report, very_long_texts_are_flagged) {
  const Table table = table_of({"text"}, {{std::string(300000, 'x')}, {"short"}});
  const Report report = make_report(table, {.text_column = "text"});
  ASSERT_NE(find(report, "too_long"), nullptr);
  EXPECT_EQ(find(report, "too_long")->count, 1);
  EXPECT_LT(find(report, "too_long")->examples[0].size(), 100u);
}

TEST(Report, near_duplicates_do_not_count_equal_rows) {
  const Table table = table_of({"text"}, {{"How do I block my lost card in the app?"},
                                          {"How do I block my lost card in the app"},
                                          {"how do I block my lost card in the app?"}});
  const Report report = make_report(table, {.text_column = "text"});
  EXPECT_EQ(find(report, "near_duplicate")->count, 1);
  EXPECT_EQ(find(report, "duplicate")->count, 1);
}

TEST(Report, text_is_at_most_forty_lines) {
  std::vector<std::string> columns = {"text"};
  std::vector<std::vector<std::string>> rows(2, {"a"});
  for (int i = 0; i < 60; ++i) {
    columns.push_back("label" + std::to_string(i));
    for (auto& row : rows) row.push_back("x");
  }
  const Report report =
      make_report(table_of(columns, rows),
                  {.text_column = "text", .label_columns = {columns.begin() + 1, columns.end()}});
  const std::string text = to_text(report);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 40);
  EXPECT_THAT(text, testing::StartsWith("rows: 2\n"));
}

TEST(Report, json_holds_the_same_counts) {
  const Table table = table_of({"text", "label"}, {{"a", "x"}, {"a", "x"}});
  const Json json = to_json(make_report(table, {.text_column = "text", .label_columns = {"label"}}));
  EXPECT_EQ(json["rows"], 2);
  EXPECT_EQ(json["labels"]["label"]["x"], 2);
  EXPECT_EQ(json["lengths"]["text"]["max"], 1);
  EXPECT_EQ(json["findings"][0]["kind"], "duplicate");
}

TEST(Report, an_absent_column_is_named) {
  const Table table = table_of({"text"}, {{"a"}});
  EXPECT_THAT(error_of(ErrorCode::not_found, [&] { make_report(table, {.text_column = "txt"}); }),
              HasSubstr("did you mean 'text'?"));
  EXPECT_NE(error_of(ErrorCode::invalid_argument, [&] { make_report(table, {}); }), "");
}

TEST(LengthRatio, counts_a_han_character_as_two_and_lets_short_texts_differ) {
  EXPECT_DOUBLE_EQ(length_ratio("12345678901234567890", "十个汉字在这里一共十"), 1);
  EXPECT_DOUBLE_EQ(length_ratio("abcde", ""), 2);
}

TEST(ColumnRoles, are_chosen_by_usual_names) {
  ReportOptions options;
  guess_columns(table_of({"id", "category", "question"}, {}), options);
  EXPECT_EQ(describe_columns(options), "text = 'question', label = 'category'");
  options = {};
  guess_columns(table_of({"source", "target", "context"}, {}), options);
  EXPECT_EQ(describe_columns(options), "text = 'source', target = 'target'");
  options = {.label_columns = {"b"}};
  guess_columns(table_of({"b", "a"}, {}), options);
  EXPECT_EQ(describe_columns(options), "text = 'a', label = 'b'");
}

}  // namespace
}  // namespace heed::data
