#include "tune/teachers.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/json.h"
#include "base/temporary_folder.h"
#include "tune/bilingual_corpus.h"
#include "tune/model.h"

namespace heed::tune {
namespace {

namespace fs = std::filesystem;

class TeachersTest : public testing::Test {
 protected:
  void SetUp() override { write_bilingual_tables(folder_.path(), 160); }
  train::Recipe recipe(const std::string& name, bool translation = false) const {
    train::Recipe recipe = train::small_recipe(folder_.path(), translation);
    recipe.output.model = (folder_ / name).string();
    recipe.eval.beam = 2;
    return recipe;
  }
  fs::path train(const train::Recipe& recipe) const {
    Model model(recipe, {.quiet = true});
    model.fit();
    return model.save();
  }
  train::Recipe student(const std::vector<std::string>& teachers) const {
    train::Recipe recipe = this->recipe("student");
    for (const std::string& name : teachers) recipe.train.teachers.push_back((folder_ / name).string());
    return recipe;
  }
  void expect_refusal(const train::Recipe& student, ErrorCode code,
                      const std::vector<std::string>& parts) const {
    expect_error(code, parts, [&] { Model model(student, {.quiet = true}); });
    EXPECT_FALSE(fs::exists(student.run_folder() / "recipe.toml"));  // before anything is begun
  }
  TemporaryFolder folder_;
};

TEST_F(TeachersTest, soft_labels_are_the_mean_of_calibrated_answers_whatever_the_order_of_labels) {
  train::Recipe wider = recipe("b");
  wider.model.dim = 24;
  wider.text.vocabulary = 60;
  wider.train.seed = 5;
  const fs::path a = train(recipe("a")), b = train(wider);

  Model model(recipe("student"), {.quiet = true});
  const auto ask = [&](const std::vector<std::string>& names) {
    train::Split split = model.corpus().train;
    std::vector<int64_t> rows;
    for (size_t i = 0; i < split.examples.size(); ++i) rows.push_back(static_cast<int64_t>(i));
    for (const auto& teacher : open_teachers(student(names), model.corpus().config)) {
      EXPECT_TRUE(add_soft_labels(teacher, 1.0 / static_cast<double>(names.size()), rows, model.recipe(),
                                  model.corpus().config, {.threads = 3}, split));
    }
    return split;
  };
  const train::Split of_a = ask({"a"}), of_b = ask({"b"}), of_both = ask({"a", "b"});
  const fs::path head = a / "heads/first.json";
  Json json = read_json_file(head);
  std::reverse(json["labels"].begin(), json["labels"].end());
  write_file_atomically(head, json.dump());
  const train::Split reversed = ask({"a"});
  for (size_t i = 0; i < of_a.examples.size(); ++i) {
    const auto& soft = of_a.examples[i].soft_labels[0];
    EXPECT_NEAR(std::accumulate(soft.begin(), soft.end(), 0.0), 1.0, 1e-5);
    for (size_t l = 0; l < soft.size(); ++l) {
      EXPECT_NEAR(of_both.examples[i].soft_labels[0][l], 0.5 * (soft[l] + of_b.examples[i].soft_labels[0][l]),
                  1e-6);
      EXPECT_EQ(reversed.examples[i].soft_labels[0][soft.size() - 1 - l], soft[l]);
    }
  }
}

TEST_F(TeachersTest, a_student_learns_from_soft_labels_and_goes_on_without_asking_again) {
  const train::Recipe teacher = recipe("a");
  train(teacher);
  train::Recipe job = student({"a"});
  job.heads.front().weight = 1.0;
  job.train.teacher_share = 0.8;
  job.train.teacher_temperature = 2.0;
  {
    train::Recipe whole = job;
    whole.output.model = (folder_ / "whole").string();
    train(whole);
  }
  int steps = 0;
  {
    Model model(job, {.quiet = true, .stop_requested = [&] { return ++steps > 8; }});
    model.fit();
    ASSERT_FALSE(model.finished());
    ASSERT_TRUE(fs::exists(job.run_folder() / "checkpoint.safetensors"));
  }
  fs::rename(folder_ / "a", folder_ / "gone");
  Model model(job, {.start = Start::resume, .quiet = true});
  model.fit();
  ASSERT_TRUE(model.finished());
  const fs::path path = model.save();
  EXPECT_EQ(read_file(path / "model.safetensors"), read_file(folder_ / "whole/1/model.safetensors"));
  const Json valid = open_model(path).metrics["splits"]["valid"];
  const Json of_teacher = open_model(folder_ / "gone").metrics["splits"]["valid"];
  for (const char* name : {"accuracy", "macro_f1"})
    EXPECT_NEAR(valid[std::string("teachers/") + name].get<double>(), of_teacher[name].get<double>(), 1e-9);
  EXPECT_GT(valid["teachers/loss"].get<double>(), 0.0);
}

TEST_F(TeachersTest, kept_soft_labels_of_other_data_are_refused) {
  train(recipe("a"));
  const train::Recipe job = student({"a"});
  {
    int steps = 0;
    Model model(job, {.quiet = true, .stop_requested = [&] { return ++steps > 8; }});
    model.fit();
  }
  const fs::path kept = job.run_folder() / "soft_labels.safetensors";
  const std::string bytes = read_file(kept);
  std::string other = bytes;
  const size_t digit = other.find("\"corpus\":\"") + 10;
  other[digit] = other[digit] == '1' ? '2' : '1';
  write_file_atomically(kept, other);
  expect_error(ErrorCode::invalid_argument, {"soft_labels.safetensors", "other texts or labels", "--fresh"},
               [&] { Model(job, {.start = Start::resume, .quiet = true}).fit(); });
}

TEST_F(TeachersTest, a_multi_label_student_learns_from_the_probability_of_each_label) {
  train::Recipe teacher = recipe("a"), job = student({"a"});
  teacher.heads = job.heads = {{.name = "tags", .label = "tags", .multi_label = true}};
  train(teacher);
  job.train.teacher_share = 1.0;
  Model model(job, {.quiet = true});
  const auto loss = model.fit().curve("valid", "loss");
  EXPECT_LT(loss.back(), loss.front());
  EXPECT_TRUE(open_model(model.save()).metrics["splits"]["valid"].contains("teachers/micro_f1"));
}

TEST_F(TeachersTest, a_teacher_that_cannot_teach_is_refused_with_the_reason) {
  expect_refusal(student({"nowhere"}), ErrorCode::not_found, {"'train.teachers'", "nowhere"});
  train(recipe("translator", true));
  expect_refusal(student({"translator"}), ErrorCode::invalid_argument,
                 {"'train.teachers'", "translator/1", "expected a model that classifies",
                  "found transformer_seq2seq", "name a teacher"});
  train::Recipe other = recipe("other");
  other.heads.front().name = "frist";
  train(other);
  expect_refusal(student({"other"}), ErrorCode::invalid_argument,
                 {"other/1", "expected a head 'first', found frist", "did you mean 'frist'?"});
  train::Recipe many = recipe("many");
  many.heads.front().multi_label = true;
  train(many);
  expect_refusal(student({"many"}), ErrorCode::invalid_argument,
                 {"many/1", "head 'first'", "exactly one label", "any number"});

  const fs::path good = train(recipe("good"));
  Json json = read_json_file(good / "heads/first.json");
  const Json labels = json["labels"];
  json["labels"][0] = "八";
  write_file_atomically(good / "heads/first.json", json.dump());
  expect_refusal(student({"good"}), ErrorCode::invalid_argument,
                 {"good/1", "head 'first'", "found none named '" + labels[0].get<std::string>() + "'"});
  train::Recipe translation = recipe("reader", true);
  translation.train.teachers = {(folder_ / "good").string()};
  expect_refusal(translation, ErrorCode::invalid_argument,
                 {"good/1", "expected a model that translates", "found transformer_encoder"});
}

TEST_F(TeachersTest, a_translator_learns_from_its_teachers_beam_output) {
  train::Recipe teacher = recipe("teacher", true);
  teacher.train.epochs = 6;
  train(teacher);
  for (const double share : {0.5, 1.0}) {
    train::Recipe job = recipe(share < 1.0 ? "joined" : "replaced", true);
    job.text.vocabulary = 50;  // its own, the teacher's is 40
    job.train.teachers = {teacher.output.model};
    job.train.teacher_share = share;
    Model model(job, {.quiet = true});
    const size_t rows = model.corpus().train.examples.size();
    model.fit();
    EXPECT_TRUE(model.finished());
    const size_t after = model.corpus().train.examples.size();
    if (share < 1.0) {
      EXPECT_GT(after, rows);
    } else {
      EXPECT_EQ(after, rows);
    }
    const Json kept = read_json_file(job.run_folder() / "teacher_targets.json");
    ASSERT_EQ(kept["targets"].size(), rows);
    EXPECT_EQ(kept["targets"][0], teacher_translations(open_model(teacher.output.model),
                                                       {{model.corpus().train.table.columns,
                                                         {model.corpus().train.table.rows[0]},
                                                         model.corpus().train.table.files},
                                                        {}},
                                                       job, {})
                                      .at(0));
  }
}

}  // namespace
}  // namespace heed::tune
