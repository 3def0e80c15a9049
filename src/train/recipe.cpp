#include "train/recipe.h"

#include <algorithm>
#include <iterator>

#include "attention/variant.h"
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
  s.add("data.items", &data.items,
        "sequence: a table of the items (items.jsonl, csv, tsv, RecBole's .item), whose words are read where "
        "model.ngrams.buckets is above 0");
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
  s.add("model.attention.heads", &model.heads, "query heads, a divisor of dim without head_width", 1, 256);
  s.add("model.attention.key_heads", &model.key_heads, "key/value heads, a divisor of heads; 0: as many", 0,
        256);
  s.add("model.attention.head_width", &model.own_head_width,
        "width of a head where heads were cut out (heed prune): heads times it is not dim; 0: dim / heads", 0,
        1 << 14);
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
  s.add("kind", &head.kind, "what it answers: labels, a vector a text, entities, the next item of a sequence",
        {"classification", "matching", "tagging", "sequence"});
  s.add("label", &head.label,
        "column of its label; matching: of 1 or 0, may be none; tagging: of spans as JSON");
  s.add("other", &head.other, "matching: column of the other text of a row");
  s.add("width", &head.width, "matching: width of a text's vector", 1, 1 << 14);
  s.add("contrast", &head.contrast, "matching: weight of the loss against the other texts of a batch", 0.0,
        1e6);
  s.add("multi_label", &head.multi_label, "a row may have several labels, or none");
  s.add("separator", &head.separator, "between the labels of a row (JSONL arrays need none)");
  s.add("weight", &head.weight, "of its loss in the sum", 0.0, 1e6);
  s.add("gaps", &head.gaps,
        "sequence: buckets of the time between events, each twice the last; 0: not looked at", 0, 64);
  return s;
}

Settings set_settings(SetRecipe& set) {
  Settings s;
  s.add("name", &set.name, "name of the set");
  s.add("folder", &set.folder, "its folder, within data.folder");
  s.add("train", &set.train, "training tables");
  s.add("valid", &set.valid, "validation tables; empty: a share of its training rows");
  s.add("test", &set.test, "test tables, only scored at the end; may be empty");
  s.add("format", &set.format, "format of its files; auto goes by their names",
        {"auto", "csv", "tsv", "jsonl", "lines", "mo", "po"});
  s.add("columns", &set.columns, "column names, for tables without a header line");
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
  s.add("train.identity_dropout", &train.identity_dropout,
        "sequence: share of the items that a step knows by their words alone, as new ones are", 0, 0.95);
  s.add("train.negatives", &train.negatives,
        "sequence: items that each batch is judged against (gSASRec's loss); 0: all, by a softmax", 0,
        1 << 20);
  s.add("train.negatives_calibration", &train.negatives_calibration,
        "sequence: t of gSASRec's loss; 0: plain, overconfident; 1: as calibrated as a full softmax", 0, 1);
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
        "of matrix products; bf16: operands rounded, weights stay fp32; auto: bf16 where it is faster here",
        {"auto", "fp32", "bf16"});
  s.add("train.checkpoint_steps", &train.checkpoint_steps, "steps between checkpoints", 1);
  s.add("train.validate_steps", &train.validate_steps, "steps between validations; 0: once an epoch");
  s.add("train.metric", &train.metric,
        "decides the best model and early stopping, on validation: loss, accuracy, macro_f1, f1, mrr, ndcg, "
        "hit_rate, bleu, chrf; of one head: HEAD/accuracy");
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
           .format = data.format,
           .columns = data.columns,
           .text = data.text,
           .heads = std::move(names)}};
}

std::vector<HeadRecipe> Recipe::heads_of(const std::string& kind) const {
  std::vector<HeadRecipe> found;
  std::ranges::copy_if(heads, std::back_inserter(found),
                       [&](const HeadRecipe& head) { return head.kind == kind; });
  return found;
}

const HeadRecipe* Recipe::matching() const {
  const auto at = std::ranges::find(heads, "matching", &HeadRecipe::kind);
  return at == heads.end() ? nullptr : &*at;
}

const HeadRecipe* Recipe::tagging() const {
  const auto at = std::ranges::find(heads, "tagging", &HeadRecipe::kind);
  return at == heads.end() ? nullptr : &*at;
}

const HeadRecipe* Recipe::sequence() const {
  const auto at = std::ranges::find(heads, "sequence", &HeadRecipe::kind);
  return at == heads.end() ? nullptr : &*at;
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
      [&recipe] { return recipe.heads.size(); }, "what an encoder answers");
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

}  // namespace heed::train
