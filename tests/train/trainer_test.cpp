#include "train/trainer.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "train/small_corpus.h"
#include "train/tensor_bytes.h"

namespace heed::train {
namespace {

struct Outcome {
  std::string weights;  // bytes of best.safetensors and of the checkpoint's tensors
  History history;
  TrainState state;
};

// Trains from scratch or from the checkpoint; stops after `stop_at` steps of this sitting (0: never).
Outcome run(const Recipe& recipe, bool resume, int64_t stop_at = 0) {
  const Corpus corpus = load_corpus(recipe);
  Network network(corpus.config, recipe.train.seed);
  ProgressBar progress(true);
  Trainer trainer(recipe, corpus, network, progress);
  int64_t steps = 0;
  Callbacks callbacks;
  if (stop_at > 0) callbacks.stop_requested = [&] { return ++steps >= stop_at; };
  Outcome result;
  result.history = trainer.fit(callbacks, resume);
  result.state = trainer.state();
  result.weights = tensor_bytes(recipe.run_folder() / "checkpoint.safetensors");
  return result;
}

// The files of a run that stopped: all finite, and the best weights are those of the best validation.
void expect_sound(const Recipe& job) {
  const auto folder = job.run_folder();
  const TrainState state = read_state(folder / "checkpoint.safetensors");
  EXPECT_GE(state.step, 1);
  for (const char* file : {"checkpoint.safetensors", "best.safetensors"}) {
    const SafetensorsFile kept(folder / file);
    for (const auto& [name, view] : kept.tensors()) {
      if (name.find("_moment/") != std::string::npos || name.starts_with("velocity/")) continue;
      for (const float value : view.to_floats()) ASSERT_TRUE(std::isfinite(value)) << file << " " << name;
    }
  }
  const Corpus corpus = load_corpus(job);
  const Network network(corpus.config, 1);
  load_weights(folder / "best.safetensors", network.parameters());
  EXPECT_NEAR(evaluate(network, corpus.valid, job.train.batch_tokens).at("loss"), state.best, 1e-9);
}

class TrainerTest : public testing::Test {
 protected:
  void SetUp() override { write_small_tables(folder_.path(), 120); }
  Recipe recipe(bool translation, const std::string& name = "model") {
    Recipe recipe = small_recipe(folder_.path(), translation);
    recipe.output.model = (folder_ / name).string();
    std::filesystem::create_directories(recipe.run_folder());
    return recipe;
  }
  TemporaryFolder folder_;
};

TEST_F(TrainerTest, learns_to_classify) {
  Recipe job = recipe(false);
  job.train.epochs = 12;
  const Outcome result = run(job, false);
  const auto loss = result.history.curve("valid", "loss");
  EXPECT_LT(loss.back(), 0.5 * loss.front());
  EXPECT_GE(result.history.curve("valid", "accuracy").back(), 0.8);
  EXPECT_TRUE(result.state.finished);
}

TEST_F(TrainerTest, with_n_grams_resumes_bit_for_bit_on_any_number_of_threads) {
  const auto job = [this](const std::string& name, int64_t threads) {
    Recipe recipe = this->recipe(false, name);
    recipe.model.ngrams.buckets = 500;
    recipe.train.threads = threads;
    return recipe;
  };
  const Outcome whole = run(job("whole", 1), false);
  run(job("parts", 2), false, 4);
  EXPECT_EQ(run(job("parts", 2), true).weights, whole.weights);
}

TEST_F(TrainerTest, beside_a_fitted_linear_branch_resumes_bit_for_bit) {
  const auto job = [this](const std::string& name) {
    Recipe recipe = this->recipe(false, name);
    recipe.model.ngrams.buckets = 500;
    recipe.train.linear_branch = "svm";
    return recipe;
  };
  const Outcome whole = run(job("whole"), false);
  run(job("parts"), false, 4);
  EXPECT_EQ(run(job("parts"), true).weights, whole.weights);
}

TEST_F(TrainerTest, n_grams_that_training_does_not_meet_learn_nothing) {
  Recipe job = recipe(false);
  job.model.ngrams.buckets = 3000;
  job.train.average_decay = 0.0;
  run(job, false);
  const Corpus corpus = load_corpus(job);
  const SafetensorsFile best(job.run_folder() / "best.safetensors");
  EXPECT_EQ(best.at("ngrams.weight").to_floats(), corpus.ngram_weights);
  const std::vector<float> votes = best.at("heads.first.ngrams.weight").to_floats();
  const size_t labels = votes.size() / corpus.ngram_weights.size();
  size_t met = 0;
  for (size_t bucket = 0; bucket < corpus.ngram_weights.size(); ++bucket) {
    const bool known = corpus.ngram_weights[bucket] > 0.0F;
    const auto row = votes.begin() + static_cast<std::ptrdiff_t>(bucket * labels);
    EXPECT_EQ(known, std::any_of(row, row + static_cast<std::ptrdiff_t>(labels),
                                 [](float vote) { return vote != 0.0F; }))
        << bucket;
    met += known;
  }
  EXPECT_GT(met, 100U);
  EXPECT_LT(met, 2000U);
}

TEST_F(TrainerTest, learns_to_translate) {
  write_small_tables(folder_.path(), 600);
  Recipe job = recipe(true);
  job.model.dim = 32;
  job.model.ffn_dim = 64;
  job.train.learning_rate = 0.005;
  job.train.epochs = 20;
  const auto accuracy = run(job, false).history.curve("valid", "token_accuracy");
  EXPECT_GE(accuracy.back(), 0.8);
  EXPECT_GT(accuracy.back(), accuracy.front());
}

TEST_F(TrainerTest, a_resumed_run_ends_with_the_same_weights_bit_for_bit) {
  for (const bool translation : {true, false}) {
    const Outcome whole = run(recipe(translation, "whole"), false);
    Recipe parts = recipe(translation, "parts");
    run(parts, false, 2);
    EXPECT_EQ(read_state(parts.run_folder() / "checkpoint.safetensors").step, 2);
    run(parts, true, 5);  // across an epoch's end
    const Outcome last = run(parts, true);
    EXPECT_EQ(last.weights, whole.weights);
    EXPECT_EQ(last.history.curve("valid", "loss"), whole.history.curve("valid", "loss"));
    EXPECT_EQ(last.state.best_step, whole.state.best_step);
  }
}

TEST_F(TrainerTest, a_resumed_recurrent_run_ends_with_the_same_weights_bit_for_bit) {
  const auto recurrent = [&](const std::string& name) {
    Recipe job = recipe(true, name);
    job.architecture = "recurrent_seq2seq";
    job.train.dropout = job.train.attention_dropout = 0.2;
    check_recipe(job, "small");
    return job;
  };
  const Outcome whole = run(recurrent("whole"), false);
  const Recipe parts = recurrent("parts");
  run(parts, false, 2);
  run(parts, true, 5);
  EXPECT_EQ(run(parts, true).weights, whole.weights);
}

// Every dropout, R-Drop, every augmentation and, for classification, mixup.
void regularise(Recipe& recipe) {
  Recipe::Train& train = recipe.train;
  train.embedding_dropout = 0.1;
  train.token_dropout = 0.1;
  train.layer_dropout = 0.2;
  train.r_drop = 1.0;
  train.augment = {.drop = 0.1, .swap = 0.1, .mask = 0.1, .spelling = 0.1, .share = 0.8};
  if (recipe.translation()) return;
  train.ngram_dropout = 0.1;
  train.mixup = 0.4;
  recipe.model.ngrams.buckets = 500;
}

TEST_F(TrainerTest, with_every_regularisation_learns_and_resumes_bit_for_bit_on_any_number_of_threads) {
  for (const bool translation : {true, false}) {
    const auto job = [&](const std::string& name, int64_t threads) {
      Recipe recipe = this->recipe(translation, name);
      regularise(recipe);
      check_recipe(recipe, "small");
      recipe.train.threads = threads;
      return recipe;
    };
    const Outcome whole = run(job("whole", 1), false);
    const auto loss = whole.history.curve("valid", "loss");
    EXPECT_LT(loss.back(), 0.97 * loss.front());
    run(job("parts", 2), false, 2);
    run(job("parts", 2), true, 5);  // across an epoch's end
    const Outcome last = run(job("parts", 2), true);
    EXPECT_EQ(last.weights, whole.weights);
    EXPECT_EQ(last.history.curve("valid", "loss"), loss);
  }
}

TEST_F(TrainerTest, rates_of_zero_change_nothing_and_inherited_ones_are_those_of_dropout) {
  for (const bool translation : {true, false}) {
    const auto job = [&](const std::string& name) {
      Recipe recipe = this->recipe(translation, name);
      recipe.train.dropout = 0.2;
      if (!translation) recipe.model.ngrams.buckets = 500;
      return recipe;
    };
    const std::string plain = run(job("plain"), false).weights;
    Recipe same = job("same"), other = job("other");
    same.train.embedding_dropout = same.train.ngram_dropout = 0.2;
    same.train.augment.share = 0.5;  // of nothing
    EXPECT_EQ(run(same, false).weights, plain);
    other.train.embedding_dropout = 0.0;
    EXPECT_NE(run(other, false).weights, plain);
  }
}

TEST_F(TrainerTest, validation_is_never_augmented) {
  Recipe plain = recipe(false, "plain"), augmented = recipe(false, "augmented");
  for (Recipe* job : {&plain, &augmented}) job->train.learning_rate = 0.0;
  augmented.train.augment = {.drop = 0.5, .mask = 0.5};
  const Outcome one = run(plain, false), other = run(augmented, false);
  EXPECT_EQ(other.history.curve("valid", "loss"), one.history.curve("valid", "loss"));
  EXPECT_NE(other.history.curve("train", "loss"), one.history.curve("train", "loss"));
}

TEST_F(TrainerTest, a_recurrent_network_learns_to_translate_under_the_plain_ratio) {
  write_small_tables(folder_.path(), 600);
  Recipe job = recipe(true);
  job.architecture = "recurrent_seq2seq";
  job.model.dim = 32;
  job.model.positions = "none";
  job.model.attention.score = "cosine";
  job.model.attention.normaliser = "sum";
  job.model.attention.values = "keys";
  job.train.epochs = 20;
  check_recipe(job, "small");
  const auto accuracy = run(job, false).history.curve("valid", "token_accuracy");
  EXPECT_GE(accuracy.back(), 0.8);
  EXPECT_GT(accuracy.back(), accuracy.front());
}

struct Design {
  std::string name, positions, norm, activation;
};
const std::vector<Design> kDesigns = {
    {"learned", "learned", "pre", "relu"},     {"rotary", "rotary", "pre", "relu"},
    {"post", "sinusoidal", "post", "relu"},    {"geglu", "sinusoidal", "pre", "geglu"},
    {"swiglu", "sinusoidal", "pre", "swiglu"}, {"all", "rotary", "post", "swiglu"}};

Recipe with(Recipe job, const Design& design) {
  job.model.positions = design.positions;
  job.model.norm = design.norm;
  job.model.activation = design.activation;
  check_recipe(job, "small");
  return job;
}

TEST_F(TrainerTest, every_design_of_a_transformer_learns) {
  for (const Design& design : kDesigns) {
    for (const bool translation : {true, false}) {
      Recipe job = with(recipe(translation, design.name + (translation ? "-translates" : "")), design);
      job.train.epochs = 12;
      job.train.learning_rate = 0.005;
      const auto loss = run(job, false).history.curve("valid", "loss");
      EXPECT_LT(loss.back(), (translation ? 0.9 : 0.5) * loss.front()) << design.name << translation;
    }
  }
}

TEST_F(TrainerTest, a_resumed_run_of_other_designs_ends_with_the_same_weights_bit_for_bit) {
  for (const Design& design : {kDesigns[0], kDesigns[5]}) {
    const auto job = [&](const std::string& name) {
      Recipe job = with(recipe(true, design.name + name), design);
      job.train.dropout = job.train.attention_dropout = 0.2;
      return job;
    };
    const Outcome whole = run(job("whole"), false);
    run(job("parts"), false, 5);
    EXPECT_EQ(run(job("parts"), true).weights, whole.weights) << design.name;
  }
}

TEST_F(TrainerTest, a_step_does_not_depend_on_the_number_of_threads) {
  Recipe one = recipe(true, "one"), three = recipe(true, "three");
  one.train.accumulate = three.train.accumulate = 3;
  one.train.threads = 1;
  three.train.threads = 3;
  EXPECT_EQ(run(one, false).weights, run(three, false).weights);
}

TEST_F(TrainerTest, patience_stops_a_run_that_gets_no_better) {
  Recipe job = recipe(false);
  job.train.epochs = 50;
  job.train.patience = 2;
  job.train.learning_rate = 0.0;
  job.train.average_decay = 0.0;
  const Outcome result = run(job, false);
  EXPECT_EQ(result.state.epoch, 3);
  EXPECT_EQ(result.state.worse_validations, 2);
}

TEST_F(TrainerTest, a_loss_that_is_no_number_says_at_which_step_and_what_to_change) {
  const Recipe job = recipe(true);
  const Corpus corpus = load_corpus(job);
  Network network(corpus.config, 1);
  {
    const torch::NoGradGuard no_grad;
    torch::Tensor weight = network.parameters().at("embedding.weight");
    weight.fill_(NAN);
  }
  ProgressBar progress(true);
  Trainer trainer(job, corpus, network, progress);
  expect_error(ErrorCode::internal,
               {"step 1:", "expected a training loss of at most 10000", "found nan", "learning_rate"},
               [&] { trainer.fit({}, false); });
  EXPECT_FALSE(std::filesystem::exists(job.run_folder() / "best.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(job.run_folder() / "checkpoint.safetensors"));
}

// A rate of 10^4 without clipping: at once, and after a warm-up that begins at 0.5.
TEST_F(TrainerTest, a_run_that_explodes_stops_and_keeps_the_best_model_and_the_last_checkpoint) {
  for (const bool translation : {true, false}) {
    for (const std::string optimiser : {"sgd", "adamw"}) {
      for (const int64_t warmup : {0, 20000}) {
        Recipe job =
            recipe(translation, optimiser + std::to_string(warmup) + (translation ? "translate" : ""));
        job.train.optimiser = optimiser;
        job.train.learning_rate = 1e4;
        job.train.warmup_steps = warmup;
        job.train.clip_norm = 0.0;
        job.train.epochs = 200;
        job.train.checkpoint_steps = job.train.validate_steps = 1;
        job.train.average_decay = 0.0;
        expect_error(ErrorCode::internal,
                     {"step ", "learning_rate", "clip_norm = 1", job.run_folder().string()},
                     [&] { run(job, false); });
        if (warmup > 0) expect_sound(job);
      }
    }
  }
}

TEST_F(TrainerTest, every_optimiser_learns_and_resumes_bit_for_bit) {
  for (const std::string& name : optimiser_names()) {
    const auto job = [&](const std::string& folder) {
      Recipe recipe = this->recipe(false, name + folder);
      recipe.train.optimiser = name;
      recipe.train.learning_rate = name == "sgd" ? 0.1 : name == "adagrad" ? 0.05 : 0.01;
      recipe.train.weight_decay = 0.001;
      recipe.train.epochs = 8;
      return recipe;
    };
    const Outcome whole = run(job("whole"), false);
    const auto loss = whole.history.curve("valid", "loss");
    EXPECT_LT(loss.back(), 0.95 * loss.front()) << name;
    run(job("parts"), false, 5);
    EXPECT_EQ(run(job("parts"), true).weights, whole.weights) << name;
  }
}

TEST_F(TrainerTest, a_plateau_lowers_the_rate_and_resumes_with_the_lowered_one) {
  const auto job = [&](const std::string& name) {
    Recipe recipe = this->recipe(false, name);
    recipe.train.schedule = "plateau";
    recipe.train.plateau_factor = 0.5;
    recipe.train.plateau_patience = 2;
    recipe.train.epochs = 7;
    recipe.train.optimiser = "sgd";
    recipe.train.learning_rate = 1e-30;  // no validation after the first is better
    recipe.train.average_decay = 0.0;
    return recipe;
  };
  const Outcome whole = run(job("whole"), false);
  const auto rates = whole.history.curve("train", "learning_rate");
  EXPECT_EQ(rates, (std::vector<double>{1e-30, 1e-30, 1e-30, 5e-31, 5e-31, 2.5e-31, 2.5e-31}));
  EXPECT_EQ(whole.state.rate_scale, 0.125);
  const int64_t steps = whole.state.step;
  run(job("parts"), false, steps * 5 / 7);
  const Outcome last = run(job("parts"), true);
  EXPECT_EQ(last.history.curve("train", "learning_rate"), rates);
  EXPECT_EQ(last.weights, whole.weights);
}

double only(const std::vector<double>& values) {
  EXPECT_EQ(values.size(), 1U);
  return values.empty() ? NAN : values[0];
}

TEST_F(TrainerTest, means_of_weights_are_kept_where_they_are_better_and_resume_bit_for_bit) {
  const auto job = [&](const std::string& name) {
    Recipe recipe = this->recipe(false, name);
    recipe.train.average_decay = 0.0;
    recipe.train.average_last = 3;
    recipe.train.average_best = 2;
    recipe.train.epochs = 8;
    return recipe;
  };
  const Recipe recipe = job("whole");
  const Outcome whole = run(recipe, false);
  const auto losses = whole.history.curve("valid", "loss");
  const double single = *std::min_element(losses.begin(), losses.end());
  const double last = only(whole.history.curve("average_last", "loss"));
  const double best = only(whole.history.curve("average_best", "loss"));
  EXPECT_EQ(only(whole.history.curve("average_last", "models")), 3.0);
  EXPECT_EQ(only(whole.history.curve("average_best", "models")), 2.0);
  EXPECT_EQ(only(whole.history.curve("average_last", "kept")), last < single ? 1.0 : 0.0);
  EXPECT_EQ(only(whole.history.curve("average_best", "kept")), best < std::min(single, last) ? 1.0 : 0.0);
  EXPECT_DOUBLE_EQ(whole.state.best, std::min({single, last, best}));
  for (const auto& entry : std::filesystem::directory_iterator(recipe.run_folder())) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("weights-")) << entry.path();
  }
  run(job("parts"), false, 10);
  run(job("parts"), true, 12);
  const Outcome resumed = run(job("parts"), true);
  EXPECT_EQ(resumed.weights, whole.weights);
  EXPECT_EQ(tensor_bytes(job("parts").run_folder() / "best.safetensors"),
            tensor_bytes(recipe.run_folder() / "best.safetensors"));
  EXPECT_EQ(resumed.history.curve("average_last", "loss"), whole.history.curve("average_last", "loss"));
}

// A rate so small that the last weights are the best, or so great that a mean of far-away points is worse.
TEST_F(TrainerTest, a_mean_that_is_no_better_is_dropped_and_one_that_is_better_stands_in_the_model) {
  for (const bool falling : {true, false}) {
    Recipe job = recipe(false, falling ? "falling" : "wandering");
    job.train.average_decay = 0.0;
    job.train.average_last = 4;
    job.train.epochs = falling ? 4 : 12;
    job.train.learning_rate = falling ? 1e-3 : 0.05;
    const Corpus corpus = load_corpus(job);
    Network network(corpus.config, 1);
    ProgressBar progress(true);
    Trainer trainer(job, corpus, network, progress);
    const History history = trainer.fit({}, false);
    const auto losses = history.curve("valid", "loss");
    const double single = *std::min_element(losses.begin(), losses.end());
    const double mean = only(history.curve("average_last", "loss"));
    EXPECT_EQ(only(history.curve("average_last", "kept")), falling ? 0.0 : 1.0);
    EXPECT_EQ(mean < single, !falling);
    const auto kept = evaluate(network, corpus.valid, job.train.batch_tokens).at("loss");
    EXPECT_NEAR(kept, falling ? single : mean, 1e-9);
  }
}

TEST_F(TrainerTest, a_label_with_one_training_row_trains_without_harm) {
  write_file_atomically(folder_ / "labels.csv",
                        read_file(folder_ / "labels.csv") + "只有一行 lonely,孤,孤\n");
  for (const char* loss : {"cross_entropy", "generalised"}) {
    Recipe job = recipe(false, loss);
    job.train.class_weights = "balanced";
    job.train.loss = loss;
    job.train.epochs = 12;
    const Corpus corpus = load_corpus(job);
    const auto labels = corpus.config.classification_heads[0].labels;
    ASSERT_EQ(std::count(labels.begin(), labels.end(), "孤"), 1);
    const Outcome result = run(job, false);
    EXPECT_GE(result.history.curve("valid", "accuracy").back(), 0.7) << loss;
  }
}

TEST_F(TrainerTest, several_heads_train_together_and_a_row_may_have_several_labels) {
  Recipe job = recipe(false);
  job.heads.push_back({.name = "tags", .label = "tags", .multi_label = true});
  job.train.epochs = 15;
  const Outcome result = run(job, false);
  EXPECT_GE(result.history.curve("valid", "first/accuracy").back(), 0.8);
  EXPECT_GE(result.history.curve("valid", "tags/micro_f1").back(), 0.7);
}

TEST_F(TrainerTest, labels_of_one_class_and_unknown_labels_are_refused_with_their_place) {
  Recipe job = recipe(false);
  write_file_atomically(folder_ / "one.csv", "text,label\na,x\nb,x\nc,x\n");
  job.data.train = {"one.csv"};
  expect_error(ErrorCode::invalid_argument, {"one.csv", "at least two different labels", "'x'"},
               [&] { load_corpus(job); });
  write_file_atomically(folder_ / "valid.csv", "text,label\nq,onee\n");
  job = recipe(false);
  job.data.valid = {"valid.csv"};
  expect_error(ErrorCode::invalid_argument, {"valid.csv:2", "found 'onee'", "did you mean 'one'?"},
               [&] { load_corpus(job); });
}

TEST_F(TrainerTest, file_names_may_be_patterns) {
  Recipe job = recipe(false);
  const size_t rows = load_corpus(job).train.examples.size();
  job.data.train = {"label?.*"};
  EXPECT_EQ(load_corpus(job).train.examples.size(), rows);
  job.data.train = {"*.nothing"};
  expect_error(ErrorCode::not_found, {"*.nothing", "found none"}, [&] { load_corpus(job); });
}

TEST_F(TrainerTest, leaked_rows_are_named_and_dropped_only_when_asked) {
  Recipe job = recipe(false);
  job.data.drop_leaked = false;
  write_file_atomically(folder_ / "test.csv", "text,label\nbrand new words,one\n");
  const std::string table = read_file(folder_ / "labels.csv");
  const size_t line = table.find('\n') + 1;
  write_file_atomically(folder_ / "leaky.csv",
                        "text,label,tags\n" + table.substr(line, table.find('\n', line) - line + 1));
  job.data.valid = {"test.csv"};
  EXPECT_EQ(load_corpus(job).dropped_leaks, 0);
  job.data.test = {"leaky.csv"};
  expect_error(ErrorCode::invalid_argument, {"labels.csv:2", "leaky.csv:2", "--drop-leaked"},
               [&] { load_corpus(job); });
  job.data
      .valid = {};  // a test row may not choose the best model either, whichever side the split puts it on
  for (job.train.seed = 1; job.train.seed < 6; ++job.train.seed) {
    expect_error(ErrorCode::invalid_argument, {"labels.csv:2", "leaky.csv:2"}, [&] { load_corpus(job); });
  }
  job.data.drop_leaked = true;
  EXPECT_EQ(load_corpus(job).dropped_leaks, 1);
}

TEST(DrawExamples, draws_from_sets_in_proportion_to_a_root_of_their_size) {
  std::vector<Example> examples(1000);
  for (size_t i = 900; i < 1000; ++i) examples[i].set = 1;  // 900 and 100
  const auto counts = [&](double temperature, int64_t epoch) {
    std::vector<int> seen(examples.size());
    for (const int64_t i : draw_examples(examples, temperature, 5, epoch)) ++seen[i];
    return seen;
  };
  EXPECT_EQ(std::ranges::count(counts(1.0, 0), 1), 1000);
  // T = 2: 30 to 10 of 1000 is 750 to 250: of the small set two whole passes and half a third.
  const auto seen = counts(2.0, 0);
  EXPECT_EQ(std::accumulate(seen.begin(), seen.begin() + 900, 0), 750);
  EXPECT_EQ(*std::max_element(seen.begin(), seen.begin() + 900), 1);
  EXPECT_EQ(std::accumulate(seen.begin() + 900, seen.end(), 0), 250);
  EXPECT_EQ(std::count(seen.begin() + 900, seen.end(), 2), 50);
  EXPECT_EQ(std::count(seen.begin() + 900, seen.end(), 3), 50);
  EXPECT_EQ(counts(2.0, 0), seen);  // a function of seed and epoch
  EXPECT_NE(counts(2.0, 1), seen);
}

TEST(PlanBatches, holds_every_example_once_within_its_token_budget) {
  std::vector<Example> examples(300);
  Random random(2);
  for (Example& example : examples) example.source.resize(random.below(60));
  const auto plan = plan_batches(examples, 100, 4, 0);
  std::vector<int> seen(examples.size());
  for (const auto& batch : plan) {
    size_t tokens = 0;
    for (const int64_t i : batch) {
      ++seen[i];
      tokens += examples[i].source.size() + 1;
    }
    EXPECT_TRUE(tokens <= 100 || batch.size() == 1);
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 300);
  EXPECT_EQ(plan_batches(examples, 100, 4, 0), plan);
  EXPECT_NE(plan_batches(examples, 100, 4, 1), plan);
}

}  // namespace
}  // namespace heed::train
