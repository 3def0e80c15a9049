#include "apps/recommend/dataset.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"

namespace heed::apps::recommend {
namespace {

std::vector<data::Interaction> read_part(const std::filesystem::path& path, data::InteractionLog& log) {
  log.rows.clear();
  if (std::filesystem::exists(path)) data::read_interactions(path, {}, log);
  return std::move(log.rows);
}

}  // namespace

Dataset read_dataset(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / kTrainFile))
    throw Error(ErrorCode::not_found, (folder / kTrainFile).string() +
                                          ": expected training events, found no such file; make it with heed "
                                          "recommend import");
  Dataset dataset;
  dataset.split.train = read_part(folder / kTrainFile, dataset.log);
  dataset.split.valid = read_part(folder / kValidFile, dataset.log);
  dataset.split.test = read_part(folder / kTestFile, dataset.log);
  if (std::filesystem::exists(folder / kItemsFile)) dataset.items = data::read_items(folder / kItemsFile);
  if (std::filesystem::exists(folder / kUsersFile)) dataset.users = data::read_items(folder / kUsersFile);
  dataset.items = complete_items(std::move(dataset.items), dataset.log.items);
  return dataset;
}

void write_dataset(const std::filesystem::path& folder, const Dataset& dataset) {
  std::filesystem::create_directories(folder);
  data::write_interactions(folder / kTrainFile, dataset.log, dataset.split.train);
  data::write_interactions(folder / kValidFile, dataset.log, dataset.split.valid);
  data::write_interactions(folder / kTestFile, dataset.log, dataset.split.test);
  data::write_items(folder / kItemsFile, dataset.items);
  if (!dataset.users.empty()) {
    data::write_items(folder / kUsersFile, dataset.users);
  } else {
    std::filesystem::remove(folder / kUsersFile);  // of an earlier import
  }
}

std::vector<data::Item> complete_items(std::vector<data::Item> items, const data::NameTable& named) {
  std::unordered_set<std::string> known;
  for (const data::Item& item : items) known.insert(item.id);
  for (int32_t i = 0; i < named.size(); ++i) {
    if (!known.contains(named.name(i))) items.push_back({.id = named.name(i)});
  }
  return items;
}

Histories histories_of(const std::vector<data::Interaction>& rows, int32_t users) {
  Histories histories(static_cast<size_t>(users));
  for (const data::Interaction& row : rows) histories[static_cast<size_t>(row.user)].push_back(row);
  for (auto& history : histories)
    std::stable_sort(history.begin(), history.end(),
                     [](const auto& a, const auto& b) { return a.ts_us < b.ts_us; });
  return histories;
}

}  // namespace heed::apps::recommend
