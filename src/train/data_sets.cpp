#include "train/data_sets.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>

#include <fmt/format.h>
#include <glob.h>

#include "base/error.h"
#include "data/split.h"
#include "train/leaks.h"

namespace heed::train {
namespace {

constexpr const char* kSetColumn = "data.sets";

// The files that a name of the recipe means: itself, or, with *, ? or [ in it, those that match, in order.
void expand(const std::string& name, std::vector<std::filesystem::path>& paths) {
  if (name.find_first_of("*?[") == std::string::npos) {
    paths.emplace_back(name);
    return;
  }
  glob_t found{};
  if (::glob(name.c_str(), 0, nullptr, &found) == 0)
    paths.insert(paths.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
  const bool none = found.gl_pathc == 0;
  ::globfree(&found);
  if (none) throw Error(ErrorCode::not_found, name + ": expected files that match, found none");
}

}  // namespace

std::vector<std::filesystem::path> data_files(const Recipe& recipe, const std::vector<std::string>& names) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& name : names) expand(recipe.path(name).string(), paths);
  return paths;
}

namespace {

data::Table read(const Recipe& recipe, const SetRecipe& set, const std::vector<std::string>& files) {
  std::vector<std::string> names;
  for (const std::string& file : files) names.push_back((std::filesystem::path(set.folder) / file).string());
  const std::vector<std::filesystem::path> paths = data_files(recipe, names);
  const bool aligned =
      recipe.translation() && paths.size() == 2 && set.columns.empty() &&
      (set.format == "lines" || (set.format == "auto" && data::format_of(paths[0]) == "lines"));
  if (aligned) return data::read_aligned(paths, {recipe.data.source, recipe.data.target});
  return data::read_tables(paths, {.format = set.format, .columns = set.columns});
}

bool joins(const Recipe& recipe) { return !recipe.data.sets.empty(); }

// Those of its table that a head reads.
std::vector<std::string> columns_of(const HeadRecipe& head) {
  std::vector<std::string> columns;
  for (const std::string& column : {head.label, head.other}) {
    if (!column.empty()) columns.push_back(column);
  }
  return columns;
}

// Of a corpus's tables.
std::string column_of(const Recipe& recipe, const HeadRecipe& head, const std::string& column) {
  return joins(recipe) && !column.empty() ? head.name + "." + column : column;
}

void check_columns(const Recipe& recipe, const SetRecipe& set, const data::Table& table) {
  if (recipe.translation()) {
    for (const std::string& column : key_columns(recipe)) table.column(column);
  } else {
    table.column(set.text);
  }
  for (const HeadRecipe& head : recipe.heads) {
    if (!set.labels(head.name)) continue;
    for (const std::string& column : columns_of(head)) table.column(column);
  }
}

// A set's own table in the columns of the joined one.
data::Table join_columns(const Recipe& recipe, const SetRecipe& set, data::Table table) {
  const size_t text = table.column(set.text);
  std::vector<std::string> columns = {recipe.data.text, kSetColumn};
  std::vector<std::optional<size_t>> places;
  for (const HeadRecipe& head : recipe.heads) {
    for (const std::string& column : columns_of(head)) {
      columns.push_back(column_of(recipe, head, column));
      places.push_back(set.labels(head.name) ? std::optional(table.column(column)) : std::nullopt);
    }
  }
  for (data::Row& row : table.rows) {
    std::vector<std::string> fields = {row.fields[text], set.name};
    for (const auto& place : places) fields.push_back(place ? row.fields[*place] : "");
    row.fields = std::move(fields);
  }
  table.columns = std::move(columns);
  return table;
}

// Rows of a split of a set; none where it names no files.
data::Table read_split(const Recipe& recipe, const SetRecipe& set, const std::vector<std::string>& files) {
  if (files.empty()) return {};
  data::Table table = read(recipe, set, files);
  check_columns(recipe, set, table);
  return joins(recipe) ? join_columns(recipe, set, std::move(table)) : table;
}

void append(data::Table&& more, data::Table& table) {
  if (more.columns.empty()) return;
  if (table.columns.empty()) {
    table = std::move(more);
    return;
  }
  for (data::Row& row : more.rows) {
    row.file += static_cast<int32_t>(table.files.size());
    table.rows.push_back(std::move(row));
  }
  table.files.insert(table.files.end(), more.files.begin(), more.files.end());
}

// The labels that splitting leaves in training.
std::string split_label(const Recipe& recipe, const SetRecipe& set) {
  const auto first =
      std::ranges::find_if(recipe.heads, [&](const HeadRecipe& head) { return set.labels(head.name); });
  const bool none = first == recipe.heads.end() || first->multi_label || first->kind == "tagging";
  return none ? "" : label_column(recipe, *first);
}

void check_rows(const Recipe& recipe, int32_t number, const Tables& all) {
  const SetRecipe set = recipe.sets()[number];
  const auto count = [&](const data::Table& table) {
    return std::ranges::count_if(table.rows,
                                 [&](const data::Row& row) { return set_of(recipe, table, row) == number; });
  };
  const auto train = count(all.train), valid = count(all.valid);
  if (train > 0 && valid > 0) return;
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("{}: expected rows to train on and some to hold out for validation, found {} and {}; "
                  "add rows or name {}",
                  recipe.path(std::filesystem::path(set.folder) / set.train.front()).string(), train, valid,
                  joins(recipe) ? "valid files of set '" + set.name + "'" : "data.valid"));
}

}  // namespace

std::string label_column(const Recipe& recipe, const HeadRecipe& head) {
  return column_of(recipe, head, head.label);
}

std::string other_column(const Recipe& recipe, const HeadRecipe& head) {
  return column_of(recipe, head, head.other);
}

int32_t set_of(const Recipe& recipe, const data::Table& table, const data::Row& row) {
  if (!joins(recipe)) return 0;
  const std::string& name = row.fields[table.column(kSetColumn)];
  return static_cast<int32_t>(std::ranges::find(recipe.data.sets, name, &SetRecipe::name) -
                              recipe.data.sets.begin());
}

data::Table rows_of(const Recipe& recipe, const data::Table& table, int32_t set) {
  data::Table rows{.columns = table.columns, .rows = {}, .files = table.files};
  std::ranges::copy_if(table.rows, std::back_inserter(rows.rows),
                       [&](const data::Row& row) { return set_of(recipe, table, row) == set; });
  return rows;
}

Tables read_sets(const Recipe& recipe) {
  const std::vector<SetRecipe> sets = recipe.sets();
  Tables all;
  for (const SetRecipe& set : sets) {
    data::Table train = read_split(recipe, set, set.train);
    if (recipe.data.max_rows > 0 && static_cast<int64_t>(train.rows.size()) > recipe.data.max_rows)
      train.rows.resize(recipe.data.max_rows);
    append(std::move(train), all.train);
    append(read_split(recipe, set, set.test), all.test);
  }
  // Before the split, so that no test row is among those that validation chooses the best model by.
  all.dropped_leaks = refuse_or_drop_leaks(recipe, all.train, all.test);
  data::Table kept;
  for (size_t i = 0; i < sets.size(); ++i) {
    data::Table held,
        own = joins(recipe) ? rows_of(recipe, all.train, static_cast<int32_t>(i)) : std::move(all.train);
    if (sets[i].valid.empty()) {
      std::tie(own, held) = data::split_off(own, recipe.data.validation_share, key_columns(recipe),
                                            split_label(recipe, sets[i]), recipe.train.seed);
    } else {
      held = read_split(recipe, sets[i], sets[i].valid);
    }
    append(std::move(own), kept);
    append(std::move(held), all.valid);
  }
  all.train = std::move(kept);
  all.dropped_leaks += refuse_or_drop_leaks(recipe, all.train, all.valid);
  for (size_t i = 0; i < sets.size(); ++i) check_rows(recipe, static_cast<int32_t>(i), all);
  return all;
}

}  // namespace heed::train
