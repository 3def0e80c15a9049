#include "tune/model.h"

#include <sstream>

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/files.h"
#include "base/temporary_folder.h"
#include "infer/classifier.h"
#include "infer/translation_loss.h"
#include "train/small_corpus.h"

namespace heed::tune {
namespace {

class ModelTest : public testing::Test {
 protected:
  void SetUp() override { train::write_small_tables(folder_.path(), 120); }
  train::Recipe recipe(bool translation) { return train::small_recipe(folder_.path(), translation); }
  TemporaryFolder folder_;
};

TEST_F(ModelTest, fits_evaluates_predicts_and_saves_a_classifier) {
  train::Recipe job = recipe(false);
  job.train.epochs = 12;
  Model model(job, {.quiet = true, .command = "heed train small.toml"});
  const train::History history = model.fit();
  ASSERT_TRUE(model.finished());
  EXPECT_EQ(history.curve("valid", "loss").size(), 12U);
  const auto scores = model.evaluate(model.corpus().valid);
  EXPECT_GE(scores.at("accuracy"), 0.8);
  EXPECT_EQ(model.predict({"two five one 900"}), std::vector<std::string>{"two"});

  const auto path = model.save();
  const ModelDirectory saved = open_model(job.output.model);
  EXPECT_EQ(saved.path.filename(), path.filename());
  EXPECT_EQ(saved.metrics["command"], "heed train small.toml");
  EXPECT_NEAR(saved.metrics["splits"]["valid"]["accuracy"].get<double>(), scores.at("accuracy"), 1e-9);
  EXPECT_NE(saved.config.classification_heads[0].temperature, 1.0);
  for (const char* record :
       {"recipe.toml", "defaults.toml", "metrics.jsonl", "env.json", "predictions.jsonl"}) {
    EXPECT_TRUE(std::filesystem::exists(path / "run" / record)) << record;
  }
  EXPECT_TRUE(std::filesystem::exists(path / "card.md"));
}

TEST_F(ModelTest, the_loss_of_a_translator_is_what_the_serving_engine_measures) {
  const train::Recipe job = recipe(true);
  Model model(job, {.quiet = true});
  model.fit();
  model.save();
  const ModelDirectory saved = open_model(job.output.model);
  const data::Table& table = model.corpus().valid.table;
  std::vector<std::string> sources, targets;
  for (const data::Row& row : table.rows) {
    sources.push_back(row.fields[table.column("source")]);
    targets.push_back(row.fields[table.column("target")]);
  }
  EXPECT_NEAR(infer::translation_loss(saved, infer::Translator(saved), sources, targets),
              saved.metrics["splits"]["valid"]["loss"].get<double>(), 1e-4);
}

TEST_F(ModelTest, learns_from_validation_rows_after_they_were_asked) {
  const auto trained = [&](bool refit) {
    train::Recipe job = recipe(false);
    job.model.ngrams.buckets = 500;
    job.train.linear_branch = "svm";
    job.train.refit = refit;
    job.train.epochs = 2;
    job.output.model = (folder_ / (refit ? "refit" : "plain")).string();
    train::check_recipe(job, "small");
    Model model(job, {.quiet = true});
    model.fit();
    model.save();
    return open_model(job.output.model);
  };
  const ModelDirectory plain = trained(false);
  const ModelDirectory refit = trained(true);
  const auto same = [&](const std::string& name) {
    const auto bytes = [&](const ModelDirectory& model) { return model.weights.at(name).bytes; };
    return std::ranges::equal(bytes(plain), bytes(refit));
  };
  EXPECT_EQ(plain.metrics["splits"]["valid"], refit.metrics["splits"]["valid"]);
  EXPECT_TRUE(same("heads.first.output.weight"));
  EXPECT_FALSE(same("heads.first.ngrams.weight"));
  EXPECT_NE(read_file(refit.path / "card.md").find("from before"), std::string::npos);
  EXPECT_EQ(read_file(plain.path / "card.md").find("from before"), std::string::npos);
}

TEST_F(ModelTest, trains_in_the_precision_that_it_began_with) {
  train::Recipe job = recipe(false);
  job.train.epochs = 3;
  job.train.precision = "bf16";
  Model(job, {.quiet = true, .stop_requested = [] { return true; }}).fit();
  const auto environment = read_json_file(job.run_folder() / "env.json");
  EXPECT_EQ(environment["precision"], "bf16");
  Model resumed(job, {.start = Start::resume, .quiet = true});
  resumed.fit();
  EXPECT_TRUE(resumed.finished());
  EXPECT_EQ(resumed.recipe().train.precision, "bf16");
}

TEST_F(ModelTest, resumes_an_automatic_choice_of_precision_as_the_run_made_it) {
  train::Recipe job = recipe(false);
  job.train.epochs = 3;
  Model(job, {.quiet = true, .stop_requested = [] { return true; }}).fit();
  const auto file = job.run_folder() / "env.json";
  Json environment = read_json_file(file);
  const std::string other = environment["precision"] == "fp32" ? "bf16" : "fp32";
  environment["precision"] = other;
  write_file_atomically(file, environment.dump());
  const Model resumed(job, {.start = Start::resume, .quiet = true});
  EXPECT_EQ(resumed.recipe().train.precision, other);
}

TEST_F(ModelTest, a_label_of_one_row_is_reported_and_stays_in_training) {
  std::string table = "text,label\n";
  for (int i = 0; i < 90; ++i) {
    const std::string label = i % 3 == 0 ? "card" : i % 3 == 1 ? "转账" : "fee";
    table += "where is my " + label + " number " + std::to_string(i) + "," + label + "\n";
  }
  write_file_atomically(folder_ / "one.csv", table + "my dog ate it,dog\n");
  train::Recipe job = recipe(false);
  job.data.train = {"one.csv"};
  job.data.valid = job.data.test = {};
  job.heads = {{.name = "first", .label = "label"}};
  job.model.ngrams.buckets = 500;
  job.train.linear_branch = "svm";
  job.train.class_weights = "balanced";
  job.train.epochs = 1;
  train::check_recipe(job, "small");
  Model model(job, {.quiet = true});
  EXPECT_NE(model.corpus().report.find("'dog': rows 1"), std::string::npos) << model.corpus().report;
  EXPECT_EQ(model.corpus().config.classification_heads[0].labels.size(), 4U);
  model.fit();
  EXPECT_TRUE(model.finished());
}

TEST_F(ModelTest, stops_at_the_best_bleu_that_the_serving_engine_measures) {
  train::Recipe job = recipe(true);
  job.model.dim = 32;
  job.model.ffn_dim = 64;
  job.train.epochs = 25;
  job.train.metric = "bleu";
  job.eval.tokenizer = "char";
  Model model(job, {.quiet = true});
  const auto bleu = model.fit().curve("valid", "bleu");
  ASSERT_EQ(bleu.size(), 25U);
  const double best = *std::max_element(bleu.begin(), bleu.end());
  EXPECT_GT(best, 20.0);
  EXPECT_NEAR(model.evaluate(model.corpus().valid).at("bleu"), best,
              1e-9);  // the best weights stand in the model
  EXPECT_EQ(model.predict({"", "one"}).at(0), "");
}

std::vector<Json> kept_answers(const std::filesystem::path& version) {
  std::istringstream lines(read_file(version / "run/predictions.jsonl"));
  std::vector<Json> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(Json::parse(line));
  return rows;
}

TEST_F(ModelTest, keeps_what_it_answers_to_rows_spread_over_validation) {
  train::Recipe job = recipe(false);
  job.heads.push_back({.name = "tags", .label = "tags", .multi_label = true});
  job.output.predictions = 5;
  Model model(job, {.quiet = true});
  model.fit();
  const auto rows = kept_answers(model.save());
  ASSERT_EQ(rows.size(), 10U);  // five a head
  const data::Table& valid = model.corpus().valid.table;
  for (size_t i = 0; i < 5; ++i) {
    const data::Row& row = valid.rows[i * valid.rows.size() / 5];
    EXPECT_EQ(rows[i]["text"], row.fields[valid.column("text")]);
    EXPECT_EQ(rows[i]["expected"], row.fields[valid.column("label")]);
    EXPECT_EQ(rows[i]["predicted"], model.predict({rows[i]["text"]}).front());
    EXPECT_GT(rows[i]["confidence"].get<double>(), 0.0);
    EXPECT_EQ(rows[5 + i]["head"], "tags");
    EXPECT_TRUE(rows[5 + i]["expected"].is_array() && rows[5 + i]["predicted"].is_array());
  }
}

TEST_F(ModelTest, keeps_its_translations_of_validation_or_none_where_none_are_asked_for) {
  train::Recipe job = recipe(true);
  Model model(job, {.quiet = true});
  model.fit();
  const auto rows = kept_answers(model.save());
  ASSERT_EQ(rows.size(), model.corpus().valid.table.rows.size());
  EXPECT_EQ(rows[0]["reference"], model.corpus().valid.table.rows[0].fields[1]);
  EXPECT_GE(rows[0]["chrf"].get<double>(), 0.0);
  EXPECT_NE(rows[0]["output"].get<std::string>().size() + rows[0]["source"].get<std::string>().size(), 0U);

  job.output.predictions = 0;
  job.output.model += "-bare";
  Model bare(job, {.quiet = true});
  bare.fit();
  EXPECT_FALSE(std::filesystem::exists(bare.save() / "run/predictions.jsonl"));
}

TEST_F(ModelTest, an_unfinished_run_is_neither_lost_nor_mixed_with_another) {
  train::Recipe job = recipe(false);
  {
    Model model(job, {.quiet = true, .stop_requested = [] { return true; }});
    model.fit();
    EXPECT_FALSE(model.finished());
    expect_error(ErrorCode::unavailable, {"one running"}, [&] { Model another(job, {.quiet = true}); });
  }
  expect_error(ErrorCode::invalid_argument, {"unfinished", "step 1", "--resume", "--fresh"},
               [&] { Model model(job, {.quiet = true}); });
  train::Recipe other = job;
  other.train.learning_rate = 0.5;
  expect_error(ErrorCode::invalid_argument, {"'train.learning_rate'", "0.01", "0.5", "--fresh"},
               [&] { Model model(other, {.start = Start::resume, .quiet = true}); });
  write_file_atomically(folder_ / "labels.csv", read_file(folder_ / "labels.csv") + "six seven,one,one\n");
  expect_error(ErrorCode::invalid_argument, {"expected the data that the run began with"},
               [&] { Model model(job, {.start = Start::resume, .quiet = true}); });
  Model fresh(job, {.start = Start::fresh, .quiet = true});
  fresh.fit();
  EXPECT_TRUE(fresh.finished());
}

}  // namespace
}  // namespace heed::tune
