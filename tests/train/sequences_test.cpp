#include "train/sequences.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "base/temporary_folder.h"
#include "infer/sequence_ranker.h"
#include "train/export.h"
#include "train/gradients.h"
#include "train/heads/sequence.h"
#include "train/network.h"
#include "train/progress.h"
#include "train/rank_figures.h"
#include "train/trainer.h"

namespace heed::train {
namespace {

// People who go round a ring of items, each from a place of their own: what comes next is known.
void write_ring(const std::filesystem::path& folder, int people, int items, int events) {
  std::string train = "user\titem\tkind\ttime_us\tvalue\n", valid = train, test = train, lines;
  for (int p = 0; p < people; ++p) {
    for (int e = 0; e < events; ++e) {
      const std::string row = "u" + std::to_string(p) + "\ti" + std::to_string((p + e) % items) + "\t" +
                              (e % 2 == 0 ? "view" : "buy") + "\t" +
                              std::to_string(1'000'000'000LL * (e + 1)) + "\t1\n";
      (e + 1 == events ? test : e + 2 == events ? valid : train) += row;
    }
  }
  for (int i = 0; i < items; ++i)
    lines += "{\"id\": \"i" + std::to_string(i) + "\", \"title\": \"" +
             (i % 2 == 0 ? "green tea number " : "红茶 第 ") + std::to_string(i) + "\"}\n";
  write_file_atomically(folder / "train.tsv", train);
  write_file_atomically(folder / "valid.tsv", valid);
  write_file_atomically(folder / "test.tsv", test);
  write_file_atomically(folder / "items.jsonl", lines);
}

Recipe ring_recipe(const std::filesystem::path& folder, bool words) {
  Recipe recipe;
  recipe.architecture = "transformer_encoder";
  recipe.data.folder = folder.string();
  recipe.data.train = {"train.tsv"};
  recipe.data.valid = {"valid.tsv"};
  recipe.data.test = {"test.tsv"};
  recipe.heads = {{.name = "next", .kind = "sequence", .label = "", .gaps = 20}};
  recipe.model.dim = 16;
  recipe.model.ffn_dim = 32;
  recipe.model.heads = recipe.model.key_heads = 2;
  recipe.model.encoder_layers = 1;
  recipe.model.max_length = 6;
  recipe.model.positions = "learned";
  recipe.text.vocabulary = 60;
  recipe.text.ngram_min_texts = 1;
  if (words) {
    recipe.data.items = "items.jsonl";
    recipe.model.ngrams.buckets = 64;
    recipe.train.identity_dropout = 0.2;
  }
  recipe.train.dropout = recipe.train.attention_dropout = 0.0;
  recipe.train.label_smoothing = 0.0;
  recipe.train.learning_rate = 0.01;
  recipe.train.schedule = "constant";
  recipe.train.warmup_steps = 0;
  recipe.train.epochs = 15;
  recipe.train.batch_tokens = 64;
  recipe.train.accumulate = 1;
  recipe.train.threads = 1;
  recipe.train.precision = "fp32";
  recipe.train.metric = "ndcg";
  recipe.output.model = (folder / "model").string();
  check_recipe(recipe, "recipe");
  return recipe;
}

TEST(Sequences, are_cut_from_their_end_and_overlap_by_one) {
  const TemporaryFolder folder;
  write_ring(folder.path(), 1, 30, 16);  // 14 training events, stretches of 6
  const Corpus corpus = load_sequences(ring_recipe(folder.path(), false), {});
  ASSERT_EQ(corpus.train.examples.size(), 3U);
  const auto& latest = corpus.train.examples[0].source;
  EXPECT_EQ(latest.size(), 7U);
  EXPECT_EQ(corpus.train.examples[1].source.back(), latest.front());
  EXPECT_EQ(corpus.train.examples[2].source.size(), 2U);
  EXPECT_EQ(corpus.config.sequence->items.size(), 14U);
  EXPECT_EQ(corpus.config.sequence->kinds, (std::vector<std::string>{"view", "buy"}));
  // 1000 s lie between two events: 1 + floor(log2(1001)).
  EXPECT_EQ(corpus.train.examples[0].gaps[3], 10);
  EXPECT_EQ(corpus.train.examples[2].gaps[0], 0);
}

TEST(Sequences, held_out_events_know_what_was_before_and_nothing_else) {
  const TemporaryFolder folder;
  write_ring(folder.path(), 30, 10, 8);
  const Corpus corpus = load_sequences(ring_recipe(folder.path(), false), {});
  ASSERT_EQ(corpus.valid.examples.size(), 30U);
  const Example& valid = corpus.valid.examples[0];
  const Example& test = corpus.test.examples[0];
  EXPECT_TRUE(valid.guess_last);
  EXPECT_EQ(corpus.config.sequence->items[static_cast<size_t>(valid.source.back())], "i6");
  EXPECT_EQ(corpus.config.sequence->items[static_cast<size_t>(test.source.back())], "i7");
  EXPECT_EQ(valid.seen.size(), 6U);
  EXPECT_EQ(test.seen.size(), 7U);
  const Batch batch = make_sequence_batch(corpus.valid.examples, {0, 1});
  EXPECT_EQ(batch.source.rows(), 12);
  EXPECT_EQ(batch.next_rows.size(0), 2);
  EXPECT_EQ(batch.next_items[0].item<int64_t>(), valid.source.back());
}

TEST(Sequences, refuse_a_leak_and_drop_it_where_asked) {
  const TemporaryFolder folder;
  write_ring(folder.path(), 4, 10, 8);
  write_file_atomically(folder.path() / "train.tsv",
                        read_file(folder.path() / "train.tsv") + "u0\ti9\tview\t99000000000\t1\n");
  Recipe recipe = ring_recipe(folder.path(), false);
  try {
    load_sequences(recipe, {});
    FAIL() << "expected a leak to be refused";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("item 'i9' is trained on at 99000000000"), std::string::npos)
        << error.what();
  }
  recipe.data.drop_leaked = true;
  EXPECT_EQ(load_sequences(recipe, {}).dropped_leaks, 1);
}

TEST(Sequences, learn_what_comes_next) {
  for (const bool words : {false, true}) {
    const TemporaryFolder folder;
    write_ring(folder.path(), 60, 12, 9);
    const Recipe recipe = ring_recipe(folder.path(), words);
    const Corpus corpus = load_corpus(recipe);
    std::filesystem::create_directories(recipe.run_folder());
    Network network(corpus.config, 1);
    ProgressBar progress(true);
    Trainer trainer(recipe, corpus, network, progress);
    trainer.fit({}, false);
    EXPECT_GT(rank_figures(network, corpus.test, 1024).at("ndcg"), 0.9) << "words " << words;
  }
}

// A batch's rows see nothing of what comes later, and nothing of other people.
TEST(Sequences, a_row_knows_only_what_was_before_it) {
  const TemporaryFolder folder;
  write_ring(folder.path(), 5, 10, 8);
  const Corpus corpus = load_sequences(ring_recipe(folder.path(), false), {});
  const Network network(corpus.config, 2);
  const torch::NoGradGuard no_grad;
  DropoutPlan none;
  const torch::Tensor items = network.sequence()->items(none);
  Batch batch = make_sequence_batch(corpus.train.examples, {0, 1});
  const torch::Tensor before = network.encode_events(batch.source, items, none);
  batch.source.ids[4] = (batch.source.ids[4].item<int64_t>() + 3) % 10;
  const torch::Tensor after = network.encode_events(batch.source, items, none);
  EXPECT_TRUE(torch::equal(before.slice(0, 0, 4), after.slice(0, 0, 4)));
  EXPECT_FALSE(torch::equal(before[4], after[4]));
  const int64_t second = batch.source.begins[1];
  EXPECT_TRUE(torch::equal(before.slice(0, second), after.slice(0, second)));
}

TEST(Sequences, gradients_reach_identities_words_kinds_and_gaps) {
  const TemporaryFolder folder;
  write_ring(folder.path(), 5, 6, 6);
  Recipe recipe = ring_recipe(folder.path(), true);
  recipe.model.activation = "gelu";  // no kinks, which a central difference steps over
  const Corpus corpus = load_sequences(recipe, {});
  Network network(corpus.config, 3);
  network.start_from(corpus);
  const Batch batch = make_sequence_batch(corpus.train.examples, {0, 1, 2});
  std::vector<torch::Tensor> inputs;
  for (const char* name : {"embedding.weight", "heads.next.kinds.weight", "heads.next.gaps.weight"})
    inputs.push_back(network.parameters().at(name));
  expect_gradients(inputs, [&] { return network.loss(batch, {}, {}).mean; });
  expect_gradients({network.parameters().at("ngrams.embedding")},
                   [&] { return network.loss(batch, {}, {}).mean; });
}

// By hand: two items, one negative drawn over and over, t = 0 (beta 1 / alpha scaled) and t = 1.
TEST(SampledLoss, is_gsasrecs) {
  const torch::Tensor hidden = torch::tensor({{1.0F, 0.0F}}),
                      items = torch::tensor({{2.0F, 0.0F}, {0.5F, 1.0F}});
  const torch::Tensor next = torch::tensor({0}, torch::kInt64);
  // The only other item, and the next one itself, which does not count: what is drawn with seed 5.
  const int64_t drawn = 64;
  Random random(5);
  double others = 0.0;
  for (int64_t i = 0; i < drawn; ++i) others += random.below(2) == 1 ? std::log1p(std::exp(0.5)) : 0.0;
  for (const double t : {0.0, 0.5, 1.0}) {
    const double alpha = 1.0;  // more negatives than items: all are seen, and beta is 1 whatever t
    const double beta = alpha * (t * (1.0 - 1.0 / alpha) + 1.0 / alpha);
    const double expected = (beta * std::log1p(std::exp(-2.0)) + others) / (drawn + 1);
    const double found =
        sampled_loss(hidden, items, next, {.negatives = drawn, .calibration = t, .seed = 5}).item<double>();
    EXPECT_NEAR(found, expected, 1e-6);
  }
}

TEST(Sequences, training_and_serving_give_the_same_scores) {
  for (const bool words : {false, true}) {
    for (const char* positions : {"learned", "sinusoidal", "rotary", "none"}) {
      const TemporaryFolder folder;
      write_ring(folder.path(), 8, 9, 9);
      Recipe recipe = ring_recipe(folder.path(), words);
      recipe.model.positions = positions;
      const Corpus corpus = load_sequences(recipe, {});
      Network network(corpus.config, 4);
      network.start_from(corpus);
      const torch::NoGradGuard no_grad;
      DropoutPlan none;
      const torch::Tensor items = network.sequence()->items(none);
      const Batch batch = make_sequence_batch(corpus.valid.examples, {0, 1, 2, 3});
      const torch::Tensor hidden = network.encode_events(batch.source, items, none);

      const auto path =
          write_model(folder.path() / "written", model_contents(network, corpus.config, corpus));
      const infer::SequenceRanker ranker(open_model(path));
      std::vector<std::vector<float>> vectors;
      for (size_t i = 0; i < corpus.config.sequence->items.size(); ++i) {
        const std::string& id = corpus.config.sequence->items[i];
        const int number = std::stoi(id.substr(1));
        const std::string title =
            (number % 2 == 0 ? "green tea number " : "红茶 第 ") + std::to_string(number);
        vectors.push_back(ranker.item_vector(ranker.row(id), words ? title : ""));
        for (int64_t d = 0; d < ranker.dim(); ++d)
          EXPECT_NEAR(vectors.back()[static_cast<size_t>(d)], items[static_cast<int64_t>(i)][d].item<float>(),
                      1e-5);
      }
      std::vector<std::vector<infer::SequenceEvent>> histories;
      for (size_t e = 0; e < 4; ++e) {
        const Example& example = corpus.valid.examples[e];
        std::vector<infer::SequenceEvent>& history = histories.emplace_back();
        for (size_t t = 0; t + 1 < example.source.size(); ++t)
          history.push_back({.item = vectors[static_cast<size_t>(example.source[t])],
                             .kind = example.kinds[t],
                             .gap_seconds = example.gaps[t] == 0 ? -1.0 : 1000.0});
      }
      const auto encoded = ranker.encode(histories, true);
      for (size_t e = 0; e < 4; ++e) {
        const int64_t last = batch.source.begins[static_cast<int64_t>(e) + 1] - 1;
        float attention = 0.0F;
        for (const float share : encoded[e].attention) attention += share;
        EXPECT_NEAR(attention, 1.0F, 1e-4F);
        for (size_t i = 0; i < vectors.size(); ++i) {
          float score = 0.0F;
          for (size_t d = 0; d < vectors[i].size(); ++d) score += encoded[e].query[d] * vectors[i][d];
          const float expected = hidden[last].dot(items[static_cast<int64_t>(i)]).item<float>();
          EXPECT_NEAR(score, expected, 1e-4F) << positions << " words " << words;
        }
      }
      // In one batch or alone: the same bits.
      EXPECT_EQ(ranker.encode({&histories[2], 1})[0].query, encoded[2].query);
    }
  }
}

TEST(SequenceRecipe, refuses_what_does_not_go_with_it) {
  const TemporaryFolder folder;
  write_ring(folder.path(), 3, 6, 6);
  const auto message = [&](const std::function<void(Recipe&)>& change) -> std::string {
    Recipe recipe = ring_recipe(folder.path(), false);
    change(recipe);
    try {
      check_recipe(recipe, "r.toml");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message([](Recipe&) {}), "");
  EXPECT_NE(message([](Recipe& r) { r.heads.push_back({.name = "x", .label = "y"}); }).find("alone"),
            std::string::npos);
  EXPECT_NE(message([](Recipe& r) { r.data.valid.clear(); }).find("'data.valid'"), std::string::npos);
  EXPECT_NE(message([](Recipe& r) { r.model.ngrams.buckets = 64; }).find("'data.items'"), std::string::npos);
  EXPECT_NE(message([](Recipe& r) { r.train.identity_dropout = 0.1; }).find("'train.identity_dropout'"),
            std::string::npos);
  EXPECT_NE(message([](Recipe& r) { r.train.metric = "accuracy"; }).find("'train.metric'"),
            std::string::npos);
  EXPECT_NE(message([](Recipe& r) { r.train.r_drop = 1.0; }).find("'train.r_drop'"), std::string::npos);
}

}  // namespace
}  // namespace heed::train
