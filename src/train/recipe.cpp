#include "train/recipe.h"

#include <algorithm>
#include <functional>
#include <set>
#include <thread>

#include <fmt/format.h>

#include "attention/variant.h"
#include "base/error.h"
#include "base/nearest.h"
#include "train/optimiser.h"

namespace heed::train {
namespace {

void add_data(Settings& s, Recipe::Data& data) {
  s.add("data.folder", &data.folder, "folder that the file names below are relative to");
  s.add("data.train", &data.train,
        "training tables (csv, tsv, jsonl, po, mo, also .gz; * matches), or one source and one target text "
        "file");
  s.add("data.valid", &data.valid, "validation files of the same kind; empty: a share of the training rows");
  s.add("data.test", &data.test, "test files of the same kind, only scored at the end; may be empty");
  s.add("data.format", &data.format, "format of the files; auto goes by their names",
        {"auto", "csv", "tsv", "jsonl", "lines", "mo", "po"});
  s.add("data.columns", &data.columns, "column names, for tables without a header line");
  s.add("data.source", &data.source, "column of the source text (translation)");
  s.add("data.target", &data.target, "column of the target text (translation)");
  s.add("data.text", &data.text, "column of the text (classification)");
  s.add("data.validation_share", &data.validation_share, "share of the training rows held out", 0.001, 0.5);
  s.add("data.drop_leaked", &data.drop_leaked,
        "remove training rows that also stand in validation or test, instead of refusing");
  s.add("data.max_rows", &data.max_rows, "use only so many training rows; 0: all");
  s.add("data.back_translation", &data.back_translation,
        "model directory that translates data.monolingual from target to source: more training rows");
  s.add("data.monolingual", &data.monolingual,
        "texts in the target language: a text a line (.txt), or tables whose column data.target is read");
}

void add_text(Settings& s, Recipe& recipe) {
  s.add("text.vocabulary", &recipe.text.vocabulary, "pieces of the vocabulary", 16, 1 << 20);
  s.add("text.algorithm", &recipe.text.algorithm, "how pieces are learned", {"unigram", "bpe"});
  s.add("text.joint", &recipe.text.joint, "one vocabulary for source and target");
  s.add("text.character_coverage", &recipe.text.character_coverage,
        "share of characters with a piece; those of ASCII always have one", 0.9, 1.0);
  s.add("text.ngram_min_texts", &recipe.text.ngram_min_texts,
        "training texts that an n-gram must stand in to count (model.ngrams)", 1);
  s.add("text.normalisation", &recipe.model.normalisation, "Unicode form", {"nfkc", "nfc", "none"});
  s.add("text.lowercase", &recipe.model.lowercase, "fold case");
}

void add_model(Settings& s, Recipe& recipe) {
  ModelConfig& model = recipe.model;
  s.add("model.architecture", &recipe.architecture, "what kind of network",
        {"transformer_seq2seq", "transformer_encoder", "recurrent_seq2seq"});
  s.add("model.dim", &model.dim, "width D of a token's vector", 4, 1 << 14);
  s.add("model.ffn_dim", &model.ffn_dim, "inner width of the feed-forward block", 1, 1 << 16);
  s.add("model.encoder_layers", &model.encoder_layers, "encoder layers", 1, 64);
  s.add("model.decoder_layers", &model.decoder_layers, "decoder layers (translation)", 0, 64);
  s.add("model.bidirectional", &model.bidirectional,
        "a recurrent encoder reads from both ends (recurrent_seq2seq)");
  s.add("model.max_length", &model.max_length, "longest text in tokens, the rest is cut", 4, 1 << 16);
  s.add("model.shared_embeddings", &model.shared_embeddings, "one table for source, target and output");
  s.add("model.activation", &model.activation, "of the feed-forward block; geglu and swiglu are gated",
        {"relu", "gelu", "geglu", "swiglu"});
  s.add("model.positions", &model.positions, "how positions enter; rotary turns self-attention",
        {"sinusoidal", "learned", "rotary", "none"});
  s.add("model.norm", &model.norm, "of a transformer's block: before it, or after its residual connection",
        {"pre", "post"});
  s.add("model.ngrams.buckets", &model.ngrams.buckets, "rows that n-grams are hashed to; 0: no n-grams", 0,
        1 << 24);
  s.add("model.ngrams.words", &model.ngrams.words, "longest run of words", 0, 16);
  s.add("model.ngrams.min_characters", &model.ngrams.min_characters, "shortest run of characters", 1, 16);
  s.add("model.ngrams.max_characters", &model.ngrams.max_characters, "longest run of characters; 0: none", 0,
        16);
  s.add("model.ngrams.embedding", &model.ngrams.embedding, "n-grams of a token join its embedding");
  s.add("model.ngrams.linear", &model.ngrams.linear, "n-grams of a text vote for its labels directly");
  AttentionConfig& attention = model.attention;
  s.add("model.attention.heads", &model.heads, "query heads, a divisor of dim", 1, 256);
  s.add("model.attention.key_heads", &model.key_heads, "key/value heads, a divisor of heads; 0: as many", 0,
        256);
  s.add("model.attention.score", &attention.score, "how a query meets a key", attention::score_names());
  s.add("model.attention.normaliser", &attention.normaliser, "how scores become weights",
        attention::normaliser_names());
  s.add("model.attention.sum_guard", &attention.sum_guard,
        "what the plain ratio does with a negative score or a sum near zero",
        {"error", "absolute", "softmax"});
  s.add("model.attention.values", &attention.values, "own projection, or the keys themselves",
        {"projected", "keys"});
  s.add("model.attention.bias", &attention.bias, "added to self-attention scores",
        {"none", "alibi", "relative"});
  s.add("model.attention.relative_reach", &attention.relative_reach, "distances of bias = \"relative\"", 1,
        4096);
  s.add("model.attention.window", &attention.window, "self-attention sees keys nearer than this; 0: all");
  s.add("model.attention.hard_top", &attention.hard_top, "keys kept by normaliser = \"hard\"", 1, 4096);
  s.add("model.attention.learned_temperature", &attention.learned_temperature,
        "a learned temperature a head");
  s.add("model.attention.learned_span", &attention.learned_span, "a learned reach a head (self-attention)");
}

Settings head_settings(HeadRecipe& head) {
  Settings s;
  s.add("name", &head.name, "name of the head, also of its file");
  s.add("kind", &head.kind, "what it answers", {"classification"});
  s.add("label", &head.label, "column of its label");
  s.add("multi_label", &head.multi_label, "a row may have several labels, or none");
  s.add("separator", &head.separator, "between the labels of a row (JSONL arrays need none)");
  s.add("weight", &head.weight, "of its loss in the sum", 0.0, 1e6);
  return s;
}

Settings set_settings(SetRecipe& set) {
  Settings s;
  s.add("name", &set.name, "name of the set");
  s.add("folder", &set.folder, "its folder, within data.folder");
  s.add("train", &set.train, "training tables");
  s.add("valid", &set.valid, "validation tables; empty: a share of its training rows");
  s.add("test", &set.test, "test tables, only scored at the end; may be empty");
  s.add("text", &set.text, "column of the text");
  s.add("heads", &set.heads, "names of the heads whose labels its rows have");
  return s;
}

void add_train(Settings& s, Recipe::Train& train) {
  s.add("train.epochs", &train.epochs, "passes over the training rows", 1);
  s.add("train.max_steps", &train.max_steps, "stop after so many steps; 0: no limit");
  s.add("train.minutes", &train.minutes, "stop after so many minutes of training; 0: no limit", 0, 1e6);
  s.add("train.batch_tokens", &train.batch_tokens, "tokens of a batch (of its longer side)", 1, 1 << 20);
  s.add("train.accumulate", &train.accumulate, "batches a step; they run side by side, a thread each", 1,
        1 << 16);
  s.add("train.task_temperature", &train.task_temperature,
        "T: an epoch draws from each of data.sets in proportion to rows^(1/T); 1: every row once", 1, 1000);
  s.add("train.learning_rate", &train.learning_rate, "the highest one of the schedule", 0, 10);
  s.add("train.schedule", &train.schedule, "after the warm-up",
        {"inverse_sqrt", "cosine", "linear", "constant", "one_cycle", "plateau"});
  s.add("train.warmup_steps", &train.warmup_steps, "steps of linear warm-up (one_cycle has its own)");
  s.add("train.warmup_share", &train.warmup_share, "one_cycle's share of rising steps", 0, 0.99);
  s.add("train.plateau_factor", &train.plateau_factor, "plateau: on the rate, where no validation was better",
        0.001, 0.999);
  s.add("train.plateau_patience", &train.plateau_patience,
        "plateau: so many validations without a better metric", 1);
  s.add("train.optimiser", &train.optimiser, "update rule", optimiser_names());
  s.add("train.momentum", &train.momentum, "sgd's; 0: plain gradient descent", 0, 0.9999999);
  s.add("train.weight_decay", &train.weight_decay,
        "decoupled with adamw, else in the gradient (L2); not on biases and norms", 0, 10);
  s.add("train.beta1", &train.beta1, "first decay of adamw and adam", 0, 0.9999999);
  s.add("train.beta2", &train.beta2, "second decay of adamw and adam", 0, 0.9999999);
  s.add("train.epsilon", &train.epsilon, "in the divisor of adamw, adam and adagrad", 1e-20, 1);
  s.add("train.clip_norm", &train.clip_norm, "largest gradient norm; 0: no clipping", 0, 1e9);
  s.add("train.dropout", &train.dropout, "of residual branches, the feed-forward block and pooled vectors", 0,
        0.95);
  s.add("train.attention_dropout", &train.attention_dropout, "of attention weights", 0, 0.95);
  s.add("train.embedding_dropout", &train.embedding_dropout, "of embedded tokens' elements; -1: as dropout",
        -1, 0.95);
  s.add("train.token_dropout", &train.token_dropout, "of whole embedded tokens of the source", 0, 0.95);
  s.add("train.ngram_dropout", &train.ngram_dropout, "of n-grams (model.ngrams); -1: as dropout", -1, 0.95);
  s.add("train.layer_dropout", &train.layer_dropout, "residual blocks skipped (transformers)", 0, 0.95);
  s.add("train.r_drop", &train.r_drop,
        "weight of how far two passes with different dropout are apart (R-Drop); 0: one pass", 0, 1000);
  s.add("train.mixup", &train.mixup,
        "alpha of Beta(alpha, alpha), by which pairs of texts are mixed (single-label heads); 0: not", 0,
        100);
  s.add("train.label_smoothing", &train.label_smoothing, "mass spread over all labels", 0, 0.9);
  s.add("train.loss", &train.loss, "of single-label heads; generalised forgives wrong labels",
        {"cross_entropy", "generalised"});
  s.add("train.loss_q", &train.loss_q, "generalised: near 0 as cross_entropy, 1 most forgiving", 0.001, 1);
  s.add("train.class_weights", &train.class_weights,
        "of single-label heads; balanced: rare labels count as much as frequent ones", {"none", "balanced"});
  s.add("train.linear_branch", &train.linear_branch,
        "n-grams' votes: learned with the network (descent), or first and apart, by support vector machines "
        "(svm)",
        {"descent", "svm"});
  s.add("train.svm_cost", &train.svm_cost, "C of the machines: greater trusts the training rows more", 1e-6,
        1e6);
  s.add("train.refit", &train.refit,
        "at the very end the machines of linear_branch = svm learn again, from the validation rows too");
  s.add("train.teachers", &train.teachers,
        "model directories whose answers to the training texts are learned beside the labels");
  s.add("train.teacher_share", &train.teacher_share,
        "of the loss against the teachers' answers, the labels have the rest; translation: 1 replaces the "
        "targets, less adds to them",
        0.001, 1);
  s.add("train.teacher_temperature", &train.teacher_temperature,
        "flattens the teachers' answers and the model's (classification)", 0.1, 100);
  s.add("train.ensemble", &train.ensemble,
        "first train so many teachers of the same recipe, each with a seed of its own; 0: none", 0, 100);
  s.add("train.ensemble_folds", &train.ensemble_folds,
        "each of them without one fold of the training rows, which it then answers for; false: on all rows");
  s.add("train.average_decay", &train.average_decay,
        "decay of the moving average of weights that is validated and kept; 0: none", 0, 0.999999);
  s.add("train.average_last", &train.average_last,
        "at the end try the mean of the weights at so many last validations; 0: not");
  s.add("train.average_best", &train.average_best,
        "at the end try the mean of the weights at so many best validations; 0: not");
  s.add("train.seed", &train.seed, "of initial weights, order, dropout and augmentation");
  s.add("train.threads", &train.threads, "0: as many as cores; a step is the same with any number", 0, 1024);
  s.add("train.precision", &train.precision,
        "of matrix products; bf16: operands rounded, weights stay fp32; auto: bf16 where this machine is "
        "faster "
        "with it",
        {"auto", "fp32", "bf16"});
  s.add("train.checkpoint_steps", &train.checkpoint_steps, "steps between checkpoints", 1);
  s.add("train.validate_steps", &train.validate_steps, "steps between validations; 0: once an epoch");
  s.add("train.metric", &train.metric, "decides the best model and early stopping, on validation",
        {"loss", "accuracy", "macro_f1", "bleu", "chrf"});
  s.add("train.patience", &train.patience,
        "stop after so many validations without a better metric; 0: never");
  s.add("train.snapshot_minutes", &train.snapshot_minutes,
        "also keep the model as it is after so many minutes, in <output.model>-<minutes>min");
  s.add("train.start_from", &train.start_from,
        "model directory whose tokenizers and weights the training begins with; empty: fresh ones");
  s.add("train.self_training", &train.self_training,
        "so many more fits, each on what the one before says of pretrain.files too; validation keeps one", 0,
        2);
  s.add("train.self_training_confidence", &train.self_training_confidence,
        "probability from which a text's predicted label is taken for true", 0.0, 1.0);
}

void add_pretrain(Settings& s, Recipe::Pretrain& pretrain) {
  s.add("pretrain.files", &pretrain.files,
        "texts without labels: a text a line (.txt), or tables whose column data.text is read (* matches)");
  s.add("pretrain.epochs", &pretrain.epochs,
        "passes of masked-token pre-training (transformer_encoder) before the training; 0: none", 0);
  s.add("pretrain.mask_share", &pretrain.mask_share, "share of the tokens to be guessed", 0.01, 0.9);
  s.add("pretrain.learning_rate", &pretrain.learning_rate, "the highest one, which falls linearly to 0", 0,
        10);
  s.add("pretrain.warmup_steps", &pretrain.warmup_steps, "steps of linear warm-up");
  s.add("pretrain.batch_tokens", &pretrain.batch_tokens, "tokens of a batch", 1, 1 << 20);
  s.add("pretrain.include_training", &pretrain.include_training,
        "the texts of the training rows are pre-trained on too");
}

// A section of its own in a recipe, so after all other keys of [train].
void add_augment(Settings& s, Recipe::Train::Augment& augment) {
  s.add("train.augment.drop", &augment.drop, "share of tokens left out", 0, 0.95);
  s.add("train.augment.swap", &augment.swap, "share of neighbouring tokens exchanged", 0, 0.95);
  s.add("train.augment.mask", &augment.mask, "share of tokens replaced by <unk> or by any token", 0, 0.95);
  s.add("train.augment.spelling", &augment.spelling, "share of words misspelt in one character", 0, 0.95);
  s.add("train.augment.share", &augment.share, "share of training texts that are augmented", 0, 1);
}

}  // namespace

bool SetRecipe::labels(const std::string& head) const {
  return std::find(heads.begin(), heads.end(), head) != heads.end();
}

std::vector<SetRecipe> Recipe::sets() const {
  if (!data.sets.empty()) return data.sets;
  std::vector<std::string> names;
  for (const HeadRecipe& head : heads) names.push_back(head.name);
  return {{.name = "",
           .folder = "",
           .train = data.train,
           .valid = data.valid,
           .test = data.test,
           .text = data.text,
           .heads = std::move(names)}};
}

std::filesystem::path Recipe::path(const std::string& file) const {
  return std::filesystem::path(data.folder) / file;
}

Settings recipe_settings(Recipe& recipe) {
  Settings s;
  add_data(s, recipe.data);
  add_text(s, recipe);
  add_model(s, recipe);
  add_pretrain(s, recipe.pretrain);
  add_train(s, recipe.train);
  s.add("train.device", &recipe.device, "where to train; this version can on the cpu only");
  add_augment(s, recipe.train.augment);
  s.add("eval.beam", &recipe.eval.beam, "beam of BLEU on validation and test", 1, 64);
  s.add("eval.length_penalty", &recipe.eval.length_penalty, "of beam search", 0, 10);
  s.add("eval.tokenizer", &recipe.eval.tokenizer, "BLEU's tokenizer", {"13a", "zh", "char", "none"});
  s.add("eval.valid_rows", &recipe.eval.valid_rows, "rows translated a validation, for BLEU; 0: all");
  s.add("output.model", &recipe.output.model, "model directory to write");
  s.add("output.description", &recipe.output.description, "what it is, for the card");
  s.add("output.licence", &recipe.output.licence, "licence of the data, for the card");
  s.add("output.predictions", &recipe.output.predictions,
        "validation rows whose text and answer stay with the run, for heed runs report; 0: none");
  s.add_list(
      "model.heads",
      [&recipe](size_t i) {
        if (i >= recipe.heads.size()) recipe.heads.resize(i + 1);
        return head_settings(recipe.heads[i]);
      },
      [&recipe] { return recipe.heads.size(); }, "one a label column of an encoder");
  s.add_list(
      "data.sets",
      [&recipe](size_t i) {
        if (i >= recipe.data.sets.size()) recipe.data.sets.resize(i + 1);
        return set_settings(recipe.data.sets[i]);
      },
      [&recipe] { return recipe.data.sets.size(); },
      "several data sets on one encoder, in place of train, valid, test and text");
  return s;
}

Recipe read_recipe(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  Recipe recipe;
  recipe.model.key_heads = 0;
  Settings settings = recipe_settings(recipe);
  settings.read_toml(path);
  for (const std::string& assignment : overrides) settings.set(assignment);
  check_recipe(recipe, path.string());
  return recipe;
}

namespace {

// The model's own rules, with stand-ins for what only the data tells.
void check_model(const Recipe& recipe, const std::string& where) {
  ModelConfig model = recipe.model;
  model.source_vocabulary = recipe.text.vocabulary;
  model.source_tokenizer = "source.model";
  model.target_vocabulary = recipe.translation() ? recipe.text.vocabulary : 0;
  model.target_tokenizer = !recipe.translation() ? "" : recipe.text.joint ? "source.model" : "target.model";
  for (const HeadRecipe& head : recipe.heads) {
    model.classification_heads.push_back(
        {.name = head.name, .kind = head.kind, .labels = {"a", "b"}, .multi_label = head.multi_label});
  }
  check_config(model, where);
}

}  // namespace

namespace {

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
      fail("'train.metric': expected loss, accuracy or macro_f1 for transformer_encoder, found " +
           recipe.train.metric);
    }
  }
  if (recipe.translation() && (recipe.train.metric == "accuracy" || recipe.train.metric == "macro_f1")) {
    fail("'train.metric': expected loss, bleu or chrf for " + recipe.architecture + ", found " +
         recipe.train.metric);
  }
  std::set<std::string> names;
  for (const HeadRecipe& head : recipe.heads) {
    if (head.name.empty() || head.label.empty())
      fail("[[model.heads]]: expected a name and a label column in each");
    if (!names.insert(head.name).second) fail("[[model.heads]]: two heads are named '" + head.name + "'");
  }
  if (!recipe.data.sets.empty()) check_sets(recipe, fail);
  check_train(recipe, fail);
  check_pretrain(recipe, fail);
  check_self_training(recipe, fail);
  check_back_translation(recipe, fail);
  check_model(recipe, where);
}

}  // namespace heed::train
