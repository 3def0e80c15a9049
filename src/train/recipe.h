#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/settings.h"
#include "model/config.h"

namespace heed::train {

struct HeadRecipe {
  std::string name;
  std::string kind = "classification";
  // The table's column; matching: of 1 (the texts of the row mean the same) or 0, "" where all do; tagging:
  // of
  // [{"start", "end", "entity"}], JSON.
  std::string label;
  std::string other = {};  // matching: column of the row's other text
  int64_t width = 128;     // matching: of a text's vector
  double contrast = 1.0;   // matching: of the loss against the batch's other texts
  bool multi_label = false;
  std::string separator = "|";  // between the labels of one row, multi_label only
  double weight = 1.0;          // of its loss in the sum
  int64_t gaps = 0;             // sequence: buckets of the time between events
};

// One of several data sets that a recipe trains on at once.
struct SetRecipe {
  std::string name;
  std::string folder;  // within data.folder
  std::vector<std::string> train, valid, test;
  std::string format = "auto";            // of its files, as data.format
  std::vector<std::string> columns = {};  // of tables without a header line
  std::string text = "text";              // its column
  std::vector<std::string> heads;         // those that its rows have labels of

  bool labels(const std::string& head) const;
};

// A training job as data: recipe.toml (docs/formats.md). Every key is declared once, in recipe_settings.
struct Recipe {
  struct Data {
    std::string folder;              // relative names below start here
    std::vector<std::string> train;  // tables; or, aligned, a source and a target file
    std::vector<std::string> valid;
    std::vector<std::string> test;
    std::string format = "auto";
    std::vector<std::string> columns;
    std::string source = "source", target = "target", text = "text";
    double validation_share = 0.1;  // of the training rows where there is no valid file
    bool drop_leaked = false;
    int64_t max_rows = 0;
    std::vector<SetRecipe> sets;           // in place of train, valid, test and text
    std::string items;                     // sequence: the items' words
    std::string back_translation;          // model directory, target to source
    std::vector<std::string> monolingual;  // target texts for it
  } data;
  struct Text {
    int64_t vocabulary = 8000;
    std::string algorithm = "unigram";
    bool joint = true;
    double character_coverage = 0.9995;
    int64_t ngram_min_texts = 2;
  } text;
  ModelConfig model;  // vocabulary sizes, tokenizer files and labels are filled in from the data
  std::string architecture = "transformer_seq2seq";
  std::vector<HeadRecipe> heads;
  struct Train {
    int64_t epochs = 20;
    int64_t max_steps = 0;
    double minutes = 0;
    int64_t batch_tokens = 1024;
    int64_t accumulate = 2;
    double task_temperature = 1.0;
    double learning_rate = 1e-3;
    std::string schedule = "inverse_sqrt";
    int64_t warmup_steps = 1000;
    double warmup_share = 0.3;
    double plateau_factor = 0.5;
    int64_t plateau_patience = 2;
    std::string optimiser = "adamw";
    double momentum = 0.9;
    double weight_decay = 0.01, beta1 = 0.9, beta2 = 0.98, epsilon = 1e-8, clip_norm = 1.0;
    double dropout = 0.1, attention_dropout = 0.1, label_smoothing = 0.1;
    double embedding_dropout = -1.0, ngram_dropout = -1.0;  // -1: as dropout
    double token_dropout = 0.0, layer_dropout = 0.0, identity_dropout = 0.0;
    int64_t negatives = 0;
    double negatives_calibration = 0.75;
    double r_drop = 0.0, mixup = 0.0;
    struct Augment {
      double drop = 0.0, swap = 0.0, mask = 0.0, spelling = 0.0;
      double share = 1.0;
      bool any() const { return drop > 0.0 || swap > 0.0 || mask > 0.0 || spelling > 0.0; }
    } augment;
    std::string loss = "cross_entropy";
    double loss_q = 0.7;
    std::string class_weights = "none";
    std::string linear_branch = "descent";
    double svm_cost = 1.0;
    bool refit = false;
    std::vector<std::string> teachers;
    double teacher_share = 0.5, teacher_temperature = 1.0;
    int64_t ensemble = 0;
    bool ensemble_folds = true;
    double average_decay = 0.0;
    int64_t average_last = 0, average_best = 0;
    int64_t seed = 1;
    int64_t threads = 0;
    std::string precision = "auto";
    int64_t checkpoint_steps = 500;
    int64_t validate_steps = 0;
    std::string metric = "loss";
    int64_t patience = 0;
    std::vector<double> snapshot_minutes;
    std::string start_from;
    int64_t self_training = 0;
    double self_training_confidence = 0.9;
  } train;
  // Masked-token pre-training of an encoder on text without labels, before it is fine-tuned.
  struct Pretrain {
    std::vector<std::string> files;
    int64_t epochs = 0;
    double mask_share = 0.15;
    double learning_rate = 1e-3;
    int64_t warmup_steps = 100;
    int64_t batch_tokens = 1024;
    bool include_training = true;
  } pretrain;
  struct Eval {
    int64_t beam = 4;
    double length_penalty = 1.0;
    std::string tokenizer = "13a";
    int64_t valid_rows = 0;
  } eval;
  struct Output {
    std::string model;
    std::string description, licence;
    int64_t predictions = 2000;
  } output;
  std::string device = "cpu";  // train.device

  std::filesystem::path path(const std::string& file) const;  // file within data.folder
  std::filesystem::path run_folder() const { return output.model + ".run"; }
  // data.sets, or the one set that the rest of [data] describes, with every head.
  std::vector<SetRecipe> sets() const;
  bool taught() const { return !train.teachers.empty() || train.ensemble > 0; }
  // No key: which phase of its run this recipe is for, "" the last one. Its checkpoint and weights stand in a
  // folder of that name within the run's.
  std::string phase;
  std::filesystem::path phase_folder() const { return phase.empty() ? run_folder() : run_folder() / phase; }
  std::vector<HeadRecipe> heads_of(const std::string& kind) const;
  // The only one of its kind, or null.
  const HeadRecipe* matching() const;
  const HeadRecipe* tagging() const;
  const HeadRecipe* sequence() const;
  bool translation() const { return model.decodes(); }
  bool uses_unlabelled() const {
    return !pretrain.files.empty() && (pretrain.epochs > 0 || train.self_training > 0);
  }
};

// The recipe's keys bound to `recipe`, which must outlive them.
Settings recipe_settings(Recipe& recipe);

// Reads, overrides ("section.key=value") and checks a recipe. Throws invalid_argument with file, line, key
// and cure.
Recipe read_recipe(const std::filesystem::path& path, const std::vector<std::string>& overrides);

// Checks what one key alone cannot: that what the architecture needs is there. `where` begins its messages.
void check_recipe(Recipe& recipe, const std::string& where);

}  // namespace heed::train
