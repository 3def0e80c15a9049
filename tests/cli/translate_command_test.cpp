#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"
#include "infer/translator.h"

using namespace heed;
using test::run_heed;
using testing::HasSubstr;
using testing::MatchesRegex;

namespace {

class TranslateCommand : public testing::Test {
 protected:
  void SetUp() override { write_model(folder_ / "ui", test::tiny_contents(test::tiny_translator())); }

  std::string model() const { return (folder_ / "ui").string(); }
  std::string file(const std::string& name, const std::string& content) const {
    write_file_atomically(folder_ / name, content);
    return (folder_ / name).string();
  }

  test::ScratchFolder folder_;
};

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

const std::string kLines = "open the file\n\n打开文件\nwhere is my card";

}  // namespace

TEST_F(TranslateCommand, gives_a_line_for_a_line_as_the_library_does) {
  const auto outcome = run_heed({"translate", model(), "--beam", "2"}, kLines);
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const infer::Translator translator(open_model(model()));
  infer::TranslateOptions options;
  options.beam = 2;
  std::string expected;
  for (const auto& result : translator.translate(split_lines(kLines + "\n"), options)) {
    expected += (result.best.empty() ? "" : result.best[0].text) + "\n";
  }
  EXPECT_EQ(outcome.output, expected);
}

TEST_F(TranslateCommand, reads_a_file_as_it_reads_standard_input) {
  EXPECT_EQ(run_heed({"translate", model(), file("in.txt", kLines)}).output,
            run_heed({"translate", model()}, kLines).output);
}

TEST_F(TranslateCommand, writes_n_best_lists_with_numbers_and_scores) {
  const auto lines =
      split_lines(run_heed({"translate", model(), "--nbest", "2"}, "open the file\nprint\n").output);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[0], MatchesRegex("0 \\|\\|\\| .* \\|\\|\\| -[0-9.]+"));
  EXPECT_THAT(lines[3], MatchesRegex("1 \\|\\|\\| .* \\|\\|\\| -[0-9.]+"));
}

TEST_F(TranslateCommand, adds_alignments_in_each_style) {
  const std::string line = "open the file\n";
  EXPECT_THAT(run_heed({"translate", model(), "--alignment"}, line).output,
              MatchesRegex(".* \\|\\|\\|( [0-9]+-[0-9]+)*\n"));
  EXPECT_EQ(run_heed({"translate", model(), "--alignment"}, line).output,
            run_heed({"translate", model(), "--alignment", "hard"}, line).output);
  EXPECT_THAT(run_heed({"translate", model(), "--alignment", "soft"}, line).output,
              MatchesRegex(".* \\|\\|\\| [0-9., ]+\n"));
  EXPECT_THAT(run_heed({"translate", model(), "--alignment", "show"}, line).output, HasSubstr(" ← "));
}

TEST_F(TranslateCommand, json_holds_source_translations_and_attention_that_sums_to_one) {
  const auto outcome =
      run_heed({"translate", model(), "--json", "--nbest", "3", "--alignment"}, "打开 \"文件\"\n");
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json json = Json::parse(outcome.output);
  EXPECT_EQ(json["source"], "打开 \"文件\"");
  EXPECT_EQ(json["translations"].size(), 3u);
  for (const Json& row : json["translations"][0]["alignment"]) {
    EXPECT_EQ(row.size(), json["source_pieces"].size());
    double sum = 0;
    for (const Json& share : row) sum += share.get<double>();
    EXPECT_NEAR(sum, 1.0, 0.01);
  }
}

TEST_F(TranslateCommand, begins_a_translation_with_its_prefix) {
  const std::string lines = file("two.txt", "open the file\nopen the file\n");
  const auto free = split_lines(run_heed({"translate", model(), lines}).output);
  const auto held = run_heed({"translate", model(), lines, "--prefixes", file("prefixes.txt", "打开\n\n")});
  ASSERT_EQ(held.status, 0) << held.error;
  EXPECT_TRUE(held.output.starts_with("打开")) << held.output;
  EXPECT_EQ(split_lines(held.output).at(1), free.at(1));
  const auto too_few = run_heed({"translate", model(), lines, "--prefixes", file("one.txt", "打开\n")});
  EXPECT_NE(too_few.status, 0);
  EXPECT_THAT(too_few.error, HasSubstr("for each line, found 1"));
}

TEST_F(TranslateCommand, refuses_more_translations_than_hypotheses) {
  const auto outcome = run_heed({"translate", model(), "--beam", "2", "--nbest", "3"}, "a\n");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.error, HasSubstr("--nbest: expected at most --beam (2), found 3"));
}

TEST_F(TranslateCommand, names_the_line_of_broken_text) {
  const auto outcome = run_heed({"translate", model()}, "fine\nbroken \xff\n");
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.error, HasSubstr("standard input:2: expected UTF-8"));
}

TEST_F(TranslateCommand, says_when_the_disk_is_full) {
  const auto outcome = test::run_heed_into("/dev/full", {"translate", model()}, kLines);
  EXPECT_EQ(outcome.status, 5);
  EXPECT_EQ(outcome.error, "heed: standard output: cannot write: No space left on device\n");
}

TEST_F(TranslateCommand, refuses_a_classifier) {
  write_model(folder_ / "bank", test::tiny_contents(test::tiny_classifier()));
  const auto outcome = run_heed({"translate", (folder_ / "bank").string()}, "a\n");
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("bank"));
}

TEST_F(TranslateCommand, fills_a_catalogue_and_keeps_what_was_there) {
  const std::string done = "msgid \"Edit\"\nmsgstr \"编辑\"\n\n";
  const std::string path = file(
      "zh.po", done + "#, c-format\nmsgid \"%s: %d\"\nmsgstr \"\"\n\nmsgid \"open the file\"\nmsgstr \"\"\n");
  const auto outcome = run_heed({"translate", model(), "--po", path});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, testing::StartsWith(done));
  EXPECT_THAT(outcome.output, HasSubstr("msgid \"%s: %d\"\nmsgstr \"%s: %d\"\n"));
  EXPECT_THAT(outcome.error, HasSubstr("already translated  1"));
  const auto to_file = run_heed({"translate", model(), "--po", path, "-o", (folder_ / "out.po").string()});
  EXPECT_EQ(to_file.output, "");
  EXPECT_EQ(read_file(folder_ / "out.po"), outcome.output);
  EXPECT_EQ(run_heed({"translate", model(), "--po", path, "--in-place"}).status, 0);
  EXPECT_EQ(read_file(path), outcome.output);
}

TEST_F(TranslateCommand, leaves_a_broken_catalogue_alone) {
  const std::string broken = "msgid \"a\nmsgstr \"\"\n";
  const std::string path = file("zh.po", broken);
  const auto outcome = run_heed({"translate", model(), "--po", path, "--in-place"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.error, HasSubstr("zh.po:1"));
  EXPECT_EQ(read_file(path), broken);
}
