#include "apps/support/judged_texts.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/nearest.h"
#include "data/table.h"

namespace heed::apps::support {
namespace {

std::string intent_of(const data::Table& table, const data::Row& row, size_t column,
                      const HeadConfig& config) {
  const std::string& intent = row.fields[column];
  if (intent == kOutOfScope || std::ranges::find(config.labels, intent) != config.labels.end()) return intent;
  throw Error(ErrorCode::invalid_argument,
              table.where(row) + ": column '" + table.columns[column] + "': expected one of the " +
                  std::to_string(config.labels.size()) + " intents of head '" + config.name + "' or " +
                  std::string(kOutOfScope) + ", found '" + intent + "'" +
                  did_you_mean(intent, config.labels));
}

}  // namespace

std::vector<JudgedText> judge_file(const JudgedFile& file, const infer::Classifier& classifier, size_t head,
                                   const HeadConfig& config) {
  const data::Table table = data::read_table(file.path);
  const size_t text = table.column(file.text);
  std::vector<std::string> texts;
  std::vector<JudgedText> judged;
  for (const data::Row& row : table.rows) {
    texts.push_back(row.fields[text]);
    judged.push_back({.evidence = {},
                      .intent = file.intent.empty()
                                    ? std::string(kOutOfScope)
                                    : intent_of(table, row, table.column(file.intent), config)});
  }
  auto results = classifier.classify(texts, {.evidence = true});
  for (size_t i = 0; i < results.size(); ++i)
    judged[i].evidence = *std::exchange(results[i].heads[head].evidence, std::nullopt);
  return judged;
}

}  // namespace heed::apps::support
