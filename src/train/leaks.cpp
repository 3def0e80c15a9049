#include "train/leaks.h"

#include "base/error.h"
#include "data/split.h"

namespace heed::train {

std::vector<std::string> key_columns(const Recipe& recipe) {
  if (recipe.translation()) return {recipe.data.source, recipe.data.target};
  return {recipe.data.text};
}

int64_t refuse_or_drop_leaks(const Recipe& recipe, data::Table& train, const data::Table& held_out) {
  if (held_out.rows.empty()) return 0;
  const auto keys = key_columns(recipe);
  const auto leaks = data::find_leaks(train, held_out, keys);
  if (leaks.empty()) return 0;
  if (!recipe.data.drop_leaked) {
    throw Error(ErrorCode::invalid_argument, data::describe_leaks(train, held_out, leaks));
  }
  return static_cast<int64_t>(data::drop_leaked(train, held_out, keys));
}

int64_t leave_out_held_out(data::Table& texts, const data::Table& held_out, const std::string& column) {
  if (texts.rows.empty() || held_out.rows.empty()) return 0;
  return static_cast<int64_t>(data::drop_leaked(texts, held_out, {column}));
}

std::string shared_sources(const Recipe& recipe, const data::Table& train, const data::Table& held_out) {
  if (!recipe.translation() || held_out.rows.empty()) return "";
  const std::string line =
      data::describe_shared_sources(train, held_out, recipe.data.source, recipe.data.target);
  return line.empty() ? "" : "note: " + line + "\n";
}

}  // namespace heed::train
