#include "base/settings.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"

namespace heed {
namespace {

struct Job {
  int64_t epochs = 3;
  double rate = 0.5;
  bool quiet = false;
  std::string kind = "small";
  std::vector<std::string> files;
  std::vector<double> marks;
  struct Head {
    std::string name;
    double weight = 1.0;
  };
  std::vector<Head> heads;
};

Settings settings_of(Job& job) {
  Settings s;
  s.add("train.epochs", &job.epochs, "passes", 1, 100);
  s.add("train.rate", &job.rate, "a rate", 0.0, 1.0);
  s.add("train.quiet", &job.quiet, "say less");
  s.add("model.kind", &job.kind, "which", {"small", "large"});
  s.add("data.files", &job.files, "what to read");
  s.add("data.marks", &job.marks, "when");
  s.add_list(
      "model.heads",
      [&job](size_t i) {
        if (i >= job.heads.size()) job.heads.resize(i + 1);
        Settings head;
        head.add("name", &job.heads[i].name, "its name");
        head.add("weight", &job.heads[i].weight, "its weight", 0.0, 10.0);
        return head;
      },
      [&job] { return job.heads.size(); }, "one a label");
  return s;
}

void read(Job& job, const std::string& text) { settings_of(job).read_toml_text(text, "job.toml"); }

TEST(Settings, are_read_from_toml) {
  Job job;
  read(job, R"(
    data.files = ["a", "b"]
    data.marks = [1, 2.5]
    [train]
    epochs = 7
    rate = 1
    quiet = true
    [model]
    kind = "large"
    [[model.heads]]
    name = "意图"
    [[model.heads]]
    name = "topic"
    weight = 0.25
  )");
  EXPECT_EQ(job.epochs, 7);
  EXPECT_EQ(job.rate, 1.0);
  EXPECT_TRUE(job.quiet);
  EXPECT_EQ(job.kind, "large");
  EXPECT_EQ(job.files, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(job.marks, (std::vector<double>{1.0, 2.5}));
  ASSERT_EQ(job.heads.size(), 2U);
  EXPECT_EQ(job.heads[0].name, "意图");
  EXPECT_EQ(job.heads[1].weight, 0.25);
}

TEST(Settings, a_misspelt_key_is_named_with_its_line_and_the_nearest_right_one) {
  Job job;
  expect_error(ErrorCode::invalid_argument,
               {"job.toml:2", "unknown key 'train.epoch'", "did you mean 'train.epochs'?"},
               [&] { read(job, "[train]\nepoch = 3\n"); });
  expect_error(ErrorCode::invalid_argument,
               {"job.toml:1", "unknown section 'trian'", "did you mean 'train'?"},
               [&] { read(job, "[trian]\nepochs = 3\n"); });
}

TEST(Settings, wrong_types_and_ranges_say_what_was_expected_and_found) {
  Job job;
  expect_error(ErrorCode::invalid_argument,
               {"job.toml:1", "'train.epochs'", "whole number from 1 to 100", "found 0"},
               [&] { read(job, "train.epochs = 0"); });
  expect_error(ErrorCode::invalid_argument, {"'train.epochs'", "found 'many'"},
               [&] { read(job, "train.epochs = 'many'"); });
  expect_error(ErrorCode::invalid_argument, {"'train.rate'", "from 0 to 1", "found 1.5"},
               [&] { read(job, "train.rate = 1.5"); });
  expect_error(ErrorCode::invalid_argument, {"'train.rate'", "found nan"},
               [&] { read(job, "train.rate = nan"); });
  expect_error(ErrorCode::invalid_argument, {"'model.kind'", "one of small, large", "did you mean 'large'?"},
               [&] { read(job, "model.kind = 'larg'"); });
}

TEST(Settings, broken_toml_is_one_line_with_its_place) {
  Job job;
  expect_error(ErrorCode::invalid_argument, {"job.toml:2", "expected TOML"},
               [&] { read(job, "[train]\nepochs = \n"); });
}

TEST(Settings, overrides_take_toml_values_bare_words_and_list_elements) {
  Job job;
  Settings s = settings_of(job);
  s.set("train.epochs=9");
  s.set("model.kind=large");
  s.set("data.files=[\"x=1\"]");
  s.set("model.heads.0.name=123");
  EXPECT_EQ(job.epochs, 9);
  EXPECT_EQ(job.kind, "large");
  EXPECT_EQ(job.files, std::vector<std::string>{"x=1"});
  EXPECT_EQ(job.heads.at(0).name, "123");
  expect_error(ErrorCode::invalid_argument, {"--set train.epohcs=1", "did you mean 'train.epochs'?"},
               [&] { s.set("train.epohcs=1"); });
  expect_error(ErrorCode::invalid_argument, {"section.key=value"}, [&] { s.set("train.epochs"); });
}

TEST(Settings, a_nul_byte_in_a_text_is_refused) {
  Job job;
  for (const char* line : {"data.files = [\"a\\u0000b\"]", "data.files = \"a\\u0000b\""}) {
    expect_error(ErrorCode::invalid_argument, {"'data.files'", "NUL"}, [&] { read(job, line); });
  }
}

TEST(Settings, the_resolved_copy_reads_back_to_the_same) {
  Job job;
  read(job,
       "train.rate = 0.125\ndata.files = ['a \"quoted\"', \"\\nname\\t好\"]\ndata.marks = "
       "[20]\n[[model.heads]]\nname='h'\n");
  const std::string resolved = settings_of(job).to_toml();
  Job again;
  read(again, resolved);
  EXPECT_EQ(settings_of(again).to_toml(), resolved);
  EXPECT_EQ(again.files, job.files);
  EXPECT_EQ(again.marks, job.marks);
  EXPECT_EQ(again.heads.at(0).name, "h");
}

TEST(Settings, describe_lists_every_key_with_default_and_choices) {
  Job job;
  const std::string text = settings_of(job).describe();
  EXPECT_THAT(text, testing::HasSubstr("train.epochs"));
  EXPECT_THAT(text, testing::HasSubstr("one of small, large"));
  EXPECT_THAT(text, testing::HasSubstr("[[model.heads]]"));
}

}  // namespace
}  // namespace heed
