#include "train/pairs.h"

#include <map>
#include <numeric>

#include "base/error.h"
#include "train/data_sets.h"

namespace heed::train {
namespace {

bool read_same(const data::Table& table, const data::Row& row, const std::string& column) {
  const std::string& field = row.fields[table.column(column)];
  if (field == "1" || field == "true") return true;
  if (field == "0" || field == "false") return false;
  throw Error(ErrorCode::invalid_argument, table.where(row) + ": column '" + column +
                                               "': expected 1 (the two texts mean the same) or 0, found '" +
                                               field + "'; mend it");
}

std::string read_other(const data::Table& table, const data::Row& row, const std::string& column,
                       const NormaliseOptions& options) {
  std::string text = normalise(row.fields[table.column(column)], options);
  if (!text.empty()) return text;
  throw Error(ErrorCode::invalid_argument,
              table.where(row) + ": column '" + column +
                  "': expected the other text of the row, found nothing; fill it "
                  "in or remove the row");
}

// Sets of texts that only ever grow together.
class Groups {
 public:
  int64_t of(const Example& text) {
    const auto [at, added] = numbers_.try_emplace(text.source, static_cast<int64_t>(parents_.size()));
    if (added) parents_.push_back(at->second);
    return root(at->second);
  }
  void join(const Example& a, const Example& b) { parents_[of(a)] = of(b); }

 private:
  int64_t root(int64_t number) {
    while (parents_[number] != number) number = parents_[number] = parents_[parents_[number]];
    return number;
  }

  std::map<std::vector<int32_t>, int64_t> numbers_;
  std::vector<int64_t> parents_;
};

}  // namespace

std::vector<const Example*> texts_of(const Example& example) {
  std::vector<const Example*> texts = {&example};
  for (const Example& other : example.other) texts.push_back(&other);
  return texts;
}

void number_pairs(const Recipe& recipe, const ModelConfig& config, const Tokenizer& tokenizer, Split& split) {
  const HeadRecipe* head = recipe.matching();
  if (head == nullptr) return;
  const std::vector<SetRecipe> sets = recipe.sets();
  const NormaliseOptions options{parse_normalisation(config.normalisation), config.lowercase};
  Groups groups;
  for (size_t i = 0; i < split.examples.size(); ++i) {
    Example& example = split.examples[i];
    const data::Row& row = split.table.rows[i];
    if (!sets[example.set].labels(head->name)) continue;
    example.other.emplace_back();
    example.other[0].source = encode(
        tokenizer, read_other(split.table, row, other_column(recipe, *head), options), config.max_length);
    if (!head->label.empty()) example.same = read_same(split.table, row, label_column(recipe, *head));
    if (example.same.value_or(true)) groups.join(example, example.other[0]);
  }
  for (Example& example : split.examples) {
    for (Example& other : example.other) {
      example.group = groups.of(example);
      other.group = groups.of(other);
    }
  }
}

}  // namespace heed::train
