#include "train/spans.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/nearest.h"
#include "text/pieces_in_text.h"
#include "train/data_sets.h"

namespace heed::train {
namespace {

struct Span {
  CodePoints place;
  std::string entity;
};

// Reads the spans of rows.
class Reader {
 public:
  Reader(const Recipe& recipe, const data::Table& table)
      : table_(table),
        column_(label_column(recipe, *recipe.tagging())),
        text_(table.column(recipe.data.text)),
        spans_(table.column(column_)) {}

  // In the order of the text.
  std::vector<Span> operator()(const data::Row& row) const {
    const std::string& field = row.fields[spans_];
    if (field.empty()) return {};
    std::vector<Span> spans;
    for (const Json& item : parse(field, row)) spans.push_back(read(item, row));
    std::ranges::sort(spans, {}, [](const Span& span) { return span.place.begin; });
    for (size_t i = 1; i < spans.size(); ++i) {
      if (spans[i].place.begin < spans[i - 1].place.end)
        fail(row, "spans that do not overlap",
             "'" + spans[i - 1].entity + "' and '" + spans[i].entity + "' that do");
    }
    return spans;
  }

  [[noreturn]] void fail(const data::Row& row, const std::string& expected, const std::string& found) const {
    throw Error(ErrorCode::invalid_argument, table_.where(row) + ": column '" + column_ + "': expected " +
                                                 expected + ", found " + found + "; mend the row");
  }

 private:
  Json parse(const std::string& field, const data::Row& row) const {
    const std::string where = table_.where(row) + ": column '" + column_ + "'";
    Json json;
    try {
      json = parse_json(field, where, 3);
    } catch (const Error&) {
      fail(row, kShape, "'" + field.substr(0, utf8_prefix(field, 60)) + "'");
    }
    if (!json.is_array()) fail(row, kShape, std::string("a JSON ") + json.type_name());
    return json;
  }

  Span read(const Json& item, const data::Row& row) const {
    const std::string where = table_.where(row) + ": column '" + column_ + "'";
    if (!item.is_object()) fail(row, kShape, std::string("a JSON ") + item.type_name() + " in it");
    const Span span{.place = {.begin = json_field<int64_t>(item, "start", where),
                              .end = json_field<int64_t>(item, "end", where)},
                    .entity = json_field<std::string>(item, "entity", where)};
    const int64_t length = count_characters(row.fields[text_]);
    if (span.place.begin < 0 || span.place.begin >= span.place.end || span.place.end > length)
      fail(row, "0 <= start < end <= " + std::to_string(length) + ", the text's characters",
           std::to_string(span.place.begin) + " and " + std::to_string(span.place.end));
    if (span.entity.empty()) fail(row, "an entity that is not empty", "\"\"");
    return span;
  }

  static constexpr const char* kShape = R"([{"start": 0, "end": 4, "entity": "account"}])";

  const data::Table& table_;
  std::string column_;
  size_t text_, spans_;
};

bool has_spans(const Recipe& recipe, const data::Table& table, const data::Row& row) {
  return recipe.sets()[set_of(recipe, table, row)].labels(recipe.tagging()->name);
}

}  // namespace

std::vector<std::string> learn_entities(const Recipe& recipe, const data::Table& table) {
  const Reader read(recipe, table);
  std::set<std::string> entities;
  const data::Row* last = nullptr;
  for (const data::Row& row : table.rows) {
    if (!has_spans(recipe, table, row)) continue;
    for (const Span& span : read(row)) entities.insert(span.entity);
    last = &row;
  }
  if (entities.empty() && last != nullptr) read.fail(*last, "a span in some row up to here", "none");
  return {entities.begin(), entities.end()};
}

void number_spans(const Recipe& recipe, const ModelConfig& config, const Tokenizer& tokenizer, Split& split) {
  if (recipe.tagging() == nullptr) return;
  const Reader read(recipe, split.table);
  const NormaliseOptions options{parse_normalisation(config.normalisation), config.lowercase};
  const std::vector<std::string>& entities = config.tagging->entities;
  const size_t text = split.table.column(recipe.data.text);
  for (size_t i = 0; i < split.examples.size(); ++i) {
    const data::Row& row = split.table.rows[i];
    if (!has_spans(recipe, split.table, row)) continue;
    Example& example = split.examples[i];
    const auto places = pieces_in_text(row.fields[text], tokenizer.pieces(example.source), options);
    std::vector<int64_t> tags(places.size(), 0);
    for (const Span& span : read(row)) {
      const auto at = std::ranges::find(entities, span.entity);
      if (at == entities.end())
        read.fail(row, "an entity of the training rows",
                  "'" + span.entity + "'" + did_you_mean(span.entity, entities));
      int64_t tag = 1 + 2 * (at - entities.begin());  // B, then I
      CodePoints covered{-1, -1};
      int64_t first = -1;
      for (size_t piece = 0; piece < places.size(); ++piece) {
        const bool within = places[piece].begin < span.place.end && places[piece].end > span.place.begin;
        if (!within || tags[piece] != 0) continue;
        if (first < 0) {
          first = static_cast<int64_t>(piece);
          covered.begin = places[piece].begin;
        }
        covered.end = places[piece].end;
        tags[piece] = tag;
        tag += tag % 2;
      }
      if (covered != span.place) example.inexact_spans.push_back(first);
    }
    example.tags = std::move(tags);
  }
}

}  // namespace heed::train
