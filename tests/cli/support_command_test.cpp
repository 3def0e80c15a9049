// `heed support` as a user runs it: from files to a model and its report.

#include <filesystem>

#include <gmock/gmock.h>

#include "base/json.h"
#include "cli/run_heed.h"

using namespace heed;
using namespace heed::test;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

namespace {

const std::string kSamples = std::string(HEED_SOURCE_DIR) + "/samples/";

std::string lines_of(const std::string& text, const char* intent, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += text + " " + std::to_string(i) + "," + intent + "\n";
  return lines;
}

}  // namespace

TEST(SupportCommand, imports_the_samples_and_reports_on_them) {
  const ScratchFolder folder;
  const std::string output = (folder / "bank").string();
  const Outcome outcome = run_heed({"support", "import", kSamples + "bank/train.en.csv",
                                    kSamples + "bank/train.zh.csv", kSamples + "support", "-o", output});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("of 28 intents"), HasSubstr("answers to 27 intents"),
                                    HasSubstr("heed support train " + output)));
  for (const char* file : {"train.csv", "answers.json", "knowledge.jsonl", "pairs.csv", "synonyms.json"}) {
    EXPECT_TRUE(std::filesystem::exists(folder / "bank" / file)) << file;
  }
  const Outcome check = run_heed({"support", "check", output, "--json"});
  EXPECT_EQ(check.status, 0) << check.error;
  const Json report = Json::parse(check.output);
  EXPECT_GE(report["cross_validated"]["accuracy"].get<double>(), 0.6) << "of 28 intents";
  EXPECT_TRUE(report["contradictions"].empty());
}

TEST(SupportCommand, contradictory_labels_are_an_exit_status) {
  const ScratchFolder folder;
  const std::string csv = (folder / "a.csv").string();
  write_file_atomically(csv, "text,intent\n" + lines_of("lost my card", "lost", 12) +
                                 lines_of("pay a bill", "pay", 12) + "Pay a bill 3,lost\n");
  const Outcome outcome = run_heed({"support", "check", csv});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.error, HasSubstr("contradictory labels: 1"));
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("pay a bill 3"), HasSubstr("a.csv:26")));
}

TEST(SupportCommand, tests_by_a_fast_model_and_writes_a_page) {
  const ScratchFolder folder;
  const std::string page = (folder / "report.html").string();
  const Outcome outcome = run_heed({"support", "test", kSamples + "bank/train.zh.csv", "--fast", "--folds",
                                    "3", "--html", page, "--language", "zh"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("3-fold cross-validation"), HasSubstr("accuracy"),
                                    HasSubstr("Taken for each other")));
  EXPECT_THAT(read_file(page), AllOf(HasSubstr("<!DOCTYPE html>"), HasSubstr("混淆"), Not(HasSubstr("://"))));
}

TEST(SupportCommand, broken_input_is_one_line_with_its_place) {
  const ScratchFolder folder;
  const std::string yaml = (folder / "nlu.yml").string();
  write_file_atomically(yaml, "nlu:\n- intent: a\n\texamples: x\n");
  const Outcome tab = run_heed({"support", "import", yaml, "-o", (folder / "out").string()});
  EXPECT_EQ(tab.status, 4);
  EXPECT_THAT(tab.error, AllOf(HasSubstr("nlu.yml:3: a tab"), HasSubstr("spaces")));
  EXPECT_FALSE(std::filesystem::exists(folder / "out"));
  const Outcome nothing =
      run_heed({"support", "train", (folder / "out").string(), "-o", (folder / "model").string()});
  EXPECT_NE(nothing.status, 0);
  EXPECT_THAT(nothing.error, HasSubstr("heed"));
}

// Entities and pairs on one encoder with the intents, and knowledge that is quoted.
TEST(SupportCommand, trains_heads_together_and_quotes_knowledge) {
  if (!std::filesystem::exists(std::filesystem::path(HEED_BINARY).parent_path() / "heed-train")) {
    GTEST_SKIP() << "no heed-train";
  }
  const ScratchFolder folder;
  std::string rows, knowledge = "question,answer,source\n";
  for (int i = 0; i < 40; ++i) {
    const std::string number = std::to_string(i);
    rows += R"({"text": "what is on my savings )" + number +
            R"(", "intent": "balance", "entities": [{"start": 14, "end": 21, "entity": "account"}]})" + "\n";
    rows += R"({"text": "转账没有到账 )" + number + R"(", "intent": "transfer", "entities": []})" + "\n";
  }
  for (int i = 0; i < 320; ++i)
    knowledge += "Where is branch number " + std::to_string(i) + "?,In street " + std::to_string(i) +
                 ".,faq " + std::to_string(i) + "\n";
  write_file_atomically(folder / "rows.jsonl", rows);
  write_file_atomically(folder / "faq.csv", knowledge);
  write_file_atomically(folder / "answers.json",
                        R"({"version": 1, "answers": {"transfer": {"texts": {"zh": "请稍候。"}}}})");
  const std::string data = (folder / "data").string(), model = (folder / "model").string();
  const Outcome imported =
      run_heed({"support", "import", (folder / "rows.jsonl").string(), (folder / "faq.csv").string(),
                (folder / "answers.json").string(), "-o", data});
  ASSERT_EQ(imported.status, 0) << imported.error;
  std::vector<std::string> arguments = {"support", "train", data, "-o", model, "--quiet"};
  for (const char* assignment :
       {"text.vocabulary=80", "model.dim=16", "model.ffn_dim=16", "model.encoder_layers=1",
        "model.attention.heads=2", "model.ngrams.buckets=1024", "model.heads.2.width=16", "train.epochs=4",
        "train.batch_tokens=128"})
    arguments.insert(arguments.end(), {"--set", assignment});
  const Outcome outcome = run_heed(arguments);
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.error, HasSubstr("knowledge: "));
  EXPECT_THAT(read_file(folder / "data" / "recipe.toml"), AllOf(HasSubstr("tagging"), HasSubstr("matching")));
  for (const char* file : {"answers.json", "knowledge.sqlite", "knowledge.vectors", "knowledge.json"})
    EXPECT_TRUE(std::filesystem::exists(folder / "model" / "current" / "assets" / file)) << file;
  write_file_atomically(folder / "questions.txt", "Where is branch number 17?\n");
  const Outcome answer =
      run_heed({"support", "answer", model, (folder / "questions.txt").string(), "--json"});
  ASSERT_EQ(answer.status, 0) << answer.error;
  const Json reply = Json::parse(answer.output);
  EXPECT_EQ(reply["passages"][0]["source"], "faq 17") << answer.output;
}

TEST(SupportCommand, trains_a_model_that_carries_its_answers) {
  if (!std::filesystem::exists(std::filesystem::path(HEED_BINARY).parent_path() / "heed-train")) {
    GTEST_SKIP() << "no heed-train";
  }
  const ScratchFolder folder;
  const std::string csv = (folder / "a.csv").string(), answers = (folder / "answers.json").string();
  const std::string data = (folder / "data").string(), model = (folder / "model").string();
  write_file_atomically(csv, "text,intent\n" + lines_of("where is my card", "card", 60) +
                                 lines_of("转账没有到账", "transfer", 60));
  write_file_atomically(answers, R"({"version": 1, "answers": {"card": {"texts": {"en": "On its way."}}}})");
  ASSERT_EQ(run_heed({"support", "import", csv, answers, "-o", data}).status, 0);
  const std::vector<std::string> tiny = {"text.vocabulary=60",      "model.dim=16",
                                         "model.ffn_dim=16",        "model.encoder_layers=1",
                                         "model.attention.heads=2", "model.ngrams.buckets=1024",
                                         "train.epochs=4",          "train.batch_tokens=64"};
  std::vector<std::string> arguments = {"support", "train", data, "-o", model, "--quiet"};
  for (const std::string& assignment : tiny) arguments.insert(arguments.end(), {"--set", assignment});
  const Outcome outcome = run_heed(arguments);
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.output, HasSubstr("wrote " + model));
  EXPECT_THAT(read_file(folder / "model" / "current" / "assets" / "answers.json"), HasSubstr("On its way."));
  EXPECT_TRUE(std::filesystem::exists(folder / "model" / "current" / "run" / "recipe.toml"));
  EXPECT_TRUE(std::filesystem::exists(folder / "data" / "recipe.toml"));

  const Outcome test = run_heed({"support", "test", csv, "--model", model, "--json"});
  EXPECT_EQ(test.status, 0) << test.error;
  EXPECT_EQ(Json::parse(test.output)["examples"], 120);
  write_file_atomically(csv, "text,intent\nwhere is it,crad\n");
  EXPECT_THAT(run_heed({"support", "test", csv, "--model", model}).error,
              AllOf(HasSubstr("a.csv:2"), HasSubstr("did you mean 'card'")));
}
