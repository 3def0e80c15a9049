#include "apps/support/learned_rows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "text/normalise.h"

namespace heed::apps::support {
namespace {

constexpr std::string_view kIntentSource = "intent:";

std::string key_of(const std::string& text) {
  return normalise(text, {.form = Normalisation::nfkc, .lowercase = true});
}

// What the outcomes of a decision say; nullopt where nobody said what the customer meant.
std::optional<LearnedRow> learned(const store::Decision& decision, std::span<const store::Outcome> outcomes) {
  LearnedRow row = {.text = {}, .intent = {}, .decision = decision.event_id, .chosen = decision.chosen};
  for (const store::Outcome& outcome : outcomes) {
    if (outcome.kind == "message") row.text = outcome.text;
    if (outcome.kind == "correction") row.intent = outcome.text;
    if (outcome.kind == "accept" && outcome.text.starts_with(kIntentSource))
      row.intent = outcome.text.substr(kIntentSource.size());
    if (outcome.kind == "accepted" && outcome.value > 0.0 && !decision.chosen.starts_with('('))
      row.intent = decision.chosen;
  }
  if (row.text.empty() || row.intent.empty()) return std::nullopt;
  row.corrected = row.intent != decision.chosen;
  return row;
}

}  // namespace

LearnedRows read_learned(store::EventLog& log, const store::DecisionQuery& query,
                         const std::vector<std::string>& intents) {
  LearnedRows result;
  std::map<std::string, LearnedRow> by_text;
  std::set<std::string> contradictory;
  log.for_each_decision(query,
                        [&](const store::Decision& decision, std::span<const store::Outcome> outcomes) {
                          ++result.decisions;
                          auto row = learned(decision, outcomes);
                          if (!row) return;
                          if (std::ranges::find(intents, row->intent) == intents.end()) {
                            ++result.unknown;
                            return;
                          }
                          const std::string key = key_of(row->text);
                          const auto [known, is_new] = by_text.try_emplace(key, *row);
                          if (!is_new && known->second.intent != row->intent) contradictory.insert(key);
                        });
  for (auto& [key, row] : by_text) {
    if (contradictory.contains(key))
      ++result.contradictory;
    else
      result.rows.push_back(std::move(row));
  }
  return result;
}

}  // namespace heed::apps::support
