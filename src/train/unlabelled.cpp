#include "train/unlabelled.h"

#include <fmt/format.h>

#include "base/error.h"
#include "data/row_key.h"
#include "data/split.h"
#include "text/normalise.h"
#include "train/data_sets.h"
#include "train/leaks.h"

namespace heed::train {
namespace {

constexpr size_t kFewestTexts = 100;
constexpr double kMeasuredShare = 0.05;

// Adds column `name` of `more` to `texts`, which has that column alone; empty texts are left out.
void add_texts(data::Table& texts, const data::Table& more, const std::string& name,
               const NormaliseOptions& options) {
  const size_t column = more.column(name);
  const auto first_file = static_cast<int32_t>(texts.files.size());
  texts.files.insert(texts.files.end(), more.files.begin(), more.files.end());
  for (const data::Row& row : more.rows) {
    if (normalise(row.fields[column], options).empty()) continue;
    texts.rows.push_back({.fields = {row.fields[column]}, .file = first_file + row.file, .line = row.line});
  }
}

data::Table read_file_of_texts(const Recipe& recipe, const std::filesystem::path& path,
                               const std::string& name) {
  if (data::format_of(path) == "lines") return data::read_table(path, {.columns = {name}});
  return data::read_table(path, {.columns = recipe.data.columns});
}

NormaliseOptions normalisation(const Recipe& recipe) {
  return {parse_normalisation(recipe.model.normalisation), recipe.model.lowercase};
}

void check_count(const data::Table& texts) {
  if (texts.rows.size() >= kFewestTexts) return;
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("{}: expected at least {} texts to learn from without labels, found {}; name more in "
                  "pretrain.files (a .txt file has a text a line), or leave it and pretrain.epochs out",
                  texts.files.empty() ? "pretrain.files" : texts.files.front(), kFewestTexts,
                  texts.rows.size()));
}

}  // namespace

data::Table read_texts(const Recipe& recipe, const std::vector<std::string>& files, const std::string& name,
                       const std::vector<const data::Table*>& held_out, int64_t& left_out) {
  data::Table texts{.columns = {name}, .rows = {}, .files = {}};
  for (const auto& path : data_files(recipe, files))
    add_texts(texts, read_file_of_texts(recipe, path, name), name, normalisation(recipe));
  for (const data::Table* table : held_out) left_out += leave_out_held_out(texts, *table, name);
  return texts;
}

data::Table read_unlabelled(const Recipe& recipe, const std::vector<const data::Table*>& held_out,
                            std::string& report) {
  if (!recipe.uses_unlabelled()) return {};
  int64_t left_out = 0;
  data::Table texts = read_texts(recipe, recipe.pretrain.files, recipe.data.text, held_out, left_out);
  check_count(texts);
  report +=
      fmt::format("{} texts without labels; {} more left out because they also stand in validation or test\n",
                  texts.rows.size(), left_out);
  return texts;
}

std::pair<data::Table, data::Table> split_for_pretraining(const Recipe& recipe, const data::Table& unlabelled,
                                                          const data::Table& train) {
  data::Table texts{.columns = {recipe.data.text}, .rows = unlabelled.rows, .files = unlabelled.files};
  if (recipe.pretrain.include_training) add_texts(texts, train, recipe.data.text, normalisation(recipe));
  check_count(texts);
  const uint64_t seed =
      data::hash_text("pretrain", recipe.train.seed);  // the seed itself has drawn validation
  return data::split_off(texts, kMeasuredShare, {recipe.data.text}, "", seed);
}

}  // namespace heed::train
