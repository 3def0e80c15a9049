#include "train/masked_tokens.h"

#include <gtest/gtest.h>

#include "base/expect_error.h"
#include "base/temporary_folder.h"
#include "data/split.h"
#include "train/small_corpus.h"
#include "train/trainer.h"
#include "train/unlabelled.h"

namespace heed::train {
namespace {

class MaskedTokensTest : public testing::Test {
 protected:
  void SetUp() override {
    write_small_tables(folder_.path(), 120);
    write_small_texts(folder_.path(), 300);
  }
  Recipe recipe() {
    Recipe recipe = small_pretraining(folder_.path());
    recipe.pretrain.epochs = 3;
    recipe.pretrain.learning_rate = 0.01;
    recipe.pretrain.warmup_steps = 4;
    recipe.pretrain.batch_tokens = 128;
    check_recipe(recipe, "small");
    return recipe;
  }
  TemporaryFolder folder_;
};

Batch long_batch(int64_t texts, int64_t length) {
  ModelConfig config;
  config.architecture = Architecture::transformer_encoder;
  std::vector<Example> examples(texts);
  std::vector<int64_t> numbers;
  for (int64_t i = 0; i < texts; ++i) {
    numbers.push_back(i);
    for (int64_t t = 0; t < length; ++t) examples[i].source.push_back(3 + static_cast<int32_t>(t % 97));
  }
  return make_batch(examples, numbers, config);
}

TEST(MaskTokens, hides_four_fifths_replaces_a_tenth_and_leaves_a_tenth_of_those_chosen) {
  const Batch whole = long_batch(200, 200);
  Batch batch = long_batch(200, 200);
  mask_tokens(batch, 0.15, 1000, 7);
  const auto before = whole.source.ids.index_select(0, batch.masked_rows);
  const auto after = batch.source.ids.index_select(0, batch.masked_rows);
  EXPECT_TRUE(before.equal(batch.masked_ids));
  EXPECT_FALSE(batch.masked_ids.eq(Tokenizer::kEnd).any().item<bool>());
  const auto chosen = static_cast<double>(batch.masked_rows.size(0));
  EXPECT_NEAR(chosen / 40000.0, 0.15, 0.01);
  EXPECT_NEAR(after.eq(kMask).sum().item<double>() / chosen, 0.8, 0.02);
  EXPECT_NEAR(after.eq(before).sum().item<double>() / chosen, 0.1, 0.02);
  EXPECT_EQ(whole.source.ids.ne(batch.source.ids).sum().item<int64_t>(),
            after.ne(before).sum().item<int64_t>());  // nothing else was touched
  EXPECT_GE(after.masked_select(after.ne(kMask)).min().item<int64_t>(), 3);
}

TEST(MaskTokens, are_the_same_for_a_seed_and_others_for_another) {
  Batch one = long_batch(4, 50), same = long_batch(4, 50), other = long_batch(4, 50);
  mask_tokens(one, 0.15, 1000, 7);
  mask_tokens(same, 0.15, 1000, 7);
  mask_tokens(other, 0.15, 1000, 8);
  EXPECT_TRUE(one.source.ids.equal(same.source.ids));
  EXPECT_TRUE(one.masked_rows.equal(same.masked_rows));
  EXPECT_FALSE(one.source.ids.equal(other.source.ids));
}

TEST(MaskTokens, a_batch_of_one_word_has_one_to_guess) {
  Batch batch = long_batch(1, 1);
  mask_tokens(batch, 0.01, 1000, 3);
  EXPECT_EQ(batch.masked_rows.size(0), 1);
}

TEST_F(MaskedTokensTest, the_loss_of_masked_tokens_teaches_no_head_and_reads_no_n_gram) {
  Recipe job = recipe();
  job.model.ngrams.buckets = 500;
  const Corpus corpus = load_corpus(job);
  const Recipe phase = pretraining_phase(job);
  const auto task = masked_task(phase, corpus);
  const Batch batch = task->batch(task->plan(0).front(), 0, 5);
  EXPECT_FALSE(batch.source.token_ngrams.begins.defined());
  const Network network(corpus.config, 1);
  const Loss loss = network.loss(batch, task->loss(), {});
  EXPECT_EQ(loss.units, batch.masked_ids.size(0));
  const double blind = std::log(static_cast<double>(corpus.config.source_vocabulary));
  EXPECT_NEAR(loss.negative_log_likelihood / static_cast<double>(loss.units), blind, 1.0);
  loss.mean.backward();
  for (const auto& [name, tensor] : network.parameters().all()) {
    const bool taught = tensor.grad().defined();
    EXPECT_EQ(taught, !name.starts_with("heads.") && !name.starts_with("ngrams.")) << name;
  }
}

TEST_F(MaskedTokensTest, pre_training_learns_to_guess_what_it_does_not_see) {
  Recipe job = recipe();
  write_file_atomically(folder_ / "text.txt", [] {
    std::string lines;  // each word names its neighbours
    const std::vector<std::string> words = {"zero", "one", "two", "three", "四", "五", "六", "七"};
    for (size_t i = 0; i < 300; ++i) {
      for (size_t t = 0; t < 3 + i / 8 % 12; ++t) lines += words[i % 8] + " ";
      lines += "\n";
    }
    return lines;
  }());
  job.pretrain.include_training = false;
  job.pretrain.epochs = 30;
  job.train.dropout = job.train.attention_dropout = 0.0;
  const Corpus corpus = load_corpus(job);
  Network network(corpus.config, 1);
  ProgressBar progress(true);
  const Recipe phase = pretraining_phase(job);
  std::filesystem::create_directories(phase.phase_folder());
  Trainer trainer(phase, masked_task(phase, corpus), network, progress);
  const History history = trainer.fit({}, false);
  const auto accuracy = history.curve("pretrain_valid", "accuracy");
  ASSERT_EQ(accuracy.size(), 30U);
  EXPECT_EQ(history.curve("pretrain", "loss").size(), 30U);
  EXPECT_GE(accuracy.back(), 0.8);
  EXPECT_LT(history.curve("pretrain_valid", "loss").back(), 0.5 * history.curve("pretrain_valid", "loss")[0]);
}

TEST_F(MaskedTokensTest, texts_of_validation_and_test_are_left_out_and_counted) {
  Recipe job = recipe();
  write_file_atomically(folder_ / "valid.csv", "text,label\nTWO  five,two\n三四,three\n");
  write_file_atomically(folder_ / "test.csv", "text,label\nfive five one,five\n");
  write_file_atomically(folder_ / "text.txt", read_file(folder_ / "text.txt") +
                                                  "two five\n三四\n\nfive five one\nfive five one\n  \n");
  job.data.valid = {"valid.csv"};
  job.data.test = {"test.csv"};
  const Corpus corpus = load_corpus(job);
  EXPECT_NE(corpus.report.find("300 texts without labels; 4 more left out"), std::string::npos)
      << corpus.report;
  EXPECT_EQ(corpus.unlabelled.examples.size(), 300U);
  const size_t all = corpus.pretrain.examples.size() + corpus.pretrain_valid.examples.size();
  EXPECT_EQ(all, 300U + corpus.train.examples.size());
  EXPECT_GE(corpus.pretrain_valid.examples.size(), 3U);
  EXPECT_LE(corpus.pretrain_valid.examples.size(), 60U);
}

TEST_F(MaskedTokensTest, a_twentieth_measures_though_validation_was_drawn_with_the_same_seed) {
  data::Table table{.columns = {"text", "label"}, .rows = {}, .files = {"rows.csv"}};
  for (int i = 0; i < 4000; ++i) table.rows.push_back({{"question " + std::to_string(i), "x"}, 0, i + 2});
  const Recipe job = recipe();
  const data::Table train = data::split_off(table, 0.1, {"text"}, "label", job.train.seed).first;
  const auto [learned, measured] = split_for_pretraining(job, {}, train);
  EXPECT_EQ(learned.rows.size() + measured.rows.size(), train.rows.size());
  EXPECT_NEAR(static_cast<double>(measured.rows.size()), 180, 70);
}

TEST_F(MaskedTokensTest, a_table_gives_its_text_column_and_the_tokenizer_knows_the_text) {
  Recipe job = recipe();
  std::string table = "id,text\n";
  for (int i = 0; i < 200; ++i) table += std::to_string(i) + ",鸟在飞 bird " + std::to_string(i) + "\n";
  write_file_atomically(folder_ / "birds.csv", table);
  job.pretrain.files = {"text.txt", "bird?.csv"};
  const Corpus corpus = load_corpus(job);
  EXPECT_EQ(corpus.unlabelled.examples.size(), 500U);
  const auto bird = corpus.tokenizers.source.encode("鸟");
  EXPECT_EQ(std::count(bird.begin(), bird.end(), Tokenizer::kUnknown), 0);
  job.pretrain.epochs = 0;
  const Corpus plain = load_corpus(job);
  EXPECT_TRUE(plain.unlabelled.examples.empty() && plain.pretrain.examples.empty());
  const auto unknown = plain.tokenizers.source.encode("鸟");
  EXPECT_GE(std::count(unknown.begin(), unknown.end(), Tokenizer::kUnknown), 1);
}

TEST_F(MaskedTokensTest, too_little_text_and_what_cannot_be_pre_trained_are_refused) {
  Recipe job = recipe();
  write_file_atomically(folder_ / "text.txt", "one\n二\nthree\n");
  expect_error(ErrorCode::invalid_argument, {"text.txt", "at least 100 texts", "found 3", "pretrain.files"},
               [&] { load_corpus(job); });
  job.pretrain.files = {"nothing.txt"};
  expect_error(ErrorCode::not_found, {"nothing.txt"}, [&] { load_corpus(job); });
  job.pretrain.files.clear();
  job.pretrain.include_training = false;
  expect_error(ErrorCode::invalid_argument, {"'pretrain.files'", "at least one file", "found none"},
               [&] { check_recipe(job, "small"); });
  Recipe translation = small_recipe(folder_.path(), true);
  translation.pretrain.epochs = 2;
  expect_error(ErrorCode::invalid_argument, {"'pretrain.epochs'", "expected 0", "transformer_encoder"},
               [&] { check_recipe(translation, "small"); });
}

}  // namespace
}  // namespace heed::train
