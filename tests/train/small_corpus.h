#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/random.h"
#include "train/examples.h"
#include "train/recipe.h"

namespace heed::train {

// A tiny language of our own: sums of words, both sides, and whether the first word is even. Enough to learn
// in seconds.
inline std::string number_line(Random& random, bool chinese, int words) {
  static const std::vector<std::string> kEnglish = {"zero", "one", "two", "three", "four", "five"};
  static const std::vector<std::string> kChinese = {"零", "一", "二", "三", "四", "五"};
  std::string line;
  for (int i = 0; i < words; ++i) {
    if (!line.empty() && !chinese) line += " ";
    line += (chinese ? kChinese : kEnglish)[random.below(6)];
  }
  return line;
}

// English number words to their Chinese digits: translation.tsv; their first word as a label: labels.csv.
inline void write_small_tables(const std::filesystem::path& folder, int rows) {
  std::string translation = "source\ttarget\n", labels = "text,label,tags\n";
  for (int row = 0; row < rows; ++row) {
    const uint64_t seed = 1000 + row;
    const int words = 1 + row % 6;
    Random english(seed), chinese(seed);
    const std::string source = number_line(english, false, words);
    translation += source + "\t" + number_line(chinese, true, words) + "\n";
    const std::string first = source.substr(0, source.find(' '));
    labels +=
        source + " " + std::to_string(row) + "," + first + "," + first + (words > 3 ? "|long" : "") + "\n";
  }
  write_file_atomically(folder / "translation.tsv", translation);
  write_file_atomically(folder / "labels.csv", labels);
}

// Texts that no table of labels holds, in both languages: text.txt.
inline void write_small_texts(const std::filesystem::path& folder, int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    Random random(50000 + i);
    lines += number_line(random, i % 2 == 1, 5 + i % 3) + (i % 2 == 1 ? "。\n" : " end\n");
  }
  write_file_atomically(folder / "text.txt", lines);
}

inline Recipe small_recipe(const std::filesystem::path& folder, bool translation) {
  Recipe recipe;
  recipe.data.folder = folder.string();
  recipe.data.train = {translation ? "translation.tsv" : "labels.csv"};
  recipe.data.drop_leaked = true;
  recipe.data.validation_share = 0.2;
  recipe.text.vocabulary = 40;
  recipe.architecture = translation ? "transformer_seq2seq" : "transformer_encoder";
  recipe.model.dim = 16;
  recipe.model.ffn_dim = 32;
  recipe.model.heads = recipe.model.key_heads = 2;
  recipe.model.encoder_layers = 1;
  recipe.model.decoder_layers = 1;
  recipe.model.max_length = 32;
  if (!translation) recipe.heads = {{.name = "first", .label = "label"}};
  recipe.train.epochs = 3;
  recipe.train.batch_tokens = 64;
  recipe.train.learning_rate = 0.01;
  recipe.train.schedule = "constant";
  recipe.train.warmup_steps = 0;
  recipe.train.checkpoint_steps = 3;
  recipe.train.average_decay = 0.9;
  recipe.output.model = (folder / "model").string();
  check_recipe(recipe, "small");
  std::filesystem::create_directories(recipe.run_folder());
  return recipe;
}

// The classifier, pre-trained on text.txt first.
inline Recipe small_pretraining(const std::filesystem::path& folder) {
  Recipe recipe = small_recipe(folder, false);
  recipe.text.vocabulary = 60;
  recipe.pretrain.files = {"text.txt"};
  recipe.pretrain.epochs = 2;
  recipe.pretrain.warmup_steps = 2;
  recipe.pretrain.batch_tokens = 256;
  return recipe;
}

}  // namespace heed::train
