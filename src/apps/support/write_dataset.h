#pragma once

#include <filesystem>

#include "apps/support/dataset.h"
#include "data/table.h"

namespace heed::apps::support {

// Files of an imported folder, which `heed support check`, `train` and `test` read.
constexpr const char* kExamplesFile = "train.csv";         // text, intent, language, entities
constexpr const char* kAnswersFile = "answers.json";       // answers.h
constexpr const char* kKnowledgeFile = "knowledge.jsonl";  // id, title, text, questions, source, language
constexpr const char* kEntitiesFile =
    "entities.csv";                              // text, entities: of sources that mark them, for tagging
constexpr const char* kPairsFile = "pairs.csv";  // text, other: two that belong together, for matching
constexpr const char* kSynonymsFile = "synonyms.json";  // {"as written": "what it stands for"}

// What means the same or answers it: rows of knowledge, and every question that an answer was given to.
data::Table pairs_table(const Dataset& dataset);

// Writes what the data set holds, each file atomically; one for which there is nothing is removed, so that a
// folder never mixes two imports. Throws io.
void write_dataset(const Dataset& dataset, const std::filesystem::path& folder);

}  // namespace heed::apps::support
