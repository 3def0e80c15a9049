#include <algorithm>
#include <cmath>
#include <cstdio>

#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "infer/classifier.h"
#include "infer/translator.h"
#include "train/export.h"
#include "train/network.h"
#include "train/small_corpus.h"

// Training and serving give the same logits, for every architecture, head and attention variant (design,
// decision 3).
namespace heed::train {
namespace {

ModelConfig base_config(bool translation) {
  ModelConfig config;
  config.architecture = translation ? Architecture::transformer_seq2seq : Architecture::transformer_encoder;
  config.dim = 32;
  config.ffn_dim = 48;
  config.heads = config.key_heads = 4;
  config.encoder_layers = 2;
  config.decoder_layers = translation ? 2 : 0;
  config.max_length = 40;
  if (!translation) {
    config.source_tokenizer = "text.model";
    config.target_tokenizer = "";
    config.shared_embeddings = true;
    config.classification_heads = {{.name = "one", .labels = {"a", "b", "c"}},
                                   {.name = "many", .labels = {"x", "y"}, .multi_label = true}};
    config.matching = {.name = "match", .width = 12};
    config.tagging = {.name = "entities", .entities = {"a", "b"}};
  }
  return config;
}

std::vector<std::pair<std::string, ModelConfig>> variants(bool translation) {
  std::vector<std::pair<std::string, ModelConfig>> all;
  const auto add = [&](const std::string& name, const std::function<void(ModelConfig&)>& change) {
    ModelConfig config = base_config(translation);
    change(config);
    all.emplace_back(name, config);
  };
  add("plain", [](ModelConfig&) {});
  for (const char* score : {"dot", "cosine", "additive", "bilinear"}) {
    add(score, [=](ModelConfig& c) { c.attention.score = score; });
  }
  add("linear", [](ModelConfig& c) {
    c.attention.score = "linear";
    c.attention.normaliser = "sum";
  });
  for (const char* normaliser : {"sum", "sigmoid", "sparsemax", "entmax15", "hard"}) {
    add(normaliser, [=](ModelConfig& c) { c.attention.normaliser = normaliser; });
  }
  for (const char* bias : {"alibi", "relative"}) {
    add(bias, [=](ModelConfig& c) { c.attention.bias = bias; });
  }
  add("values are keys", [](ModelConfig& c) { c.attention.values = "keys"; });
  add("window", [](ModelConfig& c) { c.attention.window = 3; });
  add("temperature", [](ModelConfig& c) { c.attention.learned_temperature = true; });
  add("span", [](ModelConfig& c) { c.attention.learned_span = true; });
  add("grouped heads", [](ModelConfig& c) { c.key_heads = 2; });
  add("fewer heads", [](ModelConfig& c) {
    c.own_head_width = c.head_width();
    c.heads = c.key_heads = c.heads - 1;
  });
  add("gelu", [](ModelConfig& c) { c.activation = "gelu"; });
  for (const char* activation : {"geglu", "swiglu"}) {
    add(activation, [=](ModelConfig& c) { c.activation = activation; });
  }
  add("post-norm", [](ModelConfig& c) { c.norm = "post"; });
  add("post-norm, gated", [](ModelConfig& c) {
    c.norm = "post";
    c.activation = "swiglu";
  });
  for (const char* positions : {"none", "learned", "rotary"}) {
    add(std::string("positions ") + positions, [=](ModelConfig& c) { c.positions = positions; });
  }
  for (const char* score : {"dot", "cosine", "additive", "bilinear", "linear"}) {
    add(std::string("rotary ") + score, [=](ModelConfig& c) {
      c.positions = "rotary";
      c.attention.score = score;
      if (c.attention.score == "linear") c.attention.normaliser = "sum";
    });
  }
  add("rotary over grouped heads, values are keys", [](ModelConfig& c) {
    c.positions = "rotary";
    c.key_heads = 2;
    c.attention.values = "keys";
  });
  if (!translation) {
    add("n-grams", [](ModelConfig& c) { c.ngrams.buckets = 50; });
    add("n-grams in the embedding", [](ModelConfig& c) {
      c.ngrams.buckets = 50;
      c.ngrams.linear = false;
    });
    add("n-grams beside attention", [](ModelConfig& c) {
      c.ngrams.buckets = 50;
      c.ngrams.embedding = false;
    });
    return all;
  }
  add("own embeddings", [](ModelConfig& c) { c.shared_embeddings = false; });
  const auto add_recurrent = [&](const std::string& name, const std::function<void(ModelConfig&)>& change) {
    add("recurrent " + name, [&](ModelConfig& c) {
      c.architecture = Architecture::recurrent_seq2seq;
      c.positions = "none";
      change(c);
    });
  };
  add_recurrent("plain", [](ModelConfig&) {});
  for (const std::string& score : attention::score_names()) {
    add_recurrent(score, [=](ModelConfig& c) { c.attention.score = score; });
  }
  for (const std::string& normaliser : attention::normaliser_names()) {
    add_recurrent(normaliser, [=](ModelConfig& c) { c.attention.normaliser = normaliser; });
  }
  add_recurrent("one direction", [](ModelConfig& c) { c.bidirectional = false; });
  add_recurrent("grouped heads", [](ModelConfig& c) { c.key_heads = 2; });
  add_recurrent("temperature", [](ModelConfig& c) { c.attention.learned_temperature = true; });
  add_recurrent("own embeddings", [](ModelConfig& c) { c.shared_embeddings = false; });
  for (const char* positions : {"sinusoidal", "learned"}) {
    add_recurrent(std::string("positions ") + positions, [=](ModelConfig& c) { c.positions = positions; });
  }
  add_recurrent("classic", [](ModelConfig& c) {
    c.bidirectional = false;
    c.heads = c.key_heads = 1;
    c.attention.score = "cosine";
    c.attention.normaliser = "sum";
    c.attention.values = "keys";
  });
  return all;
}

Corpus corpus_of(ModelConfig& config) {
  Random random(5);
  std::vector<std::string> lines;
  for (int i = 0; i < 200; ++i) lines.push_back(number_line(random, i % 2 == 1, 5));
  const Tokenizer tokenizer = Tokenizer::train(lines, {.vocabulary = 40});
  config.source_vocabulary = tokenizer.size();
  config.target_vocabulary = config.decoder_layers > 0 ? tokenizer.size() : 0;
  return {.train = {},
          .valid = {},
          .test = {},
          .tokenizers = {tokenizer, tokenizer},
          .ngram_weights = std::vector<float>(config.ngrams.buckets, 1.0F),
          .linear = {},
          .config = config,
          .report = ""};
}

// Fresh weights leave biases and temperatures at zero: move every weight.
void disturb(const Network& network) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(3);
  for (const auto& [name, tensor] : network.parameters().all()) {
    torch::Tensor weight = tensor;
    if (name.ends_with(".span")) {
      weight.fill_(4.0);
    } else {
      weight.add_(torch::randn_like(weight) * 0.05);
    }
  }
}

std::vector<int32_t> random_ids(Random& random, size_t count, int64_t vocabulary) {
  std::vector<int32_t> ids;
  while (ids.size() < count) ids.push_back(3 + static_cast<int32_t>(random.below(vocabulary - 3)));
  return ids;
}

double greatest_difference(const std::vector<float>& served, const torch::Tensor& trained) {
  const torch::Tensor flat = trained.detach().contiguous().reshape(-1);
  EXPECT_EQ(static_cast<int64_t>(served.size()), flat.numel());
  double greatest = 0.0;
  for (size_t i = 0; i < served.size(); ++i) {
    const double difference = std::abs(served[i] - flat[static_cast<int64_t>(i)].item<double>());
    if (!(difference <= greatest)) greatest = difference;  // also takes a NaN
  }
  return greatest;
}

double difference_of_pairs(const Network& network, const infer::Classifier& classifier,
                           const std::vector<Example>& examples, const Batch& batch,
                           const torch::Tensor& encoded) {
  DropoutPlan none;
  const torch::Tensor vectors = network.matching()->vectors(encoded, batch.source, none);
  const torch::Tensor logits =
      sum_votes(network.matching()->votes(encoded, batch.source, vectors, batch.pairs, none));
  std::vector<float> served;
  for (const Example& example : examples)
    served.push_back(classifier.pair_logit(example.source, example.other[0].source));
  return greatest_difference(served, logits.slice(0, 0, batch.pairs.given));
}

double difference_of_tags(const Network& network, const infer::Classifier& classifier,
                          const std::vector<Example>& examples, const Batch& batch,
                          const torch::Tensor& encoded) {
  DropoutPlan none;
  const torch::Tensor scores = network.tagging()->scores(encoded, none);
  double greatest = 0.0;
  for (size_t i = 0; i < examples.size(); ++i) {
    const int64_t begin = batch.source.begins[i], count = static_cast<int64_t>(examples[i].source.size());
    greatest = std::max(greatest, greatest_difference(classifier.tag_scores(examples[i].source),
                                                      scores.slice(0, begin, begin + count)));
  }
  return greatest;
}

double difference_of(ModelConfig config, bool translation) {
  const TemporaryFolder folder;
  const Corpus corpus = corpus_of(config);
  Network network(config, 11);
  network.start_from(corpus);
  disturb(network);
  write_model(folder / "model", model_contents(network, config, corpus));
  const ModelDirectory directory = open_model(folder / "model");

  const std::vector<float> weights =
      config.ngrams.buckets > 0 ? directory.weights.at("ngrams.weight").to_floats() : std::vector<float>();
  Random random(17);
  std::vector<Example> examples(3);
  for (size_t i = 0; i < examples.size(); ++i) {
    examples[i].source = random_ids(random, 1 + 5 * i, config.source_vocabulary);
    if (translation) examples[i].target = random_ids(random, 9 - 4 * i, config.target_vocabulary);
    if (!translation) examples[i].labels = {{0}, {1}};
    if (!translation) examples[i].other.resize(1);
    for (Example& other : examples[i].other)
      other.source = random_ids(random, 7 - 2 * i, config.source_vocabulary);
    if (config.ngrams.buckets == 0) continue;
    add_ngrams(examples[i], corpus.tokenizers.source, config.ngrams, weights);
    for (Example& other : examples[i].other)
      add_ngrams(other, corpus.tokenizers.source, config.ngrams, weights);
  }
  const Batch batch = make_batch(examples, {0, 1, 2}, config);
  DropoutPlan none;
  const torch::NoGradGuard no_grad;
  const torch::Tensor encoded = network.encode(batch.source, none);
  double greatest = 0.0;
  if (translation) {
    const infer::Translator translator(directory);
    const torch::Tensor logits =
        torch::mm(network.decode(batch.target, encoded, batch.source, none), network.output_embedding().t());
    for (size_t i = 0; i < examples.size(); ++i) {
      const torch::Tensor rows = logits.slice(0, batch.target.begins[i], batch.target.begins[i + 1]);
      greatest = std::max(
          greatest, greatest_difference(translator.logits(examples[i].source, examples[i].target), rows));
    }
    return greatest;
  }
  const infer::Classifier classifier(directory);
  greatest = std::max(difference_of_pairs(network, classifier, examples, batch, encoded),
                      difference_of_tags(network, classifier, examples, batch, encoded));
  for (size_t i = 0; i < examples.size(); ++i) {
    const auto served = classifier.logits(examples[i].source);
    for (size_t h = 0; h < served.size(); ++h) {
      const torch::Tensor rows = sum_votes(network.heads()[h].votes(encoded, batch.source, none));
      greatest = std::max(greatest, greatest_difference(served[h], rows[static_cast<int64_t>(i)]));
    }
  }
  return greatest;
}

TEST(Parity, training_and_serving_give_the_same_logits) {
  double greatest = 0.0;
  int cases = 0;
  for (const bool translation : {true, false}) {
    for (const auto& [name, config] : variants(translation)) {
      const double difference = difference_of(config, translation);
      EXPECT_LE(difference, 1e-4) << name << (translation ? " (translation)" : " (classification)");
      greatest = std::max(greatest, difference);
      ++cases;
    }
  }
  std::printf("parity max_abs_diff=%.3g cases=%d\n", greatest, cases);
}

}  // namespace
}  // namespace heed::train
