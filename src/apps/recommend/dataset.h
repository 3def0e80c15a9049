#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/interaction_split.h"
#include "data/interactions.h"
#include "data/items.h"

namespace heed::apps::recommend {

constexpr const char* kTrainFile = "train.tsv";
constexpr const char* kValidFile = "valid.tsv";
constexpr const char* kTestFile = "test.tsv";
constexpr const char* kItemsFile = "items.jsonl";
constexpr const char* kUsersFile = "users.jsonl";

// What `heed recommend import` writes: events, split, and what is known of the items.
struct Dataset {
  data::InteractionLog log;  // names; its rows are empty: they are in `split`
  data::InteractionSplit split;
  std::vector<data::Item> users = {};  // with attributes, where a table told them
  std::vector<data::Item> items;       // every item of the log, and those of the tables without an event
};

// Throws not_found where there is no training file, and what the readers throw.
Dataset read_dataset(const std::filesystem::path& folder);

void write_dataset(const std::filesystem::path& folder, const Dataset& dataset);

// Items of the tables in their order, then those that only events know.
std::vector<data::Item> complete_items(std::vector<data::Item> items, const data::NameTable& named);

// A person's events in the order of time.
using Histories = std::vector<std::vector<data::Interaction>>;
Histories histories_of(const std::vector<data::Interaction>& rows, int32_t users);

}  // namespace heed::apps::recommend
