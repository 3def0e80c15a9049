#include "apps/support/write_dataset.h"

#include <system_error>

#include "apps/support/question_pairs.h"
#include "base/error.h"
#include "base/files.h"
#include "data/table.h"

namespace heed::apps::support {
namespace {

// "[]": without any; "": not looked at.
std::string entities_field(const LabelledText& example) {
  return example.marked && example.entities.empty() ? "[]" : entities_json(example.entities);
}

data::Table examples_table(const Dataset& dataset) {
  data::Table table;
  table.columns = {"text", "intent", "language", "entities"};
  for (const LabelledText& example : dataset.examples) {
    table.rows.push_back({{example.text, example.intent, example.language, entities_field(example)}});
  }
  return table;
}

data::Table entities_table(const Dataset& dataset) {
  data::Table table;
  table.columns = {"text", "entities"};
  for (const LabelledText& example : dataset.examples) {
    if (example.marked) table.rows.push_back({{example.text, entities_json(example.entities)}});
  }
  return table;
}

std::string knowledge_lines(const Dataset& dataset) {
  std::string lines;
  for (const KnowledgeRow& row : dataset.knowledge) {
    lines += Json{{"id", row.id},         {"title", row.title},
                  {"text", row.text},     {"questions", row.questions},
                  {"source", row.source}, {"language", row.language}}
                 .dump() +
             "\n";
  }
  return lines;
}

void remove_file(const std::filesystem::path& path) {
  std::error_code problem;
  std::filesystem::remove(path, problem);
  if (problem) throw Error(ErrorCode::io, path.string() + ": cannot remove: " + problem.message());
}

void write_table_or_remove(const std::filesystem::path& path, const data::Table& table) {
  if (table.rows.empty()) {
    remove_file(path);
  } else {
    data::write_table(path, table);
  }
}

void write_text_or_remove(const std::filesystem::path& path, bool there, const std::string& text) {
  if (there) {
    write_file_atomically(path, text);
  } else {
    remove_file(path);
  }
}

}  // namespace

data::Table pairs_table(const Dataset& dataset) {
  data::Table table;
  table.columns = {"text", "other"};
  for (const KnowledgeRow& row : dataset.knowledge) {
    const std::vector<std::string> titles = {row.title};
    for (const std::string& question : row.questions.empty() ? titles : row.questions) {
      if (!question.empty()) table.rows.push_back({{question, row.text}});
    }
  }
  return table;
}

void write_dataset(const Dataset& dataset, const std::filesystem::path& folder) {
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem) throw Error(ErrorCode::io, folder.string() + ": cannot make the folder: " + problem.message());
  write_table_or_remove(folder / kExamplesFile, examples_table(dataset));
  write_table_or_remove(folder / kEntitiesFile, entities_table(dataset));
  write_table_or_remove(folder / kPairsFile, pairs_table(dataset));
  write_text_or_remove(folder / kKnowledgeFile, !dataset.knowledge.empty(), knowledge_lines(dataset));
  write_text_or_remove(folder / kAnswersFile, !dataset.answers.empty(),
                       dataset.answers.to_json().dump(2) + "\n");
  write_text_or_remove(folder / kSynonymsFile, !dataset.synonyms.empty(),
                       Json(dataset.synonyms).dump(2) + "\n");
}

}  // namespace heed::apps::support
