#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "data/split.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::run_heed;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

// Seven rows: one repeated, one without a label, one text with two labels.
constexpr const char* kQuestions =
    "question,intent\n"
    "my card was stolen,card_lost\n"
    "我的银行卡被偷了,card_lost\n"
    "my card was stolen,card_lost\n"
    "how do I send money?,transfer\n"
    "how do I send money?,fee\n"
    "which fee do you take?,fee\n"
    "如何转账？,\n";

class DataCommand : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string file(const std::string& name, const std::string& content) {
    write_file_atomically(folder_ / name, content);
    return path(name);
  }

  test::ScratchFolder folder_;
};

}  // namespace

TEST_F(DataCommand, check_names_the_rows_that_want_mending) {
  const auto outcome = run_heed({"data", "check", file("train.csv", kQuestions)});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.error, AllOf(HasSubstr("question"), HasSubstr("intent")));
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("rows: 7"), HasSubstr("train.csv:4"), HasSubstr("train.csv:8"),
                                    HasSubstr("train.csv:6")));
}

TEST_F(DataCommand, check_as_json_counts_the_held_out_rows_that_training_holds) {
  const std::string train = file("train.csv", kQuestions);
  const std::string test = file("test.csv", "question,intent\n我的银行卡被偷了,card_lost\nis it safe?,fee\n");
  const auto outcome = run_heed({"data", "check", train, "--held-out", test, "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json report = Json::parse(outcome.output);
  EXPECT_EQ(report["rows"], 7);
  EXPECT_EQ(report["leaked_held_out_rows"], 1);
  EXPECT_EQ(report["columns"]["text"], "question");
  EXPECT_EQ(report["columns"]["labels"], Json::array({"intent"}));
  EXPECT_THAT(run_heed({"data", "check", train, "--held-out", test}).output, HasSubstr("test.csv:2"));
}

TEST_F(DataCommand, clean_writes_the_sound_rows_and_lists_the_others) {
  const std::string train = file("train.csv", kQuestions);
  const auto outcome = run_heed({"data", "clean", train, "-o", path("clean.csv"), "--removed",
                                 path("removed.tsv"), "--conflicting-labels"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, HasSubstr("kept 3 of 7 rows"));
  EXPECT_EQ(read_file(path("clean.csv")),
            "question,intent\nmy card was stolen,card_lost\n我的银行卡被偷了,card_lost\nwhich fee do you "
            "take?,fee\n");
  const std::string removed = read_file(path("removed.tsv"));
  for (const char* line :
       {"train.csv:4\tduplicate", "train.csv:5\t", "train.csv:6\t", "train.csv:8\tempty"}) {
    EXPECT_THAT(removed, HasSubstr(line));
  }
  EXPECT_EQ(read_file(train), kQuestions);
}

TEST_F(DataCommand, clean_keeps_what_the_flags_keep) {
  const auto outcome = run_heed({"data", "clean", file("train.csv", kQuestions), "-o", path("clean.csv"),
                                 "--keep-duplicates", "--keep-empty"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, HasSubstr("kept 7 of 7 rows"));
}

TEST_F(DataCommand, an_output_that_exists_is_replaced_only_by_force) {
  const std::string train = file("train.csv", kQuestions), old = file("clean.csv", "precious\n");
  const auto refused = run_heed({"data", "clean", train, "-o", old});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.error, AllOf(HasSubstr("clean.csv: expected a new file"), HasSubstr("--force")));
  EXPECT_EQ(read_file(old), "precious\n");
  EXPECT_EQ(run_heed({"data", "clean", train, "-o", old, "--force"}).status, 0);
  EXPECT_THAT(read_file(old), Not(HasSubstr("precious")));
}

TEST_F(DataCommand, aligned_files_are_cleaned_together) {
  const std::string english = file("train.en", "open the file\n\nprint this page\nopen the file\n");
  const std::string chinese = file("train.zh", "打开文件\n空\n打印此页\n打开文件\n");
  const auto outcome = run_heed({"data", "clean", english, chinese, "--aligned", "-o", path("clean.en"), "-o",
                                 path("clean.zh"), "--keep-ratio"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(read_file(path("clean.en")), "open the file\nprint this page\n");
  EXPECT_EQ(read_file(path("clean.zh")), "打开文件\n打印此页\n");
  const auto short_file = run_heed({"data", "check", english, file("short.zh", "打开文件\n"), "--aligned"});
  EXPECT_NE(short_file.status, 0);
  EXPECT_THAT(short_file.error, HasSubstr("short.zh"));
}

TEST_F(DataCommand, split_puts_every_row_on_one_side_and_repeats_itself) {
  std::string csv = "text,label\n";
  for (int i = 0; i < 100; ++i)
    csv += "question " + std::to_string(i / 2) + "," + (i % 4 < 2 ? "a" : "b") + "\n";
  const std::string all = file("all.csv", csv);
  const auto split = [&](const std::string& name, const std::string& seed) {
    const auto outcome = run_heed({"data", "split", all, "--share", "0.2", "--seed", seed, "--train",
                                   path(name + "-train.csv"), "--held-out", path(name + "-test.csv")});
    EXPECT_EQ(outcome.status, 0) << outcome.error;
    return read_file(path(name + "-train.csv")) + read_file(path(name + "-test.csv"));
  };
  const std::string first = split("first", "1");
  EXPECT_EQ(first, split("again", "1"));
  EXPECT_NE(first, split("other", "2"));
  EXPECT_EQ(std::ranges::count(first, '\n'), 102);
  const auto leaks =
      run_heed({"data", "check", path("first-train.csv"), "--held-out", path("first-test.csv")});
  EXPECT_THAT(leaks.output, HasSubstr("leaks: none"));
}

TEST_F(DataCommand, what_split_leaves_is_split_by_training_and_by_another_seed) {
  std::string csv = "text,label\n";
  for (int i = 0; i < 1000; ++i) csv += "question " + std::to_string(i) + "," + (i % 2 ? "a" : "b") + "\n";
  const std::string all = file("all.csv", csv), part = path("part.csv");
  const auto split = [&](const std::string& table, const std::string& train, const std::string& seed) {
    return run_heed({"data", "split", table, "--share", "0.2", "--seed", seed, "--train", train, "--held-out",
                     path("out-" + seed + ".csv"), "--force"});
  };
  ASSERT_EQ(split(all, part, "1").status, 0);
  const auto again = split(part, path("rest.csv"), "1");
  EXPECT_EQ(again.status, 2);
  EXPECT_THAT(again.error, AllOf(HasSubstr("share: expected about"), HasSubstr("name another seed")));
  EXPECT_EQ(split(part, path("rest.csv"), "2").status, 0);
  const data::Table table = data::read_table(part, {.columns = {}});
  const auto held_out = data::split_off(table, 0.2, {"text"}, "label", 1).second;
  EXPECT_NEAR(static_cast<double>(held_out.rows.size()), 160, 60);
}

TEST_F(DataCommand, outputs_are_checked_before_anything_is_written) {
  const std::string train = file("train.csv", kQuestions);
  const auto refuse = [&](const std::vector<std::string>& more, const std::string& part) {
    std::vector<std::string> arguments = {"data", "split", train};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto outcome = run_heed(arguments);
    EXPECT_NE(outcome.status, 0);
    EXPECT_THAT(outcome.error, HasSubstr(part));
    EXPECT_EQ(std::ranges::count(outcome.error, '\n'), 1) << outcome.error;
    EXPECT_FALSE(std::filesystem::exists(path("a.csv")));
  };
  refuse({"--train", path("a.csv"), "--held-out", path("a.csv")}, "found it twice");
  refuse({"--train", path("a.csv"), "--held-out", path("none/b.csv")}, "make its folder first");
  refuse({"--train", path("a.csv"), "--held-out", path("b.txt")}, "ends in .csv, .tsv or .jsonl");
  refuse({"--train", path("a.csv"), "--held-out", path("b.csv"), "--text", "txt"}, "expected a column 'txt'");
}

TEST_F(DataCommand, a_split_that_leaves_a_side_empty_is_refused) {
  const auto outcome = run_heed({"data", "split", file("two.csv", "text,label\na,x\nb,y\n"), "--train",
                                 path("a.csv"), "--held-out", path("b.csv")});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.error, HasSubstr("two.csv: expected rows for both sides, found 2 to train on and 0"));
  EXPECT_FALSE(std::filesystem::exists(path("a.csv")));
}

TEST_F(DataCommand, check_tells_leaked_pairs_from_sources_with_another_translation) {
  const std::string train = file("train.tsv", "source\ttarget\nopen\t打开\nclose\t关闭\n");
  const std::string test = file("test.tsv", "source\ttarget\nopen\t开启\nclose\t关闭\n");
  const auto outcome = run_heed({"data", "check", train, "--held-out", test});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("found 1 of 2"), HasSubstr("test.tsv:3 is"),
                                    HasSubstr("1 of 2 held-out sources"), HasSubstr("test.tsv:2 is")));
}

TEST_F(DataCommand, bad_input_is_one_line_with_its_place) {
  struct Case {
    std::string name, content, expected;
  };
  const std::vector<Case> cases = {{"empty.csv", "", "empty.csv"},
                                   {"narrow.csv", "text,label\na,b\nonly\n", "narrow.csv:3"},
                                   {"latin.csv", "text,label\ncaf\xE9,b\n", "latin.csv:2"},
                                   {"nul.csv", std::string("text,label\na\0b,c\n", 17), "nul.csv:2"}};
  for (const Case& bad : cases) {
    const auto outcome = run_heed({"data", "check", file(bad.name, bad.content)});
    EXPECT_NE(outcome.status, 0) << bad.name;
    EXPECT_THAT(outcome.error, HasSubstr(bad.expected));
    EXPECT_EQ(std::ranges::count(outcome.error, '\n'), 1) << outcome.error;
  }
  const auto column = run_heed({"data", "check", file("a.csv", kQuestions), "--label", "intnet"});
  EXPECT_EQ(column.status, 3);
  EXPECT_THAT(column.error, HasSubstr("did you mean 'intent'?"));
}
