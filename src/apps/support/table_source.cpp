#include "apps/support/table_source.h"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "data/place.h"

namespace heed::apps::support {
namespace {

std::optional<size_t> find_column(const data::Table& table, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = std::find(table.columns.begin(), table.columns.end(), name);
    if (found != table.columns.end()) return static_cast<size_t>(found - table.columns.begin());
  }
  return std::nullopt;
}

// One that the command names must be there; else the first of the usual ones that is.
std::optional<size_t> column_of(const data::Table& table, const std::string& name,
                                const std::vector<std::string>& usual) {
  return name.empty() ? find_column(table, usual) : table.column(name);
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\r\n") == std::string::npos; }

void note_blank(Dataset& dataset, const data::Table& table, int64_t blank, const std::string& what) {
  if (blank == 0) return;
  dataset.notes.push_back(table.files.front() + ": " + std::to_string(blank) + " rows without " + what +
                          " left out");
}

void add_examples(const data::Table& table, size_t text, size_t intent, Dataset& dataset) {
  const auto language = find_column(table, {"language", "lang"});
  const auto entities = find_column(table, {"entities"});
  const bool says_none = entities && std::ranges::any_of(table.rows, [&](const data::Row& row) {
                           return row.fields[*entities] == "[]";
                         });
  int64_t blank = 0;
  for (const data::Row& row : table.rows) {
    LabelledText example{.text = row.fields[text], .intent = row.fields[intent], .where = table.where(row)};
    if (is_blank(example.text) || is_blank(example.intent)) {
      ++blank;
      continue;
    }
    if (entities) {
      example.entities =
          parse_entities(row.fields[*entities], example.text, example.where + ": column 'entities'");
    }
    example.marked = entities && (!says_none || !row.fields[*entities].empty());
    const bool told = language && !row.fields[*language].empty();
    example.language = told ? row.fields[*language] : language_of(example.text, "en");
    dataset.examples.push_back(std::move(example));
  }
  note_blank(dataset, table, blank, "text or intent");
}

void add_knowledge(const data::Table& table, size_t title, size_t text, Dataset& dataset) {
  const auto source = find_column(table, {"source", "url"});
  const auto language = find_column(table, {"language", "lang"});
  const auto id = find_column(table, {"id"});
  const auto questions = find_column(table, {"questions"});
  int64_t blank = 0;
  for (const data::Row& row : table.rows) {
    if (is_blank(row.fields[text])) {
      ++blank;
      continue;
    }
    const auto field_or = [&](const std::optional<size_t>& column, const std::string& fallback) {
      return column && !row.fields[*column].empty() ? row.fields[*column] : fallback;
    };
    // The file by its name: who reads a citation has nothing to do with where it lay.
    const std::string place =
        std::filesystem::path(table.files[static_cast<size_t>(row.file)]).filename().string() + ":" +
        std::to_string(row.line);
    dataset.knowledge.push_back(
        {.id = field_or(id, place),
         .title = row.fields[title],
         .text = row.fields[text],
         .questions = questions ? data::split_items(row.fields[*questions]) : std::vector<std::string>{},
         .source = field_or(source, place),
         .language = field_or(language, language_of(row.fields[text], "en"))});
  }
  note_blank(dataset, table, blank, "text");
}

}  // namespace

void add_table(const data::Table& table, const std::string& text, const std::string& intent,
               Dataset& dataset) {
  const auto question = find_column(table, {"question", "title"});
  const auto answer = find_column(table, {"answer", "text"});
  const auto label = column_of(table, intent, {"intent", "label", "category", "class"});
  const auto written =
      column_of(table, text, {"text", "question", "utterance", "message", "query", "sentence"});
  if (label && written && *label != *written) {
    add_examples(table, *written, *label, dataset);
  } else if (question && answer && *question != *answer) {
    add_knowledge(table, *question, *answer, dataset);
  } else {
    throw Error(ErrorCode::invalid_argument,
                table.files.front() +
                    ":1: expected columns text and intent (examples) or question and answer "
                    "(knowledge), found " +
                    data::listed(table.columns) + "; name them with --text and --intent");
  }
}

}  // namespace heed::apps::support
