#include "apps/support/hold_out.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/random.h"
#include "data/table.h"

namespace heed::apps::support {

double usual_share(size_t examples) {
  return std::clamp(600 / static_cast<double>(std::max<size_t>(examples, 1)), 0.1, 0.3);
}

void hold_out(const Dataset& dataset, const std::filesystem::path& folder, double share, int64_t seed) {
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
  data::Table learned, held_out;
  learned.columns = held_out.columns = {"text", "intent", "language", "entities"};
  for (size_t i = 0; i < held.size(); ++i) {
    const LabelledText& one = dataset.examples[i];
    (held[i] ? held_out : learned)
        .rows.push_back({{one.text, one.intent, one.language, entities_json(one.entities)}});
  }
  std::filesystem::create_directories((folder / kLearnedFile).parent_path());
  data::write_table(folder / kLearnedFile, learned);
  data::write_table(folder / kHeldOutFile, held_out);
}

}  // namespace heed::apps::support
