#include <algorithm>
#include <set>
#include <sstream>
#include <unordered_map>

#include "apps/recommend/evaluation.h"

namespace heed::apps::recommend {
namespace {

// The log numbers items as they come; everything else goes by Dataset::items.
std::vector<int32_t> item_places(const Dataset& dataset) {
  std::unordered_map<std::string_view, int32_t> places;
  for (size_t i = 0; i < dataset.items.size(); ++i)
    places.emplace(dataset.items[i].id, static_cast<int32_t>(i));
  std::vector<int32_t> found;
  for (int32_t i = 0; i < dataset.log.items.size(); ++i)
    found.push_back(places.at(dataset.log.items.name(i)));
  return found;
}

KnownHistory known(const Dataset& dataset, const std::vector<int32_t>& places,
                   const std::vector<data::Interaction>& rows) {
  KnownHistory history;
  for (const data::Interaction& row : rows)
    history.push_back({.item = places[static_cast<size_t>(row.item)],
                       .kind = dataset.log.kinds.name(row.kind),
                       .ts_us = row.ts_us});
  return history;
}

// Tags, or where no item has any the words of titles.
void number_tags(const Dataset& dataset, EvaluationData& data) {
  data.has_tags =
      std::ranges::any_of(dataset.items, [](const data::Item& item) { return !item.tags.empty(); });
  data::NameTable names;
  for (const data::Item& item : dataset.items) {
    std::set<int32_t> own;
    for (const std::string& tag : item.tags) own.insert(names.add(tag));
    if (!data.has_tags) {
      std::istringstream words(item.title);
      for (std::string word; words >> word;) own.insert(names.add(word));
    }
    data.tags.emplace_back(own.begin(), own.end());
  }
}

}  // namespace

EvaluationData evaluation_data(const Dataset& dataset, bool test, const EvaluationOptions& options) {
  EvaluationData data;
  const std::vector<int32_t> places = item_places(dataset);
  const int32_t users = dataset.log.users.size();
  const Histories train = histories_of(dataset.split.train, users),
                  valid = histories_of(dataset.split.valid, users),
                  tested = histories_of(dataset.split.test, users);
  data.popularity.resize(dataset.items.size());
  for (const auto& rows : train) {
    data.training.push_back(known(dataset, places, rows));
    std::set<int32_t> taken;
    for (const KnownEvent& event : data.training.back()) taken.insert(event.item);
    for (const int32_t item : taken) ++data.popularity[static_cast<size_t>(item)];
  }
  for (size_t user = 0; user < train.size(); ++user) {
    const auto& held = test ? tested[user] : valid[user];
    EvaluationCase next{.history = data.training[user], .user = static_cast<int32_t>(user)};
    if (test) {
      const KnownHistory more = known(dataset, places, valid[user]);
      next.history.insert(next.history.end(), more.begin(), more.end());
    }
    for (const data::Interaction& row : held) {
      next.next = places[static_cast<size_t>(row.item)];
      next.popularity = data.popularity[static_cast<size_t>(next.next)];
      const bool wanted = !next.history.empty() && (!options.new_items || next.popularity == 0);
      if (wanted) {
        if (const auto most = static_cast<size_t>(options.max_history);
            most > 0 && next.history.size() > most)
          next.history.erase(next.history.begin(), next.history.end() - static_cast<std::ptrdiff_t>(most));
        data.cases.push_back(next);
      }
      break;
    }
  }
  number_tags(dataset, data);
  return data;
}

}  // namespace heed::apps::recommend
