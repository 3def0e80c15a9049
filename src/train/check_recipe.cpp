// What one key of a recipe alone cannot tell: which keys do not go together.
#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

#include "base/error.h"
#include "base/nearest.h"
#include "train/recipe.h"

namespace heed::train {
namespace {

// The model's own rules, with stand-ins for what only the data tells.
void check_model(const Recipe& recipe, const std::string& where) {
  ModelConfig model = recipe.model;
  model.source_vocabulary = recipe.text.vocabulary;
  model.source_tokenizer = "source.model";
  model.target_vocabulary = recipe.translation() ? recipe.text.vocabulary : 0;
  model.target_tokenizer = !recipe.translation() ? "" : recipe.text.joint ? "source.model" : "target.model";
  for (const HeadRecipe& head : recipe.heads_of("classification")) {
    model.classification_heads.push_back(
        {.name = head.name, .kind = head.kind, .labels = {"a", "b"}, .multi_label = head.multi_label});
  }
  if (recipe.matching())
    model.matching = {.name = recipe.matching()->name, .width = recipe.matching()->width};
  if (recipe.tagging()) model.tagging = {.name = recipe.tagging()->name, .entities = {"a"}};
  if (recipe.sequence()) {
    model.sequence = {.name = recipe.sequence()->name,
                      .items = {"a", "b", "c", "d"},
                      .kinds = {"view"},
                      .gaps = recipe.sequence()->gaps};
    model.source_vocabulary = 4;
    if (!model.reads_text()) model.source_tokenizer = "";
  }
  check_config(model, where);
}

using Fail = std::function<void(const std::string&)>;

// A key that would change nothing is refused: it promises what does not happen.
void check_regularisation(const Recipe& recipe, const Fail& fail) {
  const Recipe::Train& train = recipe.train;
  const std::pair<const char*, double> inherited[] = {{"embedding_dropout", train.embedding_dropout},
                                                      {"ngram_dropout", train.ngram_dropout}};
  for (const auto& [key, rate] : inherited) {
    if (rate < 0.0 && rate != -1.0)
      fail(fmt::format("'train.{}': expected -1 (as train.dropout) or 0 to 0.95, found {}", key, rate));
  }
  if (train.ngram_dropout > 0.0 && recipe.model.ngrams.buckets == 0)
    fail("'train.ngram_dropout': expected model.ngrams.buckets above 0 with it, found 0");
  if (train.layer_dropout > 0.0 && recipe.model.architecture == Architecture::recurrent_seq2seq)
    fail("'train.layer_dropout': expected a transformer, whose blocks may be skipped, found " +
         recipe.architecture);
  const bool drops = train.dropout > 0.0 || train.attention_dropout > 0.0 || train.embedding_dropout > 0.0 ||
                     train.token_dropout > 0.0 || train.ngram_dropout > 0.0 || train.layer_dropout > 0.0;
  if (train.r_drop > 0.0 && !drops)
    fail("'train.r_drop': expected a dropout above 0, by which its two passes differ, found none");
  if (train.augment.share < 1.0 && !train.augment.any())
    fail("'train.augment.share': expected drop, swap, mask or spelling of train.augment with it, found none");
}

void check_head(const HeadRecipe& head, const Fail& fail) {
  const std::string where = "[[model.heads]]: head '" + head.name + "': ";
  const bool own_labels = head.kind != "matching" && head.kind != "sequence";
  if (head.name.empty() || (head.label.empty() && own_labels))
    fail("[[model.heads]]: expected a name and a label column in each");
  if (head.other.empty() && head.kind == "matching")
    fail(where + "expected other, the column of the other text of a row, found none");
  if (!head.other.empty() && head.kind != "matching")
    fail(where + "expected no other on a head of kind " + head.kind + ", found '" + head.other + "'");
  if (head.multi_label && head.kind != "classification")
    fail(where + "expected no multi_label on a head of kind " + head.kind);
}

// What knows of labels alone.
void check_kinds(const Recipe& recipe, const Fail& fail) {
  for (const char* kind : {"matching", "tagging"}) {
    const auto heads = recipe.heads_of(kind);
    if (heads.empty()) continue;
    if (heads.size() > 1)
      fail(std::string("[[model.heads]]: expected at most one head of kind ") + kind + ", found '" +
           heads[0].name + "' and '" + heads[1].name + "'");
    if (recipe.taught() || recipe.train.self_training > 0)
      fail(
          "[[model.heads]]: expected classification heads alone with teachers or train.self_training, found "
          "'" +
          heads[0].name + "' of kind " + kind + "; leave one of the two out");
  }
  if (recipe.tagging() && recipe.train.augment.any())
    fail(
        "'train.augment': expected no head of kind tagging with it, whose tags belong to the pieces as they "
        "are; leave one of the two out");
  if (recipe.heads_of("classification").empty() && recipe.train.mixup > 0.0)
    fail("'train.mixup': expected a classification head with it, found none");
  const auto has_no_branch = [](const HeadRecipe& head) {
    return head.kind == "matching" && head.label.empty();
  };
  if (recipe.train.linear_branch == "svm" && recipe.heads_of("classification").empty() &&
      (recipe.heads_of("matching").empty() || has_no_branch(recipe.heads_of("matching").front())))
    fail(
        "'train.linear_branch': expected for svm a classification head, or a matching one with a column of "
        "labels, found none");
  if (recipe.train.refit && recipe.heads_of("classification").empty())
    fail("'train.refit': expected a classification head with it, found none");
}

// A sequence of items is no text, and its next one no label.
void check_sequence(Recipe& recipe, const Fail& fail) {
  const Recipe::Train& train = recipe.train;
  const bool wanted = train.metric == "ndcg" || train.metric == "hit_rate";
  if (recipe.sequence() == nullptr) {
    if (train.identity_dropout > 0.0 || train.negatives > 0 || !recipe.data.items.empty() || wanted)
      fail(
          "'train.identity_dropout', 'train.negatives', 'data.items', 'train.metric': expected a head of "
          "kind "
          "sequence with what belongs to it, found none");
    return;
  }
  if (recipe.heads.size() > 1)
    fail("[[model.heads]]: expected a head of kind sequence alone, found others beside it");
  if (!recipe.data.sets.empty() || recipe.pretrain.epochs > 0 || recipe.uses_unlabelled() || recipe.taught())
    fail(
        "[[model.heads]]: expected neither [[data.sets]], pre-training, self-training nor teachers with a "
        "head of "
        "kind sequence");
  if (train.r_drop > 0.0 || train.mixup > 0.0 || train.augment.any() || recipe.train.token_dropout > 0.0)
    fail(
        "'train.r_drop', 'train.mixup', 'train.augment', 'train.token_dropout': expected 0 with a head of "
        "kind "
        "sequence");
  if (recipe.data.valid.empty())
    fail(
        "'data.valid': expected the events that are held out for validation, found none; heed recommend "
        "import "
        "writes them");
  if (recipe.model.ngrams.buckets > 0 && recipe.data.items.empty())
    fail("'data.items': expected the items' words with model.ngrams.buckets above 0, found none");
  if (train.identity_dropout > 0.0 && recipe.model.ngrams.buckets == 0)
    fail(
        "'train.identity_dropout': expected model.ngrams.buckets above 0 with it: without words nothing is "
        "left");
  if (!wanted && train.metric != "loss" && train.metric != "mrr")
    fail("'train.metric': expected loss, ndcg, hit_rate or mrr with a head of kind sequence, found " +
         train.metric);
  recipe.model.ngrams.linear = false;
}

void check_set(const Recipe& recipe, const SetRecipe& set, const Fail& fail) {
  const std::string where = "[[data.sets]]: set '" + set.name + "': ";
  if (set.train.empty()) fail(where + "expected at least one file in train, found none");
  if (set.heads.empty()) fail(where + "expected the heads that its rows have labels of, found none");
  std::vector<std::string> known;
  for (const HeadRecipe& head : recipe.heads) known.push_back(head.name);
  std::set<std::string> seen;
  for (const std::string& head : set.heads) {
    if (std::find(known.begin(), known.end(), head) == known.end())
      fail(where + "expected a head of [[model.heads]], found '" + head + "'" + did_you_mean(head, known));
    if (!seen.insert(head).second) fail(where + "expected each head once, found '" + head + "' twice");
  }
}

void check_sets(const Recipe& recipe, const Fail& fail) {
  const std::vector<SetRecipe>& sets = recipe.data.sets;
  if (recipe.translation()) fail("[[data.sets]]: expected none for " + recipe.architecture);
  for (const auto& [key, files] :
       {std::pair("train", &recipe.data.train), {"valid", &recipe.data.valid}, {"test", &recipe.data.test}}) {
    if (!files->empty())
      fail(std::string("'data.") + key + "': expected the files in [[data.sets]] alone, found '" +
           files->front() + "' here too");
  }
  std::set<std::string> names;
  for (const SetRecipe& set : sets) {
    if (set.name.empty()) fail("[[data.sets]]: expected a name in each");
    if (!names.insert(set.name).second) fail("[[data.sets]]: two sets are named '" + set.name + "'");
    check_set(recipe, set, fail);
  }
  for (const HeadRecipe& head : recipe.heads) {
    if (std::none_of(sets.begin(), sets.end(), [&](const SetRecipe& set) { return set.labels(head.name); }))
      fail("[[data.sets]]: expected a set with labels of head '" + head.name + "', found none");
  }
}

void check_train(const Recipe& recipe, const Fail& fail) {
  const Recipe::Train& train = recipe.train;
  if (train.average_last == 1) fail("'train.average_last': expected 0 or at least 2, found 1");
  if (train.average_best == 1) fail("'train.average_best': expected 0 or at least 2, found 1");
  if (train.schedule == "plateau" && train.patience > 0 && train.patience <= train.plateau_patience) {
    fail("'train.patience': expected more than train.plateau_patience (" +
         std::to_string(train.plateau_patience) + ") with schedule = \"plateau\", found " +
         std::to_string(train.patience) + ": training would stop before a lower rate is tried");
  }
  const bool no_branch =
      recipe.model.ngrams.buckets == 0 || !recipe.model.ngrams.linear || recipe.translation();
  if (train.linear_branch == "svm" && no_branch) {
    fail(
        "'train.linear_branch': expected an encoder with model.ngrams.buckets above 0 and "
        "model.ngrams.linear "
        "for svm, found none; name the buckets, or leave it at descent");
  }
  if (train.refit && train.linear_branch != "svm")
    fail("'train.refit': expected train.linear_branch = \"svm\" with it, found " + train.linear_branch);
  check_regularisation(recipe, fail);
  if (recipe.translation() && train.teachers.size() > 1) {
    fail("'train.teachers': expected one for a translation, found " + std::to_string(train.teachers.size()) +
         "; choose the best one");
  }
  if (train.ensemble == 1) fail("'train.ensemble': expected 0 or at least 2 teachers, found 1");
  if (train.ensemble > 0 && recipe.translation()) {
    fail("'train.ensemble': expected classification heads with it, found " + recipe.architecture +
         "; train one teacher and name it in train.teachers");
  }
  if (train.ensemble > 0 && !train.teachers.empty())
    fail("'train.ensemble': expected it or train.teachers, found both; leave one of the two out");
  if (train.mixup > 0.0 && recipe.taught())
    fail("'train.mixup': expected no teachers with it, whose answers are to texts that are not mixed");
  const bool plain = train.loss == "cross_entropy" && train.class_weights == "none" && train.mixup == 0.0;
  if (plain) return;
  const std::string key = train.class_weights != "none"   ? "'train.class_weights'"
                          : train.loss != "cross_entropy" ? "'train.loss'"
                                                          : "'train.mixup'";
  if (recipe.translation())
    fail(key + ": expected classification heads with it, found " + recipe.architecture);
  for (const HeadRecipe& head : recipe.heads) {
    if (head.multi_label) {
      fail(key + ": expected single-label heads with it, found multi_label in head '" + head.name +
           "'; leave one of the two out");
    }
  }
}

void check_pretrain(const Recipe& recipe, const Fail& fail) {
  if (recipe.pretrain.epochs == 0) return;
  if (recipe.translation()) {
    fail("'pretrain.epochs': expected 0 for " + recipe.architecture + ", found " +
         std::to_string(recipe.pretrain.epochs) + "; only a transformer_encoder is pre-trained");
  }
  if (recipe.pretrain.files.empty() && !recipe.pretrain.include_training) {
    fail("'pretrain.files': expected at least one file where pretrain.include_training is false, found none");
  }
}

void check_self_training(const Recipe& recipe, const Fail& fail) {
  if (recipe.train.self_training == 0) return;
  if (recipe.taught() || !recipe.data.sets.empty())
    fail(
        "'train.self_training': expected neither teachers nor [[data.sets]] with it; leave one of the two "
        "out");
  if (recipe.translation()) {
    fail("'train.self_training': expected 0 for " + recipe.architecture + ", found " +
         std::to_string(recipe.train.self_training) + "; it labels texts for classification heads");
  }
  for (const HeadRecipe& head : recipe.heads) {
    if (head.multi_label) {
      fail("'train.self_training': expected single-label heads with it, found multi_label in head '" +
           head.name + "'; leave one of the two out");
    }
  }
  if (recipe.train.refit)
    fail("'train.refit': expected train.self_training = 0 with it; leave one of the two out");
  if (recipe.pretrain.files.empty())
    fail("'pretrain.files': expected the texts that train.self_training labels, found none");
}

void check_back_translation(const Recipe& recipe, const Fail& fail) {
  const Recipe::Data& data = recipe.data;
  if (data.back_translation.empty() && data.monolingual.empty()) return;
  if (!recipe.translation())
    fail("'data.back_translation': expected a translation with it, found " + recipe.architecture);
  if (data.back_translation.empty())
    fail("'data.back_translation': expected the model that translates data.monolingual, found none");
  if (data.monolingual.empty())
    fail("'data.monolingual': expected the texts that data.back_translation translates, found none");
}

bool metric_of_heads(const std::string& metric) {
  return metric == "accuracy" || metric == "macro_f1" || metric == "f1" || metric == "mrr";
}

// A figure of the whole, or HEAD/FIGURE.
void check_metric(const Recipe& recipe, const Fail& fail) {
  const std::string& metric = recipe.train.metric;
  if (const size_t slash = metric.find('/'); slash != std::string::npos) {
    const std::string head = metric.substr(0, slash);
    if (std::ranges::find(recipe.heads, head, &HeadRecipe::name) == recipe.heads.end() ||
        !metric_of_heads(metric.substr(slash + 1)))
      fail("'train.metric': expected the name of a head and accuracy, macro_f1, f1 or mrr, found '" + metric +
           "'");
    return;
  }
  static const std::vector<std::string> kMetrics = {"loss", "accuracy", "macro_f1", "f1",  "mrr",
                                                    "ndcg", "hit_rate", "bleu",     "chrf"};
  if (std::ranges::find(kMetrics, metric) == kMetrics.end())
    fail(
        "'train.metric': expected one of loss, accuracy, macro_f1, f1, mrr, ndcg, hit_rate, bleu, chrf; "
        "found '" +
        metric + "'" + did_you_mean(metric, kMetrics));
}

}  // namespace

void check_recipe(Recipe& recipe, const std::string& where) {
  const auto fail = [&](const std::string& message) {
    throw Error(ErrorCode::invalid_argument, where + ": " + message);
  };
  recipe.model.architecture = parse_architecture(recipe.architecture);
  if (recipe.device != "cpu") {
    throw Error(ErrorCode::unsupported, where + ": 'train.device': expected cpu, found '" + recipe.device +
                                            "'; this version trains on the CPU only: leave it out");
  }
  if (recipe.model.key_heads == 0) recipe.model.key_heads = recipe.model.heads;
  if (recipe.data.sets.empty() && recipe.data.train.empty())
    fail("'data.train': expected at least one file, found none");
  if (recipe.output.model.empty())
    fail("'output.model': expected the folder to write the model to, found none");
  while (recipe.output.model.size() > 1 && recipe.output.model.back() == '/') recipe.output.model.pop_back();
  if (recipe.translation()) {
    if (!recipe.heads.empty()) fail("[[model.heads]]: expected none for " + recipe.architecture);
    if (recipe.model.decoder_layers < 1) fail("'model.decoder_layers': expected at least 1, found 0");
    if (recipe.model.shared_embeddings && !recipe.text.joint) {
      fail("'model.shared_embeddings': expected text.joint = true with it; set one of the two to false");
    }
  } else {
    recipe.model.decoder_layers = 0;
    if (recipe.heads.empty()) {
      fail("[[model.heads]]: expected at least one with name and label for transformer_encoder, found none");
    }
    if (recipe.train.metric == "bleu" || recipe.train.metric == "chrf") {
      fail("'train.metric': expected loss, accuracy, macro_f1, f1 or mrr for transformer_encoder, found " +
           recipe.train.metric);
    }
  }
  if (recipe.translation() && metric_of_heads(recipe.train.metric)) {
    fail("'train.metric': expected loss, bleu or chrf for " + recipe.architecture + ", found " +
         recipe.train.metric);
  }
  check_metric(recipe, fail);
  std::set<std::string> names;
  for (const HeadRecipe& head : recipe.heads) {
    check_head(head, fail);
    if (!names.insert(head.name).second) fail("[[model.heads]]: two heads are named '" + head.name + "'");
  }
  check_kinds(recipe, fail);
  check_sequence(recipe, fail);
  if (!recipe.data.sets.empty()) check_sets(recipe, fail);
  check_train(recipe, fail);
  check_pretrain(recipe, fail);
  check_self_training(recipe, fail);
  check_back_translation(recipe, fail);
  check_model(recipe, where);
}

}  // namespace heed::train
