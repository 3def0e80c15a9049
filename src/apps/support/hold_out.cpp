#include "apps/support/hold_out.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "apps/support/write_dataset.h"
#include "base/random.h"
#include "data/table.h"
#include "text/normalise.h"

namespace heed::apps::support {
namespace {

std::string key_of(const std::string& text) { return normalise(text, {.lowercase = true}); }

}  // namespace

double usual_share(size_t examples) {
  return std::clamp(600 / static_cast<double>(std::max<size_t>(examples, 1)), 0.1, 0.3);
}

DividedRows hold_out(const Dataset& dataset, const std::filesystem::path& folder, double share,
                     int64_t seed) {
  if (share <= 0) share = usual_share(dataset.examples.size());
  std::map<std::string, std::vector<size_t>> by_intent;
  for (size_t i = 0; i < dataset.examples.size(); ++i) by_intent[dataset.examples[i].intent].push_back(i);
  Random random(static_cast<uint64_t>(seed));
  std::vector<bool> held(dataset.examples.size(), false);
  double due = 0.0;  // so that small intents give their share too, in turn
  for (auto& [intent, examples] : by_intent) {
    random.shuffle(examples);
    due += share * static_cast<double>(examples.size());
    const auto count = std::min<size_t>(static_cast<size_t>(due), examples.size() - 1);
    due -= static_cast<double>(count);
    for (size_t i = 0; i < count; ++i) held[examples[i]] = true;
  }
  data::Table learned, held_out, entities, held_out_entities;
  learned.columns = held_out.columns = {"text", "intent", "language", "entities"};
  entities.columns = held_out_entities.columns = {"text", "entities"};
  std::set<std::string> held_texts;
  for (size_t i = 0; i < held.size(); ++i) {
    const LabelledText& one = dataset.examples[i];
    const std::string spans = entities_json(one.entities);
    (held[i] ? held_out : learned).rows.push_back({{one.text, one.intent, one.language, spans}});
    if (one.marked) (held[i] ? held_out_entities : entities).rows.push_back({{one.text, spans}});
    if (held[i]) held_texts.insert(key_of(one.text));
  }
  data::Table pairs = pairs_table(dataset);
  std::erase_if(pairs.rows, [&](const data::Row& row) { return held_texts.contains(key_of(row.fields[0])); });
  std::filesystem::create_directories((folder / kLearnedFile).parent_path());
  data::write_table(folder / kLearnedFile, learned);
  data::write_table(folder / kHeldOutFile, held_out);
  data::write_table(folder / kLearnedEntitiesFile, entities);
  data::write_table(folder / kHeldOutEntitiesFile, held_out_entities);
  data::write_table(folder / kLearnedPairsFile, pairs);
  return {.entities = std::ssize(entities.rows),
          .held_out_entities = std::ssize(held_out_entities.rows),
          .pairs = std::ssize(pairs.rows)};
}

}  // namespace heed::apps::support
