#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/temporary_folder.h"
#include "cli/run_heed.h"

// A training as a user meets it: what is wrong with the input is one line and a status, and nothing that
// existed is lost.
namespace heed::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class TrainingRun : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(fs::path(HEED_BINARY).parent_path() / "heed-train")) GTEST_SKIP() << "no heed-train";
    std::string rows = "text,label\n";
    for (int i = 0; i < 150; ++i) {
      rows += (i % 2 == 0 ? "where is my card number " : "转账没有到账 ") + std::to_string(i) +
              (i % 2 == 0 ? ",card\n" : ",transfer\n");
    }
    write("rows.csv", rows);
    write("recipe.toml", recipe("rows.csv"));
  }

  std::string recipe(const std::string& file) const {
    return "data.folder = '" + folder_.path().string() + "'\ndata.train = '" + file +
           "'\ndata.validation_share = 0.2\noutput.model = '" + (folder_ / "model").string() +
           "'\n[text]\nvocabulary = 60\n[model]\narchitecture = 'transformer_encoder'\ndim = 16\nffn_dim = "
           "16\n"
           "encoder_layers = 1\nattention.heads = 2\n[[model.heads]]\nname = 'label'\nlabel = 'label'\n"
           "[train]\nepochs = 6\nbatch_tokens = 64\ncheckpoint_steps = 2\n";
  }
  void write(const std::string& name, const std::string& content) const {
    write_file_atomically(folder_ / name, content);
  }
  Outcome train(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"train", (folder_ / "recipe.toml").string(), "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_heed(arguments);
  }
  void expect_refusal(const std::string& content, int status, const std::vector<std::string>& parts) const {
    write("bad.csv", content);
    write("recipe.toml", recipe("bad.csv"));
    const Outcome outcome = train();
    EXPECT_EQ(outcome.status, status) << outcome.error;
    for (const std::string& part : parts) EXPECT_THAT(outcome.error, HasSubstr(part));
    EXPECT_EQ(std::count(outcome.error.begin(), outcome.error.end(), '\n'), 1) << outcome.error;
    EXPECT_FALSE(fs::exists(folder_ / "model"));
    EXPECT_FALSE(fs::exists(folder_ / "model.run"));
  }
  std::string weights(const std::string& model) const {
    return read_file(folder_ / model / "current" / "model.safetensors");
  }
  // Starts a training and, once a checkpoint is there, sends it a signal. Returns waitpid's status.
  int train_and_signal(const std::string& model, int signal) const {
    const std::string setting = "output.model=" + (folder_ / model).string();
    const std::string file = (folder_ / "recipe.toml").string();
    const pid_t child = ::fork();
    if (child == 0) {
      const int nowhere = ::open("/dev/null", O_WRONLY);
      ::dup2(nowhere, STDERR_FILENO);
      ::execl(HEED_BINARY, HEED_BINARY, "train", file.c_str(), "--quiet", "--set", setting.c_str(), "--set",
              "train.epochs=400", nullptr);
      std::_Exit(127);
    }
    const fs::path checkpoint = folder_ / (model + ".run/checkpoint.safetensors");
    for (int i = 0; i < 3000 && !fs::exists(checkpoint); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ::kill(child, signal);
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }

  TemporaryFolder folder_;
};

TEST_F(TrainingRun, bad_tables_are_refused_with_their_place_before_anything_is_written) {
  expect_refusal("", 4, {"bad.csv", "empty"});
  expect_refusal("text,etikett\na,b\nc,d\n", 3, {"bad.csv", "'label'", "etikett"});
  expect_refusal("text,label\na,x\nb,x\nc,x\nd,x\n", 2, {"bad.csv", "at least two different labels"});
  expect_refusal("text,label\nok,x\n\xff\xfe,y\n", 4, {"bad.csv:3", "UTF-8"});
  expect_refusal(std::string("text,label\nok,x\na\0b,y\n", 22), 4, {"bad.csv:3", "NUL"});
  expect_refusal("text,label\nok,x\nonly\n", 4, {"bad.csv:3"});
}

TEST_F(TrainingRun, ends_with_the_figures_of_validation) {
  const Outcome outcome =
      run_heed({"train", (folder_ / "recipe.toml").string(), "--set", "train.max_steps=2"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.error, testing::ContainsRegex("\nvalid  accuracy [0-9.]+  calibration_error"));
}

TEST_F(TrainingRun, an_ensemble_says_which_teacher_trains_and_ends_with_what_the_teachers_score) {
  const std::vector<std::string> command = {
      "train", (folder_ / "recipe.toml").string(), "--set", "train.max_steps=2", "--set", "train.ensemble=2"};
  const Outcome outcome = run_heed(command);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.error, HasSubstr("\nteacher 1/2  trains on"));
  EXPECT_THAT(outcome.error, HasSubstr("\nteacher 2/2    valid  accuracy"));
  EXPECT_THAT(outcome.error,
              testing::ContainsRegex("\nvalid  accuracy [0-9.]+.*  teachers/accuracy [0-9.]+"));
  const Outcome missing =
      train({"--set", "train.teachers=['models/nowhere']", "--set", "text.vocabulary=40"});
  EXPECT_EQ(missing.status, 3);
  EXPECT_THAT(missing.error, HasSubstr("'train.teachers': models/nowhere"));
  EXPECT_EQ(std::count(missing.error.begin(), missing.error.end(), '\n'), 1) << missing.error;
}

TEST_F(TrainingRun, one_model_of_two_data_sets_answers_with_each_head) {
  std::string moods = "评论,心情\n";
  for (int i = 0; i < 40; ++i)
    moods += (i % 2 == 0 ? "很好用 " : "不好用 ") + std::to_string(i) + (i % 2 == 0 ? ",好\n" : ",坏\n");
  write("moods.csv", moods);
  std::string text = recipe("");
  text.replace(text.find("data.train = ''"), 15, "");
  write("recipe.toml",
        text +
            "[[model.heads]]\nname = 'mood'\nlabel = '心情'\n[[data.sets]]\nname = 'bank'\ntrain = "
            "'rows.csv'\nheads = ['label']\n[[data.sets]]\nname = 'moods'\ntrain = "
            "'moods.csv'\ntext = '评论'\nheads = ['mood']\n");
  const Outcome outcome =
      run_heed({"train", (folder_ / "recipe.toml").string(), "--set", "train.task_temperature=2"});
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_THAT(outcome.error, HasSubstr("mood/accuracy"));
  const std::string model = (folder_ / "model").string();
  EXPECT_THAT(run_heed({"classify", model, "--head", "mood"}, "很好用 9\n").output,
              testing::ContainsRegex("^(好|坏)\t"));
  EXPECT_THAT(run_heed({"classify", model, "--head", "label"}, "where is my card number 3\n").output,
              testing::ContainsRegex("^(card|transfer)\t"));
}

TEST_F(TrainingRun, a_misspelt_recipe_key_names_the_nearest_right_one) {
  const Outcome outcome = train({"--set", "train.learning_rat=1"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.error, HasSubstr("did you mean 'train.learning_rate'?"));
}

TEST_F(TrainingRun, a_line_of_300000_characters_is_refused_and_cleaned_away) {
  write("rows.csv", read_file(folder_ / "rows.csv") + std::string(300000, 'x') + ",card\n");
  const Outcome outcome = train({"--set", "train.max_steps=4"});
  EXPECT_EQ(outcome.status, 4);
  EXPECT_THAT(outcome.error, HasSubstr("rows.csv:152: expected at most 262144 bytes"));
  const std::string clean = (folder_ / "clean.csv").string();
  EXPECT_EQ(run_heed({"data", "clean", (folder_ / "rows.csv").string(), "-o", clean}).status, 0);
  EXPECT_EQ(train({"--set", "train.max_steps=4", "--set", "data.train=clean.csv"}).status, 0);
}

TEST_F(TrainingRun, cuda_is_answered_with_what_this_version_can) {
  const Outcome outcome = train({"--device", "cuda"});
  EXPECT_EQ(outcome.status, 6);
  EXPECT_THAT(outcome.error, HasSubstr("'train.device': expected cpu, found 'cuda'"));
}

TEST_F(TrainingRun, resume_without_a_run_and_an_output_that_is_a_file_are_refused_before_training) {
  const Outcome resume = train({"--resume"});
  EXPECT_EQ(resume.status, 3);
  EXPECT_THAT(resume.error, HasSubstr("model.run: expected a training to go on with, found none"));
  const Outcome file = train({"--set", "output.model=" + (folder_ / "rows.csv").string()});
  EXPECT_EQ(file.status, 2);
  EXPECT_THAT(file.error, HasSubstr("rows.csv: expected a folder for the model's versions, found a file"));
  EXPECT_FALSE(fs::exists(folder_ / "model.run"));
  EXPECT_FALSE(fs::exists(folder_ / "rows.csv.run"));
}

TEST_F(TrainingRun, bad_data_leaves_an_older_run_as_it_was) {
  ASSERT_EQ(train_and_signal("model", SIGTERM), 0);
  const fs::path checkpoint = folder_ / "model.run/checkpoint.safetensors";
  const std::string before = read_file(checkpoint),
                    recipe_before = read_file(folder_ / "model.run/recipe.toml");
  write("notes.csv", "text,label\na,x\nb,x\n");
  write("model.run/notes.txt", "mine");
  EXPECT_EQ(train({"--fresh", "--set", "data.train=notes.csv"}).status, 2);
  EXPECT_EQ(read_file(checkpoint), before);
  EXPECT_EQ(read_file(folder_ / "model.run/recipe.toml"), recipe_before);
  EXPECT_EQ(train({"--fresh", "--set", "train.max_steps=2"}).status, 0);
  EXPECT_EQ(read_file(folder_ / "model.run/notes.txt"), "mine");
}

TEST_F(TrainingRun, sigterm_saves_and_exits_with_zero_and_resume_ends_as_if_nothing_had_been) {
  ASSERT_EQ(
      train({"--set", "train.epochs=8", "--set", "output.model=" + (folder_ / "whole").string()}).status, 0);
  for (const int signal : {SIGTERM, SIGKILL}) {
    const std::string model = "signal" + std::to_string(signal);
    const int status = train_and_signal(model, signal);
    EXPECT_EQ(status, signal == SIGTERM ? 0 : SIGKILL);  // exited with 0; or killed
    EXPECT_FALSE(fs::exists(folder_ / model));
    const std::string output = "output.model=" + (folder_ / model).string();
    EXPECT_EQ(train({"--set", output, "--set", "train.epochs=8"}).status,
              2);  // unfinished: asks how to go on
    const Outcome resumed = train({"--set", output, "--set", "train.epochs=8", "--resume"});
    ASSERT_EQ(resumed.status, 0) << resumed.error;
    EXPECT_EQ(weights(model), weights("whole"));
  }
}

// A limit on file size fails a write as a full disk does.
TEST_F(TrainingRun, a_full_disk_is_one_line_and_keeps_the_last_checkpoint_and_the_older_model) {
  ASSERT_EQ(train({"--set", "train.max_steps=4"}).status, 0);
  const std::string before = weights("model");
  ASSERT_EQ(train_and_signal("later", SIGKILL) & 0x7f, SIGKILL);
  const fs::path checkpoint = folder_ / "later.run/checkpoint.safetensors";
  const std::string kept = read_file(checkpoint);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{8192, limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  const Outcome full = train({"--resume", "--set", "output.model=" + (folder_ / "later").string()});
  const Outcome fresh = train({"--fresh"});
  ::setrlimit(RLIMIT_FSIZE, &limit);
  std::signal(SIGXFSZ, handler);
  for (const Outcome* outcome : {&full, &fresh}) {
    EXPECT_EQ(outcome->status, 5) << outcome->error;
    EXPECT_THAT(outcome->error, HasSubstr("File too large"));
  }
  EXPECT_EQ(read_file(checkpoint), kept);
  EXPECT_EQ(weights("model"), before);
}

}  // namespace
}  // namespace heed::test
