#include "data/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files.h"

namespace heed::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Fields = std::vector<std::string>;

class ReadTable : public testing::Test {
 protected:
  Table read(const std::string& name, std::string_view content, const ReadOptions& options = {}) {
    return read_table(folder_.write(name, content), options);
  }
  std::string refusal(const std::string& name, std::string_view content, const ReadOptions& options = {}) {
    return error_of(ErrorCode::corrupt_data, [&] { read(name, content, options); });
  }
  TemporaryFolder folder_;
};

TEST_F(ReadTable, csv_takes_quotes_newlines_crlf_and_a_byte_order_mark) {
  const Table table = read("a.csv",
                           "\xEF\xBB\xBFtext,label\r\n"
                           "\"He said \"\"hi\"\", twice\",a\r\n"
                           "\"两行\n文字\",b\r\n"
                           "\r\n"
                           "5\" disc,\"\"\r\n"
                           "last,c");
  EXPECT_THAT(table.columns, ElementsAre("text", "label"));
  ASSERT_EQ(table.rows.size(), 4u);
  EXPECT_EQ(table.rows[0].fields, (Fields{"He said \"hi\", twice", "a"}));
  EXPECT_EQ(table.rows[1].fields, (Fields{"两行\n文字", "b"}));
  EXPECT_EQ(table.rows[2].fields, (Fields{"5\" disc", ""}));
  EXPECT_EQ(table.rows[3].fields, (Fields{"last", "c"}));
  EXPECT_EQ(table.rows[2].line, 6) << "the quoted newline and the empty line count";
  EXPECT_THAT(table.where(table.rows[3]), testing::EndsWith("a.csv:7"));
}

TEST_F(ReadTable, csv_without_a_header_takes_the_given_names) {
  const Table table = read("a.csv", "你好,greeting\n", {.columns = {"text", "label"}});
  EXPECT_EQ(table.rows[0].fields[table.column("text")], "你好");
  EXPECT_EQ(table.rows[0].line, 1);
}

TEST_F(ReadTable, csv_with_a_missing_field_names_line_columns_and_cure) {
  const std::string message = refusal("a.csv", "text,label\nhello,a\nno label\n");
  EXPECT_THAT(message, HasSubstr("a.csv:3: expected 2 fields (text, label), found 1"));
  EXPECT_THAT(refusal("a.csv", "text,label\nyes, sir,a\n"),
              HasSubstr("found 3; put a field that holds a comma"));
}

TEST_F(ReadTable, csv_of_another_separator_says_which_it_looks_like) {
  EXPECT_THAT(refusal("a.csv", "text;label\nhello;a\n"),
              HasSubstr("a.csv:1: expected columns separated by commas"));
  EXPECT_THAT(refusal("a.csv", "文本;标签\n你好;a\n"), HasSubstr("semicolons"));
  EXPECT_THAT(refusal("a.csv", "text\tlabel\nhello\ta\n"), HasSubstr("format tsv"));
  EXPECT_EQ(read("a.csv", "a;b\n", {.columns = {"text"}}).rows[0].fields, (Fields{"a;b"}));
}

TEST_F(ReadTable, lines_that_end_in_a_carriage_return_alone_are_named) {
  EXPECT_THAT(refusal("a.csv", "text,label\rhello,a\r"),
              HasSubstr("a.csv:1: expected lines that end in a newline"));
}

TEST_F(ReadTable, csv_with_an_open_quote_names_the_line_that_opened_it) {
  EXPECT_THAT(refusal("a.csv", "text,label\nhello,a\n\"open,b\nmore,c\n"),
              HasSubstr("a.csv:3: field 1: expected a closing quote"));
  EXPECT_THAT(refusal("a.csv", "text,label\n\"a\" b,c\n"), HasSubstr("after the closing quote, found 'b,c'"));
}

TEST_F(ReadTable, column_names_must_be_there_and_differ) {
  EXPECT_THAT(refusal("a.csv", "text,text\na,b\n"),
              HasSubstr("a.csv:1: field 2: expected a new column's name"));
  EXPECT_THAT(refusal("a.tsv", "text\t\na\tb\n"), HasSubstr("a.tsv:1: field 2: expected a column's name"));
}

TEST_F(ReadTable, tsv_knows_no_quotes) {
  const Table table = read("a.tsv", "text\tlabel\n\"as it is\"\tx\r\n\n你好, 世界\ty\n");
  EXPECT_EQ(table.rows[0].fields, (Fields{"\"as it is\"", "x"}));
  EXPECT_EQ(table.rows[1].fields, (Fields{"你好, 世界", "y"}));
  EXPECT_EQ(table.rows[1].line, 4);
}

TEST_F(ReadTable, jsonl_joins_arrays_of_strings) {
  const Table table = read("a.jsonl",
                           "{\"text\": \"卡丢了 \\u0041\", \"labels\": [\"card\", \"loss\"], \"n\": 3}\n\n"
                           "{\"n\": null, \"labels\": [], \"text\": \"x\"}\n");
  EXPECT_THAT(table.columns, ElementsAre("text", "labels", "n"));
  EXPECT_EQ(table.rows[0].fields[0], "卡丢了 A");
  EXPECT_THAT(split_items(table.rows[0].fields[1]), ElementsAre("card", "loss"));
  EXPECT_THAT(split_items(table.rows[0].fields[1], "|"), ElementsAre("card", "loss"));
  EXPECT_THAT(split_items("card| |loss||", "|"), ElementsAre("card", " ", "loss"));
  EXPECT_THAT(split_items("card|loss"), ElementsAre("card|loss"));
  EXPECT_EQ(table.rows[0].fields[2], "3");
  EXPECT_EQ(table.rows[1].fields, (Fields{"x", "", ""}));
  EXPECT_EQ(table.rows[1].line, 3);
}

TEST_F(ReadTable, jsonl_takes_only_the_named_keys_where_some_are_named) {
  const Table table =
      read("a.ndjson", "{\"text\":\"a\",\"meta\":1}\n{\"text\":\"b\"}\n", {.columns = {"text"}});
  EXPECT_EQ(table.rows[1].fields, Fields{"b"});
}

TEST_F(ReadTable, jsonl_problems_name_line_and_field) {
  const std::string good = "{\"text\":\"a\",\"label\":\"b\"}\n";
  EXPECT_THAT(refusal("a.jsonl", good + "{\"text\":\"a\",\"lable\":\"b\"}\n"),
              HasSubstr("a.jsonl:2: expected a field 'label', found text, lable (did you mean 'lable'?)"));
  EXPECT_THAT(refusal("a.jsonl", good + "{\"text\":\"a\",\"label\":\"b\",\"more\":1}\n"),
              HasSubstr("found 'more' besides"));
  EXPECT_THAT(refusal("a.jsonl", good + "{\"text\":\"a\",\"label\":{}}\n"),
              HasSubstr("a.jsonl:2: field 'label': expected"));
  EXPECT_THAT(refusal("a.jsonl", good + "{\"text\":\"a\",\n"),
              HasSubstr("a.jsonl:2: expected one flat JSON object"));
  EXPECT_THAT(refusal("a.jsonl", good + "[1]\n"), HasSubstr("found a JSON array"));
  EXPECT_THAT(refusal("a.jsonl", good + "{\"text\":\"a\\u0000\",\"label\":\"b\"}\n"), HasSubstr("NUL"));
}

TEST_F(ReadTable, lines_keep_empty_ones) {
  const Table table = read("a.txt", "one\n\n三\r\n");
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[1].fields, Fields{""});
  EXPECT_EQ(table.rows[2].fields, Fields{"三"});
  EXPECT_THAT(table.columns, ElementsAre("text"));
}

TEST_F(ReadTable, broken_utf8_is_named_by_line_and_byte) {
  EXPECT_THAT(refusal("a.csv", "text,label\n好\xFF,b\n"),
              HasSubstr("a.csv:2: expected UTF-8 text, found byte 0xff at byte 4 of the line (offset 14)"));
  EXPECT_THAT(refusal("a.txt", "\xFF\xFEh\0i\0"), HasSubstr("UTF-16"));
}

TEST_F(ReadTable, a_nul_byte_is_named_by_line_and_byte) {
  EXPECT_THAT(refusal("a.tsv", std::string_view("text\tlabel\na\0b\tc\n", 17)),
              HasSubstr("a.tsv:2: expected text, found a NUL byte at byte 2 of the line"));
}

TEST_F(ReadTable, empty_files_and_files_of_a_header_only_are_refused) {
  for (const char* name : {"a.csv", "a.tsv", "a.jsonl", "a.txt", "a.po", "a.mo"}) {
    EXPECT_THAT(refusal(name, ""), HasSubstr("found an empty file")) << name;
  }
  EXPECT_THAT(refusal("a.csv", "text,label\n"), HasSubstr("expected at least one row, found none"));
}

TEST_F(ReadTable, long_lines_pass_up_to_the_limit) {
  const std::string line(260000, 'x');
  EXPECT_EQ(read("a.csv", "text,label\n" + line + ",a\n").rows[0].fields[0].size(), 260000u);
  const std::string longer(300000, 'x');
  EXPECT_THAT(refusal("a.txt", "ok\n" + longer),
              AllOf(HasSubstr("a.txt:2: expected at most 262144 bytes in a line, found 300000"),
                    HasSubstr("heed data clean")));
  EXPECT_THAT(refusal("a.csv", "text,label\nok,a\n" + longer + ",b\n"),
              HasSubstr("a.csv:3: expected at most 262144 bytes in a row"));
  EXPECT_EQ(read("a.txt", longer, {.max_line_bytes = 1 << 20}).rows.size(), 1u);
}

TEST_F(ReadTable, too_many_rows_are_refused) {
  EXPECT_THAT(refusal("a.txt", "1\n2\n3\n", {.max_rows = 2}), HasSubstr("a.txt:3: expected at most 2 rows"));
}

TEST_F(ReadTable, unknown_column_and_format_name_the_nearest) {
  const Table table = read("a.csv", "text,category\na,b\n");
  EXPECT_THAT(error_of(ErrorCode::not_found, [&] { table.column("categry"); }),
              HasSubstr("expected a column 'categry', found text, category (did you mean 'category'?)"));
  EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { read("a", "x", {.format = "cvs"}); }),
              HasSubstr("did you mean 'csv'?"));
  EXPECT_NE(error_of(ErrorCode::not_found, [&] { read_table(folder_ / "absent.csv"); }), "");
}

TEST_F(ReadTable, several_files_keep_their_places_and_may_order_columns_differently) {
  const auto a = folder_.write("a.csv", "text,label\none,x\n");
  const auto b = folder_.write("b.tsv", "label\ttext\ny\t二\n");
  const Table table = read_tables({a, b});
  EXPECT_EQ(table.rows[1].fields, (Fields{"二", "y"}));
  EXPECT_THAT(table.where(table.rows[1]), testing::EndsWith("b.tsv:2"));
  const auto c = folder_.write("c.csv", "text,topic\none,x\n");
  EXPECT_THAT(error_of(ErrorCode::corrupt_data,
                       [&] {
                         read_tables({a, c});
                       }),
              testing::AllOf(HasSubstr("c.csv:1: expected the columns of"), HasSubstr("found text, topic")));
}

TEST_F(ReadTable, aligned_files_belong_together_line_by_line) {
  const auto en = folder_.write("a.en", "one\ntwo\n"), zh = folder_.write("a.zh", "一\n二\n");
  const Table table = read_aligned({en, zh}, {"en", "zh"});
  EXPECT_EQ(table.rows[1].fields, (Fields{"two", "二"}));
  const auto shorter = folder_.write("b.zh", "一\n");
  EXPECT_THAT(error_of(ErrorCode::invalid_argument,
                       [&] {
                         read_aligned({en, shorter}, {"en", "zh"});
                       }),
              testing::AllOf(HasSubstr("b.zh: expected 2 lines as in"), HasSubstr("found 1")));
}

class WriteTable : public ReadTable, public testing::WithParamInterface<std::string> {};

TEST_P(WriteTable, reading_gives_back_what_was_written) {
  const Table table{{"text", "label"},
                    {{{"a \"b\", c", "x"}}, {{"", ""}}, {{"你好", "y,z"}}, {{" spaces ", "é"}}},
                    {"memory"}};
  const auto path = folder_ / ("out" + GetParam());
  write_table(path, table);
  const Table back = read_table(path);
  EXPECT_EQ(back.columns, table.columns);
  ASSERT_EQ(back.rows.size(), table.rows.size());
  for (size_t i = 0; i < table.rows.size(); ++i) EXPECT_EQ(back.rows[i].fields, table.rows[i].fields);
}

INSTANTIATE_TEST_SUITE_P(Formats, WriteTable, testing::Values(".csv", ".tsv", ".jsonl"),
                         [](const auto& info) { return info.param.substr(1); });

TEST_F(ReadTable, newlines_survive_csv_and_are_refused_in_tsv) {
  const Table table{{"text", "label"}, {{{"two\nlines", "x"}, 0, 9}}, {"in.csv"}};
  write_table(folder_ / "out.csv", table);
  EXPECT_EQ(read_table(folder_ / "out.csv").rows[0].fields[0], "two\nlines");
  EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { write_table(folder_ / "out.tsv", table); }),
              HasSubstr("in.csv:9: expected no tab or newline"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.tsv"));
  EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { write_table(folder_ / "out.xls", table); }),
              HasSubstr("ends in .csv, .tsv or .jsonl, found '.xls'"));
}

TEST_F(ReadTable, several_labels_survive_jsonl) {
  const Table table{{"labels"}, {{{std::string("a") + kItemSeparator + "b"}}}, {"memory"}};
  write_table(folder_ / "out.jsonl", table);
  EXPECT_EQ(read_file(folder_ / "out.jsonl"), "{\"labels\":[\"a\",\"b\"]}\n");
  EXPECT_EQ(read_table(folder_ / "out.jsonl").rows[0].fields, table.rows[0].fields);
}

TEST_F(ReadTable, aligned_files_are_written_back_as_they_were) {
  const auto en = folder_.write("a.en", "one\ntwo\n"), zh = folder_.write("a.zh", "一\n二\n");
  write_aligned({folder_ / "b.en", folder_ / "b.zh"}, read_aligned({en, zh}, {"en", "zh"}));
  EXPECT_EQ(read_file(folder_ / "b.en"), "one\ntwo\n");
  EXPECT_EQ(read_file(folder_ / "b.zh"), "一\n二\n");
}

}  // namespace
}  // namespace heed::data
