#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/run_heed.h"
#include "infer/tiny_model.h"

using namespace heed;
using test::run_heed;
using testing::HasSubstr;

namespace {

class EvalCommand : public testing::Test {
 protected:
  std::string translator() {
    write_model(folder_ / "ui", test::tiny_contents(test::tiny_translator()));
    return (folder_ / "ui").string();
  }
  std::string classifier() {
    write_model(folder_ / "bank", test::tiny_contents(test::tiny_classifier()));
    return (folder_ / "bank").string();
  }
  std::string file(const std::string& name, const std::string& content) {
    write_file_atomically(folder_ / name, content);
    return path_of(name);
  }
  std::string path_of(const std::string& name) const { return (folder_ / name).string(); }

  test::ScratchFolder folder_;
};

// What the model answers to each text, one label a line.
std::string predicted_label(const std::string& model, const std::string& text) {
  const std::string line = run_heed({"classify", model, "--head", "intent"}, text + "\n").output;
  return line.substr(0, line.find('\t'));
}

}  // namespace

TEST_F(EvalCommand, scores_the_models_own_translations_at_one_hundred) {
  const std::string model = translator();
  const std::string source =
      file("source", "open the file\nsave the file as\nprint this page\nwhere is my card\n");
  const std::string hypotheses = (folder_ / "hypotheses").string();
  const auto first =
      run_heed({"eval", model, "--source", source, "--reference", source, "--output", hypotheses});
  ASSERT_EQ(first.status, 0) << first.error;
  EXPECT_EQ(read_file(hypotheses), run_heed({"translate", model, source}).output);
  EXPECT_THAT(first.output, HasSubstr("BLEU = "));
  const auto second = run_heed(
      {"eval", model, "--source", source, "--reference", hypotheses, "--json", "--tokenize", "char"});
  ASSERT_EQ(second.status, 0) << second.error;
  const Json json = Json::parse(second.output);
  EXPECT_NEAR(json["bleu"]["score"].get<double>(), 100.0, 1e-6);
  EXPECT_NEAR(json["chrf"]["score"].get<double>(), 100.0, 1e-6);
  EXPECT_THAT(json["bleu"]["signature"].get<std::string>(), HasSubstr("tok:char"));
}

TEST_F(EvalCommand, counts_chinese_references_by_character) {
  const std::string source = file("source", "open the file\nprint this page\n");
  const std::string reference = file("reference", "打开文件\n打印此页\n");
  const auto outcome = run_heed({"eval", translator(), "--source", source, "--reference", reference});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, HasSubstr("tok:zh"));
}

TEST_F(EvalCommand, refuses_texts_of_different_lengths) {
  const auto outcome = run_heed(
      {"eval", translator(), "--source", file("source", "a\nb\n"), "--reference", file("reference", "a\n")});
  EXPECT_NE(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("reference"));
}

TEST_F(EvalCommand, gives_full_marks_where_every_label_is_the_models_own) {
  const std::string model = classifier();
  std::string csv = "question,intent\n";
  for (const char* text : {"my card was stolen", "如何转账？", "which fee do you take?"}) {
    csv += std::string(text) + "," + predicted_label(model, text) + "\n";
  }
  const auto outcome = run_heed(
      {"eval", model, "--data", file("test.csv", csv), "--text", "question", "--label", "intent", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const Json json = Json::parse(outcome.output);
  EXPECT_EQ(json["accuracy"], 1.0);
  EXPECT_EQ(json["macro_f1"], 1.0);
  EXPECT_EQ(json["examples"], 3);
  EXPECT_EQ(json["temperature"], 1.5);
  EXPECT_TRUE(json["confusions"].empty());
}

TEST_F(EvalCommand, shows_what_was_taken_for_what) {
  const std::string model = classifier();
  const std::string found = predicted_label(model, "my card was stolen");
  const std::string truth = found == "fee" ? "transfer" : "fee";
  const auto outcome =
      run_heed({"eval", model, "--data", file("test.csv", "text,intent\nmy card was stolen," + truth + "\n"),
                "--head", "intent"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, HasSubstr("accuracy      0.00 %"));
  EXPECT_THAT(outcome.output, HasSubstr(found));
}

TEST_F(EvalCommand, measures_a_head_that_gives_any_number_of_labels) {
  const std::string model = classifier();
  const std::vector<std::string> texts = {"my card was stolen", "如何转账？", "which fee do you take?",
                                          "你好"};
  std::string csv = "text,topics\n", jsonl;
  for (const std::string& text : texts) {
    const Json answer =
        Json::parse(run_heed({"classify", model, "--head", "topics", "--json"}, text + "\n").output);
    std::string field;
    Json given = Json::array();
    for (const Json& label : answer["heads"][0]["labels"]) {
      if (label["probability"].get<double>() < 0.5) continue;
      given.push_back(label["label"]);
      field += (field.empty() ? "" : "|") + label["label"].get<std::string>();
    }
    csv += text + "," + field + "\n";
    jsonl += Json({{"text", text}, {"topics", given}}).dump() + "\n";
  }
  for (const std::string& path : {file("test.csv", csv), file("test.jsonl", jsonl)}) {
    const auto outcome = run_heed({"eval", model, "--data", path, "--head", "topics", "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.error;
    const Json json = Json::parse(outcome.output);
    EXPECT_EQ(json["exact_match"], 1.0);
    EXPECT_EQ(json["hamming_loss"], 0.0);
    EXPECT_EQ(json["examples"], 4);
  }
  const auto wrong =
      run_heed({"eval", model, "--data", file("x.csv", "text,topics\na,cards|mony\n"), "--head", "topics"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_THAT(wrong.error, HasSubstr("did you mean 'money'?"));
  EXPECT_THAT(run_heed({"eval", model, "--data", path_of("test.csv"), "--head", "topics"}).output,
              HasSubstr("Hamming loss"));
}

TEST_F(EvalCommand, names_the_row_of_an_unknown_label_and_a_missing_column) {
  const std::string model = classifier();
  const auto label =
      run_heed({"eval", model, "--data", file("a.csv", "text,intent\nx,fee\ny,fe\n"), "--head", "intent"});
  EXPECT_EQ(label.status, 2);
  EXPECT_THAT(label.error, HasSubstr("a.csv:3: column 'intent': expected one of the 3 labels"));
  EXPECT_THAT(label.error, HasSubstr("did you mean 'fee'?"));
  const auto column =
      run_heed({"eval", model, "--data", file("b.csv", "txt,intent\nx,fee\n"), "--head", "intent"});
  EXPECT_NE(column.status, 0);
  EXPECT_THAT(column.error, HasSubstr("'text'"));
  EXPECT_THAT(column.error, HasSubstr("b.csv"));
}

TEST_F(EvalCommand, asks_which_head_where_there_are_several) {
  const auto outcome =
      run_heed({"eval", classifier(), "--data", file("a.csv", "text,label\nx,fee\n"), "--label", "label"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.error, HasSubstr("--head"));
}
