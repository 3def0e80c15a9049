#include "apps/digest/shelf.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "apps/digest/language.h"
#include "data/minhash.h"

namespace heed::apps::digest {
namespace {

constexpr double kSameStory = 0.7, kSameSubject = 0.2;

}  // namespace

Shelf::Shelf(std::vector<Item> items) : items_(items.size()) {
  join(std::move(items));
  for (const Story& story : stories_) vocabulary_.learn(whole_text(story.lead));
  std::unordered_map<std::string, uint32_t> sources;
  for (Story& story : stories_) {
    const std::string text = whole_text(story.lead);
    story.language = language_of(text);
    story.minutes = reading_minutes(text, story.language);
    story.row = vocabulary_.row(text);
    story.source =
        sources.try_emplace(story.lead.source, static_cast<uint32_t>(sources.size())).first->second;
  }
  find_subjects();
}

void Shelf::join(std::vector<Item> items) {
  std::ranges::stable_sort(items, {}, &Item::ts_us);
  data::NearDuplicateMemory said({.threshold = kSameStory});
  std::vector<size_t> story_of;  // by number of the item
  for (Item& item : items) {
    const std::string text = whole_text(item);
    const auto like = said.find(text);
    said.add(story_of.size(), text);
    story_of.push_back(like ? story_of[*like] : stories_.size());
    if (like) {
      stories_[story_of.back()].also.push_back({item.id, item.source, item.url});
    } else {
      stories_.push_back({.lead = std::move(item), .also = {}});
    }
  }
}

void Shelf::find_subjects() {
  std::unordered_map<uint32_t, std::vector<std::pair<uint32_t, float>>> firsts;  // by word: subjects
  std::vector<double> alike;
  for (Story& story : stories_) {
    alike.assign(subjects_.size(), 0);
    for (const auto& [word, weight] : story.row) {
      const auto at = firsts.find(word);
      if (at == firsts.end()) continue;
      for (const auto& [subject, other] : at->second) alike[subject] += static_cast<double>(weight) * other;
    }
    const auto best = std::ranges::max_element(alike);
    if (best != alike.end() && *best >= kSameSubject) {
      story.subject = static_cast<uint32_t>(best - alike.begin());
      continue;
    }
    story.subject = static_cast<uint32_t>(subjects_.size());
    const auto strongest = std::ranges::max_element(story.row, {}, &std::pair<uint32_t, float>::second);
    subjects_.push_back(strongest == story.row.end() ? "" : vocabulary_.word(strongest->first));
    for (const auto& [word, weight] : story.row) firsts[word].emplace_back(story.subject, weight);
  }
}

}  // namespace heed::apps::digest
